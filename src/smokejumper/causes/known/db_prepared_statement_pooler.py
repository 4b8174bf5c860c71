"""Named prepared statements meet a pooler that moves transactions between server connections."""

from smokejumper.causes.consequences import NOT_UP
from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="db_prepared_statement_pooler",
    title="named prepared statements do not survive the transaction pooler",
    owner="us",
    scope="systemic",
    kind="cause",
    level=3,
    traits=("below",),
    what=(
        "Postgrex names its prepared statements per connection; a pooler in transaction mode gives the next "
        "transaction to another server connection, where the name is missing or taken. Or the pooler's own limit for "
        "them is reached."
    ),
    unlike={
        "db_stale_plan": "0A000 right after a migration: the statement exists, its result changed",
        "pooler_rejected": "the pooler refuses the connection itself",
    },
    signature=Signature(
        sqlstates=("26000", "42P05"),
        patterns=(
            r"prepared statement \\?\"[^\"\\\n]{1,127}\\?\" (?:does not exist|already exists)",
            r"bind message supplies \d+ parameters, but prepared statement ",
            r"\((?:EPREPAREDNOTFOUND|EPREPAREDDUP|EMAXPREPARED|EMAXPREPAREDMEM|EPSSIMPLEQUERY)\) ",
            r"transaction mode only supports prepared statements using the Extended Query Protocol",
            r"\(protocol_violation\):? prepared statement (?:did not exist|name is already in use)",
        ),
    ),
    tell="every second or third request fails, on all routes, since DATABASE_URL points at port 6543 or a PgBouncer",
    over=("pooler_rejected", "db_server_fault", "db_connection_dropped"),
    explains=NOT_UP,
    remedy=Remedy(
        mitigate="Set `prepare: :unnamed` on the Repo, or go back to the session-mode DATABASE_URL.",
        repair=(
            "Keep `prepare: :unnamed` as long as a transaction pooler stands in between; PgBouncer from 1.21 on and "
            "newer Supavisor can carry named ones if that is switched on."
        ),
        do_not="Do not wrap the queries in retries: every retry meets the same lottery.",
        undo="Set the previous DATABASE_URL again.",
        prevent="Send LISTEN, advisory locks and migrations over the direct host.",
    ),
    playbook="Step 2",
    examples=(
        Example(
            id="db_prepared_statement_pooler",
            source="elixir-ecto/ecto_sql#275",
            text="""\
14:52:06.190 request_id=F0fnp8ckZ2gAAAA5 [error] ** (Postgrex.Error) ERROR 26000 (invalid_sql_statement_name) prepared \
statement "ecto_419" does not exist
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
    (beacon 5.0.0) lib/beacon/lamps.ex:9: Beacon.Lamps.lit/0
""",
        ),
        Example(
            id="db_prepared_statement_pooler",
            source="plausible/analytics#1327",
            text="""\
14:53:11.402 request_id=F0fnq9dla3hAAAA6 [error] ** (Postgrex.Error) FEHLER 26000 (invalid_sql_statement_name) \
vorbereitete Anweisung »ecto_5642« existiert nicht
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
""",
        ),
        Example(
            id="db_stale_plan",
            text="""\
14:55:20.018 request_id=F0fnr0emb4iAAAA7 [error] ** (Postgrex.Error) ERROR 0A000 (feature_not_supported) cached plan \
must not change result type
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
""",
        ),
    ),
    sources=(
        "plausible/analytics#1327",
        "elixir-ecto/ecto_sql#275",
        "elixir-ecto/postgrex#297",
        "firezone/firezone#7961",
        "pgbouncer/pgbouncer#1118",
    ),
)
