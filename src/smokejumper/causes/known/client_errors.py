"""More requests than usual are refused, without a fault of ours."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="client_errors",
    title="more requests than usual are refused with 4xx",
    owner="client",
    scope="none",
    kind="client",
    level=1,
    what="Answers of 401, 403, 409 or 422, or browsers that left, rise for reasons of the clients.",
    unlike={
        "not_found_record": "all of them are 404 of one route",
        "csrf": "all of them are refused as forged",
        "rate_limited": "our own limit refuses them",
    },
    signature=Signature(
        patterns=(
            r"^REFUSED (?:CONNECTION TO|JOIN) \S",
            r"\(Bandit\.HTTPError\) (?:closed|(?:Body read|Header read|Read) timeout)$",
        ),
        types=("Bandit.TransportError",),
    ),
    over=("parse_error_client",),
    tell="the version of the client, one partner, the time of day",
    remedy=Remedy(
        mitigate="Nothing, unless it began with our release on one route: then look for that cause.",
        repair="Tell the partner whose requests are refused.",
        do_not="Do not page anyone for it.",
        prevent="Watch the share of 4xx by client version.",
    ),
    examples=(
        Example(
            id="client_errors",
            source="mtrudel/bandit#490",
            text="""\
10:20:01.311 [error] ** (Bandit.HTTPError) Body read timeout
""",
        ),
        Example(
            id="client_errors",
            source="mtrudel/bandit#465",
            text="""\
10:20:02.311 request_id=GJq2Zn2b8QcW4pIAAADB [error] ** (Bandit.TransportError) Unrecoverable error: timeout
    (bandit 1.6.7) lib/bandit/http1/socket.ex:440: Bandit.HTTPTransport.Bandit.HTTP1.Socket.socket_error!/1
    (bandit 1.6.7) lib/bandit/http1/socket.ex:50: Bandit.HTTPTransport.Bandit.HTTP1.Socket.read_headers/1
""",
        ),
        Example(
            id="app_raised",
            source="own",
            text="""\
10:14:03.311 request_id=GJq2Zn3b8QcW4pIAAADC [error] ** (RuntimeError) the label printer said Read timeout
    (courier 2.1.0) lib/courier/printer.ex:27: Courier.Printer.print!/1
""",
        ),
    ),
    sources=(
        "phoenix:lib/phoenix/logger.ex",
        "mtrudel/bandit#490",
        "mtrudel/bandit#465",
        "bandit:lib/bandit/http1/socket.ex",
    ),
)
