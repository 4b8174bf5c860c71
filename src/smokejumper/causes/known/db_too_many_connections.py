"""Postgres has no connection slot left."""

from smokejumper.causes.consequences import UNCONNECTED
from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="db_too_many_connections",
    title="Postgres has no free connection slot left",
    owner="us",
    scope="systemic",
    kind="cause",
    level=3,
    traits=("below", "database"),
    what=(
        "The limit of the server, the database or the role is reached, so every new connection is refused. Requests "
        "show only drops from the pool's queue; the reason stands in the `failed to connect` lines."
    ),
    unlike={
        "pooler_rejected": "the pooler's limit for clients or pools, not that of Postgres",
        "db_pool_exhausted": "the app's own pool is busy while its connects succeed",
    },
    signature=Signature(
        sqlstates=("53300",),
        patterns=(
            r"sorry, too many clients already",
            r"remaining connection slots are reserved for (?:non-replication superuser connections|roles with )",
            r"too many connections for (?:role|database) \\?\"",
        ),
    ),
    tell=(
        "53300 on connect; pool_size x machines (twice during a rolling deploy) + jobs + other clients exceeds the "
        "limit"
    ),
    explains=UNCONNECTED,
    remedy=Remedy(
        mitigate=(
            "Count pg_stat_activity by usename, application_name and client_addr, and end the idle connections of the "
            "one client that has too many (pg_terminate_backend)."
        ),
        repair=(
            "Give every client a budget: pool_size x machines x 2 (old and new machines of a deploy) plus "
            "release_command, notifiers and consoles must fit, or go through the pooler."
        ),
        do_not=(
            "Do not raise pool_size, do not add machines and do not restart everything: each of these asks for more "
            "slots."
        ),
        undo="A client that was ended connects again by itself.",
        prevent="Set CONNECTION LIMIT on every role and alert at 80 % of max_connections.",
    ),
    playbook="Step 2",
    examples=(
        Example(
            id="db_too_many_connections",
            source="corpus:too_many_connections",
            text="""\
13:30:15.442 [error] Postgrex.Protocol (#PID<0.1960.0> (:proc_lib)) failed to connect: ** (Postgrex.Error) FATAL 53300 \
(too_many_connections) remaining connection slots are reserved for non-replication superuser connections
""",
        ),
        Example(
            id="db_too_many_connections",
            source="blockscout/blockscout#9491",
            text="""\
13:31:02.118 [error] Postgrex.Protocol (#PID<0.1961.0>) failed to connect: ** (Postgrex.Error) FATAL 53300 \
(too_many_connections) sorry, too many clients already
""",
        ),
        Example(
            id="pooler_rejected",
            text="""\
13:32:47.600 [error] Postgrex.Protocol (#PID<0.1962.0>) failed to connect: ** (Postgrex.Error) FATAL XX000 \
(internal_error) (EMAXCONNSESSION) max clients reached in session mode - max clients are limited to pool_size: 15
""",
        ),
        Example(
            id="db_pool_exhausted",
            text="""\
13:33:20.015 request_id=F0fVe1rZo5vAAAAU [error] ** (DBConnection.ConnectionError) [Elixir.Quarry.Repo] connection not \
available and request was dropped from queue after 2114ms. This means requests are coming in and your connection pool \
cannot serve them fast enough. You can address this by:
""",
        ),
    ),
    sources=("blockscout/blockscout#9491", "etalab/transport-site#2227"),
)
