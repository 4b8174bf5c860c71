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
            r"\bREFUSED (?:CONNECTION TO|JOIN)\b",
            r"\bClient reset stream\b",
            r"\b(?:Body )?[Rr]ead timeout\b",
        ),
    ),
    tell="the version of the client, one partner, the time of day",
    remedy=Remedy(
        mitigate="Nothing, unless it began with our release on one route: then look for that cause.",
        repair="Tell the partner whose requests are refused.",
        do_not="Do not page anyone for it.",
        prevent="Watch the share of 4xx by client version.",
    ),
    unseen=True,
    examples=(
        Example(
            id="client_errors",
            source="own",
            text="""\
10:20:01.311 [error] ** (Bandit.TransportError) Read timeout
    (bandit 1.6.0) lib/bandit/http1/socket.ex:100: Bandit.HTTP1.Socket.read!/2
""",
        ),
    ),
    sources=(
        "phoenix:lib/phoenix/logger.ex",
        "bandit:lib/bandit/http1/socket.ex",
    ),
)
