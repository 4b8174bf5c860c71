"""Postgres reports trouble of its own: memory, I/O, corruption or an internal error."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="db_server_fault",
    title="the database server itself has a fault (memory, I/O or damaged data)",
    owner="supabase",
    scope="systemic",
    kind="cause",
    level=3,
    traits=("below", "database"),
    what=(
        "Postgres runs out of memory or shared memory, cannot read or write its files, finds damaged pages, or stops "
        "at an internal error. The statement is not to blame, even if always the same one meets it."
    ),
    unlike={
        "pooler_rejected": "XX000 with a text of the pooler: Postgres was never asked",
        "db_disk_full": "53100 about a file in base/ or pg_wal/",
        "db_shutdown": "57P02: the server restarts after a crash",
        "oom": "the memory of the Fly machine, not of the database",
    },
    signature=Signature(
        sqlstates=("53000", "53200", "53400", "58*", "XX001", "XX002"),
        patterns=(
            r"could not resize shared memory segment",
            (
                r"\(internal_error\):? (?!\(E[A-Z]{4,}\) |MaxClientsInSessionMode|Max client connections"
                r"|Max pools count|Tenant or user not found|DbHandler exited|connection to database closed"
                r"|Unable to check out connection|Address not in tenant|Failed to subscribe|SSL connection is required"
                r"|Circuit breaker open|Authentication error|Internal error \(handshake\))"
            ),
        ),
    ),
    tell="the Postgres log of the same second and the memory of the instance; parallel workers with a small /dev/shm",
    explains=(
        "db_connection_dropped",
        "db_pool_exhausted",
        "db_checkout_timeout",
        "supervisor_boot_failure",
        "process_crash_loop",
        "machine_unreachable",
        "health_check_failing",
        "deploy_failed",
    ),
    parent="db_unreachable",
    remedy=Remedy(
        mitigate=(
            "Read the Postgres log; for memory, stop the heavy reports and let the owner of the database restart it."
        ),
        repair=(
            "Lower work_mem or the number of parallel workers, or take a larger instance; for damaged pages open a "
            "support ticket and restore or reindex as support says."
        ),
        do_not="Do not run repairs or a REINDEX from the app: on damaged files each write can lose more.",
        prevent="Size the instance for its peak, and alert on its memory and swap.",
    ),
    playbook="Step 2",
    examples=(
        Example(
            id="db_server_fault",
            source="blockscout/blockscout#8648",
            text="""\
11:21:51.577 [error] GenServer Tidepool.Tally terminating
** (Postgrex.Error) ERROR 53100 (disk_full) could not resize shared memory segment "/PostgreSQL.809456988" to 1048576 \
bytes: No space left on device
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
    (tidepool 3.2.0) lib/tidepool/tally.ex:44: Tidepool.Tally.handle_info/2
Last message: :count
""",
        ),
        Example(
            id="db_server_fault",
            source="blockscout/blockscout#480",
            text="""\
11:22:30.118 request_id=F0fry7lti1pAAABC [error] ** (Postgrex.Error) ERROR 53200 (out_of_memory) out of memory

Failed on request of size 100663296 in memory context "ExecutorState".
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
""",
        ),
        Example(
            id="db_disk_full",
            text="""\
11:24:38.968 request_id=F0frz8muj2qAAABD [error] ** (Postgrex.Error) ERROR 53100 (disk_full) could not extend file \
"base/16396/664295.2": No space left on device

    hint: Check free disk space.
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
""",
        ),
        Example(
            id="pooler_rejected",
            text="""\
11:25:02.311 [error] Postgrex.Protocol (#PID<0.2045.0>) failed to connect: ** (Postgrex.Error) FATAL XX000 \
(internal_error) DbHandler exited. Check logs for more information
""",
        ),
    ),
    sources=("blockscout/blockscout#8648", "blockscout/blockscout#480"),
)
