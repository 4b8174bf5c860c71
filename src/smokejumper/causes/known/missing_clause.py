"""A value that nobody foresaw meets no clause."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="missing_clause",
    title="a value arrives that no clause knows",
    owner="us",
    scope="endpoint",
    kind="cause",
    level=7,
    what=(
        "The value has the expected type, but it is new: an event type of a provider, a member of an "
        "enumeration, a changed return of a library. No clause takes it."
    ),
    unlike={
        "nil_access": "the value is nil",
        "bad_input_shape": "the value has the wrong type or format",
        "http_client_error_status": "the value is the error answer of another service",
    },
    signature=Signature(
        patterns=(
            r"no (?:case|with|try) clause matching:(?!\s*nil\b)",
            r"no match of right hand side value:(?!\s*nil\b)",
            r"\(FunctionClauseError\) no function clause matching in\b",
            r"no cond clause evaluated to a truthy value",
            r"\{:(?:case_clause|with_clause|try_clause|function_clause|badmatch), (?!nil\b)",
        ),
    ),
    tell="the value in the message: a new event type, a new status, a tuple of another size; since when it arrives",
    remedy=Remedy(
        mitigate=(
            "Roll back if a release brought it. If a sender retries and gives up, answer it with success and keep "
            "the payload, so that nothing is lost while the clause is missing."
        ),
        repair="Add the clause for the new value, or one that logs it and answers with a failure of its own.",
        do_not="Do not add a bare `_ -> :ok`: it hides the next new value as well.",
        undo="Redeploy the release that was rolled back; replay the kept payloads.",
        prevent="A test over every value that the sender documents, and an alert on the logging clause.",
    ),
    playbook="Step 4",
    examples=(
        Example(
            id="missing_clause",
            source="corpus:webhook_case_clause",
            text="""\
10:15:01.020 [error] #PID<0.811.0> running CourierWeb.Endpoint (connection #PID<0.810.0>, stream id 3)\
 terminated
Server: courier.example:80 (http)
Request: POST /hooks/carrier
** (exit) an exception was raised:
    ** (CaseClauseError) no case clause matching: "parcel.held"
        (courier 2.1.0) lib/courier/events.ex:44: Courier.Events.apply/1
""",
        ),
        Example(
            id="missing_clause",
            source="own",
            text="""\
10:14:02.311 request_id=GJq2Zn2b8QcW4pIAAADB [error] ** (FunctionClauseError) no function clause matching in\
 Courier.Labels.format/1
    (courier 2.1.0) lib/courier/labels.ex:12: Courier.Labels.format(:a7)
""",
        ),
        Example(
            id="nil_access",
            source="own",
            text="""\
10:14:03.311 request_id=GJq2Zn3b8QcW4pIAAADC [error] ** (CaseClauseError) no case clause matching:

    nil

    (courier 2.1.0) lib/courier/rates.ex:30: Courier.Rates.zone/1
""",
        ),
        Example(
            id="http_client_timeout",
            source="own",
            text="""\
10:14:04.311 request_id=GJq2Zn4b8QcW4pIAAADD [error] ** (MatchError) no match of right hand side value:\
 {:error, %Mint.TransportError{reason: :timeout}}
    (courier 2.1.0) lib/courier/carrier.ex:15: Courier.Carrier.quote/1
""",
        ),
    ),
    sources=(
        "elixir:lib/elixir/lib/exception.ex",
        "corpus:webhook_case_clause",
    ),
)
