"""A request cannot be parsed."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="parse_error_client",
    title="requests arrive that cannot be parsed",
    owner="client",
    scope="none",
    kind="client",
    level=1,
    what=(
        "The request line, the query or the body is malformed, or of a media type that nobody parses; the "
        "answer is 400, 414 or 415."
    ),
    unlike={
        "json_decode": "the text came from another service or from storage",
        "bad_input_shape": "it was parsed, and a value has the wrong type",
    },
    signature=Signature(
        patterns=(
            r"malformed request, an? \S{1,120} exception was raised",
            r"\(Bandit\.HTTPError\)",
            r"looks like TLS received on a clear channel",
            r"\binvalid UTF-8 on [^\n]{1,120}, got byte \d",
            r"\(Bandit\.HTTP2\.Errors\.(?:Stream|Connection)Error\)",
        ),
        types=(
            "Plug.Parsers.ParseError",
            "Plug.Parsers.BadEncodingError",
            "Plug.Parsers.UnsupportedMediaTypeError",
            "Plug.Conn.InvalidQueryError",
            "Plug.BadRequestError",
            "Plug.Router.MalformedURIError",
            "Phoenix.Router.MalformedURIError",
            "Plug.Static.InvalidPathError",
            "Plug.TimeoutError",
        ),
    ),
    tell="the user agent; one partner since its release; our own app since ours",
    remedy=Remedy(
        mitigate="Nothing, unless a client of ours sends it: then roll that client back.",
        repair="Answer 4xx and tell the sender what is wrong.",
        do_not="Do not loosen the parsers.",
        prevent="A contract test of the own clients.",
    ),
    examples=(
        Example(
            id="parse_error_client",
            source="own",
            text="""\
10:14:01.311 request_id=GJq2Zn1b8QcW4pIAAADA [error] ** (Plug.Parsers.ParseError) malformed request, a\
 Jason.DecodeError exception was raised with message "unexpected end of input at position 12"
    (plug 1.16.1) lib/plug/parsers/json.ex:95: Plug.Parsers.JSON.decode/2
""",
        ),
        Example(
            id="json_decode",
            source="own",
            text="""\
10:14:02.311 request_id=GJq2Zn2b8QcW4pIAAADB [error] ** (Jason.DecodeError) unexpected end of input at\
 position 12
    (jason 1.4.4) lib/jason.ex:92: Jason.decode!/2
    (courier 2.1.0) lib/courier/carrier.ex:40: Courier.Carrier.fetch/1
""",
        ),
        Example(
            id="parse_error_client",
            source="elixir-plug/plug#1254",
            text="""\
10:14:03.311 [error] ** (Bandit.HTTPError) Request URI is too long
""",
        ),
        Example(
            id="app_raised",
            source="own",
            text="""\
10:14:04.311 request_id=GJq2Zn4b8QcW4pIAAADD [error] ** (Courier.Carrier.RefusedError) the carrier\
 answered: unsupported media type
    (courier 2.1.0) lib/courier/carrier.ex:66: Courier.Carrier.post!/1
""",
        ),
    ),
    sources=(
        "plug:lib/plug/parsers.ex",
        "bandit:lib/bandit/http1/socket.ex",
        "elixir-plug/plug#1254",
    ),
)
