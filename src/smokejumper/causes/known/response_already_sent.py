"""An answer is sent twice, or never."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="response_already_sent",
    title="{endpoint} answers twice or not at all",
    owner="us",
    scope="endpoint",
    kind="cause",
    level=6,
    what="A plug went on after it had answered, two renders ran, or no branch answered.",
    unlike={
        "render_error": "the one answer could not be built",
    },
    signature=Signature(
        patterns=(
            r"\(Plug\.Conn\.AlreadySentError\)",
            r"a response was neither set nor sent",
            r"[Ee]xpected \S{1,120} to return (?:a )?%?Plug\.Conn\b",
        ),
        types=(
            "Plug.Conn.AlreadySentError",
            "Plug.Conn.NotSentError",
        ),
    ),
    tell="a plug without halt/1 before it; an error after chunks had begun: then that first error is the cause",
    remedy=Remedy(
        mitigate="Roll back if a release set it off.",
        repair="End every branch with one answer, and call halt/1 after answering in a plug.",
        do_not="Do not rescue AlreadySentError: the client has half of two answers.",
        undo="Redeploy the release that was rolled back.",
        prevent="Test the branch that answers early.",
    ),
    playbook="Step 4",
    examples=(
        Example(
            id="response_already_sent",
            source="pow-auth/pow#361",
            text="""\
10:14:01.311 request_id=GJq2Zn1b8QcW4pIAAADA [error] ** (Plug.Conn.AlreadySentError) the response was already\
 sent
    (plug 1.16.1) lib/plug/conn.ex:787: Plug.Conn.put_resp_header/3
    (courier 2.1.0) lib/courier_web/controllers/slot_controller.ex:21: CourierWeb.SlotController.create/2
""",
        ),
        Example(
            id="render_error",
            source="own",
            text="""\
10:14:02.311 request_id=GJq2Zn2b8QcW4pIAAADB [error] ** (Jason.EncodeError) invalid byte 0xE9 in <<233>>
    (courier 2.1.0) lib/courier_web/controllers/slot_json.ex:4: CourierWeb.SlotJSON.show/1
""",
        ),
        Example(
            id="response_already_sent",
            source="helium/console#799",
            text="""\
10:14:03.311 [error] #PID<0.811.0> running CourierWeb.Endpoint (connection #PID<0.810.0>, stream id 1) terminated
Server: courier.example:80 (http)
Request: POST /slots
** (exit) an exception was raised:
    ** (RuntimeError) expected action/2 to return a Plug.Conn, all plugs must receive a connection (conn) and\
 return a connection, got: {:error, :full, "no slot is free"}
        (courier 2.1.0) lib/courier_web/controllers/slot_controller.ex:1: CourierWeb.SlotController.action/2
""",
        ),
    ),
    sources=("plug:lib/plug/conn.ex", "pow-auth/pow#361", "helium/console#799"),
)
