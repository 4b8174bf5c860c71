"""A slow statement reads a whole table because no index fits."""

from smokejumper.causes.consequences import HELD
from smokejumper.model.cause import Cause, Example, Remedy

CAUSE = Cause(
    id="missing_index",
    title="a statement of {endpoint} reads a whole table because no valid index fits it",
    owner="us",
    scope="endpoint",
    kind="evidence",
    level=3,
    traits=("below",),
    what=(
        "The plan of the slow statement is a sequential scan that an index would spare: no index was made, a foreign "
        "key has none, or a CREATE INDEX CONCURRENTLY failed and left an invalid one. Logs never show it."
    ),
    unlike={
        "slow_query": "the plan was not seen, or an index would not help",
        "db_lock_timeout": "the statement waits for a lock and does no work",
    },
    tell=(
        "EXPLAIN shows Seq Scan with many rows removed by the filter; seq_tup_read of the table grows; indisvalid is "
        "false"
    ),
    look="database",
    explains=HELD,
    remedy=Remedy(
        mitigate=(
            "Switch {endpoint} off until the index stands, or build it now with CREATE INDEX CONCURRENTLY outside of a "
            "transaction and off the pooler."
        ),
        repair=(
            "Add the index in a migration with `@disable_ddl_transaction true`, `@disable_migration_lock true` and "
            "`concurrently: true`; drop an invalid one first."
        ),
        do_not=(
            "Do not run a plain CREATE INDEX on a busy table (it blocks every write) and no EXPLAIN ANALYZE of a write."
        ),
        undo="DROP INDEX CONCURRENTLY.",
        prevent="Index every foreign key, and read Supabase's index advisor before a release.",
    ),
    playbook="Step 4",
    examples=(
        Example(
            id="db_query_canceled",
            text="""\
05:33:18.902 request_id=F0fbO1BJy5FAAAAe [error] ** (Postgrex.Error) ERROR 57014 (query_canceled) canceling statement \
due to statement timeout

    query: DELETE FROM "growers" WHERE "id" = $1
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
    (orchard 1.7.0) lib/orchard/growers.ex:40: Orchard.Growers.remove/1
""",
        ),
    ),
    sources=("hexpm/hexpm#1817", "https://www.postgresql.org/docs/current/sql-createindex.html"),
)
