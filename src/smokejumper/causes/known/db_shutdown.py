"""Postgres says that it stops, restarts, crashed or is not ready."""

from smokejumper.causes.consequences import UNCONNECTED
from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="db_shutdown",
    title="the database stopped or restarted",
    owner="supabase",
    scope="systemic",
    kind="cause",
    level=3,
    traits=("below", "database"),
    what=(
        "Postgres (or a pooler that stops) ends the sessions with 57P01 or 57P02, and refuses new ones with 57P03 "
        "until it is up again."
    ),
    unlike={
        "db_unreachable": "after the 57P01 the reconnects are refused or time out for long: no server answers any more",
        "db_too_many_connections": "the reconnects meet 53300: the server is up, its slots are taken",
        "db_disk_full": "`not accepting connections` for minutes together with a full disk",
        "db_connection_dropped": "somebody ended a few sessions with pg_terminate_backend; new ones work at once",
    },
    signature=Signature(
        sqlstates=("57P01", "57P02", "57P03"),
        patterns=(
            r"terminating connection due to administrator command",
            (
                r"the database system is (?:shutting down|starting up|in recovery mode|not yet accepting connections"
                r"|not accepting connections)"
            ),
        ),
    ),
    tell="a burst of 57P01 over all connections; what the reconnects say in the next 60 s decides",
    explains=UNCONNECTED,
    remedy=Remedy(
        mitigate=(
            "Wait: the pool reconnects by itself; look for a restart or a maintenance window in the Supabase dashboard."
        ),
        repair="Put restarts into quiet hours and retry reads that are safe to repeat.",
        do_not=(
            "Do not deploy and do not restart machines while the database recovers: boots fail and connects pile up."
        ),
        prevent="Call Repo.disconnect_all/2 before a planned failover, so that connections renew one after another.",
    ),
    playbook="Step 2",
    examples=(
        Example(
            id="db_shutdown",
            source="corpus:postgres_down",
            text="""\
21:08:40.117 [error] Postgrex.Protocol (#PID<0.1872.0> (:proc_lib)) disconnected: ** (Postgrex.Error) FATAL 57P01 \
(admin_shutdown) terminating connection due to administrator command
""",
        ),
        Example(
            id="db_shutdown",
            source="corpus:postgres_down",
            text="""\
21:08:41.092 [error] Postgrex.Protocol (#PID<0.1950.0> (:proc_lib)) failed to connect: ** (Postgrex.Error) FATAL 57P03 \
(cannot_connect_now) the database system is starting up
""",
        ),
        Example(
            id="db_unreachable",
            text="""\
21:08:41.118 [error] Postgrex.Protocol (#PID<0.1872.0>) failed to connect: ** (DBConnection.ConnectionError) tcp \
connect (beacon-db.flycast:5432): connection refused - :econnrefused
""",
        ),
        Example(
            id="db_connection_dropped",
            text="""\
21:30:12.640 [error] Postgrex.Protocol (#PID<0.1877.0>) disconnected: ** (Postgrex.Error) FATAL 57P05 \
(idle_session_timeout) terminating connection due to idle-session timeout
""",
        ),
    ),
    sources=("https://www.postgresql.org/docs/current/errcodes-appendix.html", "elixir-ecto/postgrex#765"),
)
