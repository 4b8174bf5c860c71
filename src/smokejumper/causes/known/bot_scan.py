"""Automated clients ask for what does not exist."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="bot_scan",
    title="automated clients try paths and ids that do not exist",
    owner="client",
    scope="none",
    kind="client",
    level=1,
    what=(
        "Known exploit paths, or ids of one route one after another, are asked for by few clients; the answers are 404."
    ),
    unlike={
        "not_found_record": "people follow links to what is gone",
        "not_found_route": "own pages or apps ask for it",
    },
    signature=Signature(
        patterns=(
            r"no route found for \S+ /(?:wp-|wordpress|\.env|\.git|\.aws|phpmyadmin|cgi-bin|vendor/|xmlrpc|actuator)",
            r"no route found for \S+ /\S{0,200}\.php\b",
            r"^Ignoring unmatched topic \S",
        ),
    ),
    tell="few addresses and agents, no assets and no sessions",
    over=("not_found_route",),
    explains=(
        "not_found_record",
        "not_found_route",
        "parse_error_client",
        "csrf",
    ),
    remedy=Remedy(
        mitigate="Nothing; limit them at the edge if they cost something.",
        repair="A rate limit at the edge.",
        do_not="Do not deploy or roll back for it.",
        undo="Lift the limit.",
        prevent="A limiter for unknown paths.",
    ),
    examples=(
        Example(
            id="bot_scan",
            source="dwyl/auth#176",
            text="""\
10:14:01.311 request_id=GJq2Zn1b8QcW4pIAAADA [error] ** (Phoenix.Router.NoRouteError) no route found for GET\
 /wp-login.php (CourierWeb.Router)
    (courier 2.1.0) deps/phoenix/lib/phoenix/router.ex:541: CourierWeb.Router.call/2
""",
        ),
        Example(
            id="not_found_route",
            source="own",
            text="""\
10:14:02.311 request_id=GJq2Zn2b8QcW4pIAAADB [error] ** (Phoenix.Router.NoRouteError) no route found for GET\
 /parcels/new/old (CourierWeb.Router)
    (courier 2.1.0) deps/phoenix/lib/phoenix/router.ex:541: CourierWeb.Router.call/2
""",
        ),
    ),
    sources=("corpus:healthy_cron_burst_and_bot_scan", "dwyl/auth#176"),
)
