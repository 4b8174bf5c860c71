"""An upstream answered with a refusal or a fault, and our code could not cope."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="http_client_error_status",
    title="{host} answers with an error status",
    owner="third_party",
    scope="endpoint",
    kind="cause",
    level=3,
    traits=("upstream",),
    what=(
        "The call itself worked, but the answer was 4xx or 5xx (or an SMTP refusal) and the code expected success. 5xx "
        "is the upstream's trouble; 401 and 403 after a key change are ours; other 4xx after our release mean that our "
        "request changed."
    ),
    unlike={
        "rate_limited": "the status is 429, or the text names a quota",
        "json_decode": "the status was fine or unknown, and the body was no JSON",
        "missing_clause": "the answer was a success with a content that the code does not know",
        "http_client_timeout": "no answer came at all",
    },
    signature=Signature(
        patterns=(
            (
                r"(?:right hand side value|(?:case|with|try) clause matching):\s{1,20}\{:(?:ok|error), "
                r"%(?:Req\.Response|Finch\.Response|HTTPoison\.Response|Tesla\.Env)\{[\s\S]{0,4000}?"
                r"\bstatus(?:_code)?: (?!429)[45]\d\d\b"
            ),
            (
                r"(?:right hand side value|(?:case|with|try) clause matching|failed with):?\s{1,20}\{:error, "
                r"\{(?!429)[45]\d\d, "
            ),
            r"\bThe requested URL returned error: (?!429)[45]\d\d\b",
            r"\bretry: got response with status (?!429)[45]\d\d\b",
            r"\b[Uu]nexpected (?:HTTP |response )?status(?: code)?:? (?!429)[45]\d\d\b",
            r"\bdelivery error: (?:api error - response code: (?!429)\d{3}|smtp error)",
            r"\{:(?:permanent|temporary)_failure, [^,{}\n]{1,160}, (?!:tls_failed)[:\"<~]",
            r"\{:http_error, (?!429)[45]\d\d, ",
            r"\{:error, %Stripe\.Error\{",
        ),
    ),
    tell="which status, from which host, since when: 5xx with a notice on its status page, 401/403 after a key change",
    explains=("genserver_timeout", "job_failure", "http_client_pool_exhausted"),
    remedy=Remedy(
        mitigate=(
            "Switch the feature that needs {host} off, or queue its calls; on 401 or 403 check the key that was set "
            "last."
        ),
        repair=(
            "Match every status and return an error of our own; retry 5xx a few times with growing pauses; restore the "
            "key or the request format on 4xx."
        ),
        do_not="Do not retry a 4xx: the same request is refused again, and some providers lock the key.",
        undo="Switch the feature on again and let the queued calls run.",
        prevent="Test the client against recorded answers of every status class.",
    ),
    playbook="Step 4",
    examples=(
        Example(
            id="http_client_error_status",
            source="mgallo/openai.ex#35",
            text="""\
18:12:09.551 request_id=F0nFg1hIjK2AAAAS [error] ** (CaseClauseError) no case clause matching: {:ok, \
%HTTPoison.Response{status_code: 503, body: "<html><h1>503 Service Temporarily Unavailable</h1></html>", headers: []}}
    (ledger 1.4.0) lib/ledger/fx.ex:25: Ledger.Fx.rate!/2
""",
        ),
        Example(
            id="http_client_error_status",
            source="req:lib/req/steps.ex",
            text="""\
18:13:40.090 request_id=F0nFh2iJkL3AAAAT [error] ** (RuntimeError) The requested URL returned error: 401
Response body: %{"error" => "invalid api key"}
    (req 0.5.17) lib/req/steps.ex:2226: Req.Steps.handle_http_errors/1
    (ledger 1.4.0) lib/ledger/banks.ex:60: Ledger.Banks.accounts/1
""",
        ),
        Example(
            id="rate_limited",
            text="""\
18:14:22.640 request_id=F0nFi3jKlM4AAAAU [error] ** (RuntimeError) The requested URL returned error: 429
Response body: %{"error" => "slow down"}
    (req 0.5.17) lib/req/steps.ex:2226: Req.Steps.handle_http_errors/1
    (ledger 1.4.0) lib/ledger/banks.ex:60: Ledger.Banks.accounts/1
""",
        ),
        Example(
            id="missing_clause",
            text="""\
18:15:03.205 request_id=F0nFj4kLmN5AAAAV [error] ** (CaseClauseError) no case clause matching: {:ok, \
%{"account" => "acc_17", "status" => "frozen"}}
    (ledger 1.4.0) lib/ledger/banks.ex:71: Ledger.Banks.open?/1
""",
        ),
    ),
    sources=("mgallo/openai.ex#35", "spreedly/spreedly-elixir#21", "req:lib/req/steps.ex", "swoosh:lib/swoosh"),
)
