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
            r"\bthe request is too large\b",
            r"\bHeader too long\b",
            r"\bToo many headers\b",
        ),
        types=("Plug.Parsers.RequestTooLargeError",),
    ),
    tell="one feature, mostly an upload",
    remedy=Remedy(
        mitigate="Nothing; tell users the limit.",
        repair="Raise `length:` for that route only, or upload to storage directly.",
        do_not="Do not raise the limit for all routes.",
        undo="Set the previous limit.",
        prevent="Check the size in the client before sending.",
    ),
    unseen=True,
    examples=(
        Example(
            id="request_too_large",
            source="own",
            text="""\
10:14:01.311 request_id=GJq2Zn1b8QcW4pIAAADA [error] ** (Plug.Parsers.RequestTooLargeError) the request is\
 too large. If you are willing to process larger requests, please give a :length to Plug.Parsers
    (plug 1.16.1) lib/plug/parsers/multipart.ex:103: Plug.Parsers.MULTIPART.parse_multipart/2
""",
        ),
    ),
    sources=("plug:lib/plug/parsers.ex",),
)
