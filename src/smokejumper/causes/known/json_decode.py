"""Text that should be JSON is none."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="json_decode",
    title="an answer or a stored value is no JSON",
    owner="third_party",
    scope="endpoint",
    kind="cause",
    level=6,
    traits=("upstream",),
    what=(
        "Another service answered with something else than JSON (often an HTML error page), or a stored "
        "value is cut off."
    ),
    unlike={
        "parse_error_client": "it is the body of a request to us (400)",
        "http_client_error_status": "the status of the answer is named",
    },
    signature=Signature(
        patterns=(
            r"\(Jason\.DecodeError\) unexpected (?:byte|end of input|sequence)",
            r"%(?:Jason\.DecodeError|Poison\.(?:ParseError|SyntaxError))\{",
            r"\{:error, \{:(?:invalid_byte|unexpected_sequence), ",
            r"\(JSON\.DecodeError\) (?:unexpected end of JSON binary|invalid byte \d+|unexpected sequence)",
            r"\(Poison\.(?:ParseError|SyntaxError)\)",
        ),
        types=(
            "Jason.DecodeError",
            "JSON.DecodeError",
            "Poison.ParseError",
            "Poison.SyntaxError",
        ),
    ),
    tell='the first bytes: 0x3C is "<", an HTML page; status and content type of the answer',
    look="upstream",
    remedy=Remedy(
        mitigate="Treat it as a failure of the other side: switch the feature off or serve what was stored last.",
        repair="Look at status and content type first, then decode without the bang and handle the error.",
        do_not="Do not retry for ever: the same page comes back.",
        undo="Switch the feature on again.",
        prevent="A contract test against an error page.",
    ),
    playbook="Step 4",
    examples=(
        Example(
            id="json_decode",
            source="progval/matrix2051#24",
            text="""\
10:14:01.311 request_id=GJq2Zn1b8QcW4pIAAADA [error] ** (Jason.DecodeError) unexpected byte at position 0:\
 0x3C ("<")
    (jason 1.4.4) lib/jason.ex:92: Jason.decode!/2
    (courier 2.1.0) lib/courier/carrier.ex:40: Courier.Carrier.fetch/1
""",
        ),
        Example(
            id="parse_error_client",
            source="own",
            text="""\
10:14:02.311 request_id=GJq2Zn2b8QcW4pIAAADB [error] ** (Plug.Parsers.ParseError) malformed request, a\
 Jason.DecodeError exception was raised with message "unexpected byte at position 0: 0x3C (\\"<\\")"
    (plug 1.16.1) lib/plug/parsers/json.ex:95: Plug.Parsers.JSON.decode/2
""",
        ),
        Example(
            id="json_decode",
            source="own",
            text="""\
10:14:03.311 request_id=GJq2Zn3b8QcW4pIAAADC [error] ** (MatchError) no match of right hand side value:\
 {:error, %Jason.DecodeError{position: 0, token: nil, data: "<html><head><title>502"}}
    (courier 2.1.0) lib/courier/carrier.ex:44: Courier.Carrier.track/1
""",
        ),
    ),
    sources=(
        "jason:lib/decoder.ex",
        "progval/matrix2051#24",
        "elixir:lib/elixir/lib/json.ex",
    ),
)
