"""Redis cannot be reached, was lost, or refuses commands."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="redis_unreachable",
    title="Redis at {host} cannot be used",
    owner="third_party",
    scope="endpoint",
    kind="cause",
    level=3,
    traits=("below", "upstream"),
    what=(
        "The app gets no connection to Redis, loses the one it had, or is turned away (password, memory, read-only "
        "replica, client limit, still loading). Whatever keeps cache, PubSub, limits or queues there fails with it."
    ),
    unlike={
        "http_client_closed": "the closed or refused socket belongs to an HTTP client, not to Redix",
        "db_unreachable": "the connection that fails is Postgrex's",
        "nil_access": "Redis answered, the key was simply not there",
    },
    signature=Signature(
        types=("Redix.ConnectionError",),
        patterns=(
            r"\bConnection [^\n]{1,120}? (?:failed to connect to|disconnected from) Redis(?: at \S{1,255})?: ",
            r"\bfailed to connect to sentinel at \S{1,255}: ",
            r"\b(?:Failed to connect to|Disconnected from) Redis \(\S{1,255}\): ",
            r"%Redix\.ConnectionError\{reason: ",
            r"\bthe connection to Redis is closed\b",
            (
                r"(?:\(Redix\.Error\) |%Redix\.Error\{message: \")(?:NOAUTH|WRONGPASS|OOM command not allowed|READONLY"
                r"|MAXCLIENTS|LOADING|MASTERDOWN|CLUSTERDOWN|MISCONF|(?:ERR )?max number of clients)"
            ),
            r"\bbroadcast failed: %Redix",
            r"\bunable to establish initial redis connection\b",
        ),
    ),
    tell="`failed to connect to Redis` or `disconnected from Redis` on the machines whose requests fail",
    over=("http_client_timeout", "http_client_closed", "http_client_dns", "http_client_tls"),
    remedy=Remedy(
        mitigate=(
            "Check the provider's status page and connect from {machine}; meanwhile switch on the path that works "
            "without the cache or the limiter."
        ),
        repair=(
            "Correct host, password or size; a host that has IPv6 addresses only needs `socket_opts: [:inet6]`. Let "
            "the code carry on without Redis when a command fails."
        ),
        do_not="Do not flush Redis, and do not restart the app again and again: each start meets the same refusal.",
        undo="Switch the cache or the limiter on again once the connection holds.",
        prevent="Set short command timeouts and test every feature once with Redis stopped.",
    ),
    playbook="Step 2",
    examples=(
        Example(
            id="redis_unreachable",
            source="redix:lib/redix/telemetry.ex",
            text="""\
08:14:02.611 [error] Connection :tide_cache failed to connect to Redis at fly-tide-redis.upstash.io:6379: connection \
refused
""",
        ),
        Example(
            id="redis_unreachable",
            source="whatyouhide/redix#156",
            text="""\
08:14:05.090 request_id=F0hLk2mVqZ8AAAAC [error] ** (MatchError) no match of right hand side value: {:error, \
%Redix.ConnectionError{reason: :closed}}
    (tidepool 3.2.0) lib/tidepool/cache.ex:27: Tidepool.Cache.fetch!/1
    (tidepool 3.2.0) lib/tidepool_web/controllers/station_controller.ex:15: TidepoolWeb.StationController.show/2
""",
        ),
        Example(
            id="redis_unreachable",
            source="redix:lib/redix/exceptions.ex",
            text="""\
08:15:40.377 request_id=F0hLl3nWrA9AAAAD [error] ** (Redix.Error) OOM command not allowed when used memory > \
'maxmemory'.
    (redix 1.5.2) lib/redix.ex:461: Redix.command!/3
    (tidepool 3.2.0) lib/tidepool/cache.ex:33: Tidepool.Cache.put!/2
""",
        ),
        Example(
            id="http_client_closed",
            text="""\
08:16:11.520 request_id=F0hLm4oXsB0AAAAE [error] ** (Req.TransportError) connection refused
    (req 0.5.17) lib/req.ex:1125: Req.request!/2
    (tidepool 3.2.0) lib/tidepool/forecast.ex:19: Tidepool.Forecast.load/1
""",
        ),
    ),
    sources=("whatyouhide/redix#156", "redix:lib/redix/telemetry.ex", "redix:lib/redix/exceptions.ex"),
)
