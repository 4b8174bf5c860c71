"""A value is handed to something that cannot take its kind."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="protocol_undefined",
    title="a value of a kind that cannot be rendered or encoded",
    owner="us",
    scope="endpoint",
    kind="cause",
    level=6,
    what=(
        "A protocol (String.Chars, Jason.Encoder, Enumerable, Phoenix.HTML.Safe ...) has no "
        "implementation for the value: a tuple in a template, a struct in a JSON answer."
    ),
    unlike={
        "nil_access": "the value is nil",
        "render_error": "the template or its format is missing",
        "missing_clause": "a function, not a protocol, does not know the value",
    },
    signature=Signature(
        patterns=(
            (
                r"\(Protocol\.UndefinedError\) protocol \S+ not implemented for (?!nil\b)"
                r"(?![^\n]{0,2000}\s{1,9}Got value:\s{1,9}nil\b)"
            ),
            r"Jason\.Encoder protocol must always be explicitly implemented",
        ),
    ),
    tell="the kind of the value in the message, and the template or view that the frame names",
    remedy=Remedy(
        mitigate="Roll back if a release set it off.",
        repair=(
            "Convert the value before it is rendered, or derive the protocol for the fields that may be "
            "shown (`only:`)."
        ),
        do_not="Do not derive Jason.Encoder for all fields of a struct: it gives away what nobody should see.",
        undo="Redeploy the release that was rolled back.",
        prevent="A test that renders the view with real data.",
    ),
    playbook="Step 4",
    examples=(
        Example(
            id="protocol_undefined",
            source="corpus:portal_render_tuple_deploy",
            text="""\
10:14:01.311 request_id=GJq2Zn1b8QcW4pIAAADA [error] ** (Protocol.UndefinedError) protocol Phoenix.HTML.Safe\
 not implemented for type Tuple. This protocol is implemented for the following type(s): Atom, BitString, Date

Got value:

    {~D[2026-02-03], ~T[10:00:00]}

    (phoenix_html 4.1.1) lib/phoenix_html/safe.ex:1: Phoenix.HTML.Safe.impl_for!/1
    (courier 2.1.0) lib/courier_web/controllers/slot_html.ex:9: anonymous fn/2 in CourierWeb.SlotHTML.show/1
""",
        ),
        Example(
            id="nil_access",
            source="own",
            text="""\
10:14:02.311 request_id=GJq2Zn2b8QcW4pIAAADB [error] ** (Protocol.UndefinedError) protocol Enumerable not\
 implemented for type Atom

Got value:

    nil

    (elixir 1.18.3) lib/enum.ex:1: Enumerable.impl_for!/1
    (courier 2.1.0) lib/courier/routes.ex:14: Courier.Routes.stops/1
""",
        ),
    ),
    sources=(
        "elixir:lib/elixir/lib/exception.ex",
        "corpus:portal_render_tuple_deploy",
    ),
)
