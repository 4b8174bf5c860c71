"""A request is larger than allowed."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="request_too_large",
    title="requests are refused for their size",
    owner="client",
    scope="endpoint",
    kind="client",
    level=1,
    what="The body, a header or an upload is over a limit; the answer is 413 or 431.",
    unlike={
        "parse_error_client": "the request is malformed, not too large",
    },
    signature=Signature(
        patterns=(
            r"\bthe request is too large\. If you are willing to process larger requests\b",
            r"\(Bandit\.HTTPError\) (?:Header too long|Too many headers)\b",
        ),
        types=("Plug.Parsers.RequestTooLargeError",),
        codes=("PA01",),
    ),
    tell="one feature, mostly an upload; PA01 is a request that Fly's proxy cannot keep for a replay (over 10 MB)",
    over=("parse_error_client",),
    remedy=Remedy(
        mitigate="Nothing: 413 is the right answer. Tell the users of {endpoint} what the limit is.",
        repair="Raise `length:` for that route only, or upload to storage directly.",
        do_not="Do not raise the limit for all routes.",
        undo="Set the previous limit.",
        prevent="Check the size in the client before sending.",
    ),
    examples=(
        Example(
            id="request_too_large",
            source="elixir-plug/plug#1254",
            text="""\
10:14:01.311 request_id=GJq2Zn1b8QcW4pIAAADA [error] ** (Plug.Parsers.RequestTooLargeError) the request is\
 too large. If you are willing to process larger requests, please give a :length to Plug.Parsers
    (plug 1.16.1) lib/plug/parsers/multipart.ex:103: Plug.Parsers.MULTIPART.parse_multipart/2
""",
        ),
        Example(
            id="request_too_large",
            source="own",
            text="""\
10:14:02.311 [error] ** (Bandit.HTTPError) Too many headers
""",
        ),
        Example(
            id="parse_error_client",
            source="own",
            text="""\
10:14:03.311 [error] ** (Bandit.HTTPError) Request line HTTP error: "\\x16\\x03\\x01\\r\\n"
""",
        ),
        Example(
            id="app_raised",
            source="own",
            text="""\
10:14:04.311 request_id=GJq2Zn4b8QcW4pIAAADD [error] ** (RuntimeError) the archive says the request is too large
    (courier 2.1.0) lib/courier/archive.ex:22: Courier.Archive.put!/2
""",
        ),
    ),
    sources=("plug:lib/plug/parsers.ex", "elixir-plug/plug#1254", "castmill/castmill#320"),
)
