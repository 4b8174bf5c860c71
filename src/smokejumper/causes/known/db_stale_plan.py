"""Prepared statements no longer fit a table that a migration changed."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="db_stale_plan",
    title="old prepared statements no longer fit a table that a migration changed",
    owner="us",
    scope="endpoint",
    kind="cause",
    level=3,
    traits=("migrated",),
    what=(
        "Connections that lived through a migration hold plans made for the former columns. Every use on such a "
        "connection fails until the connection is renewed, so it ends by itself, route by route."
    ),
    unlike={
        "db_prepared_statement_pooler": "the statement is missing or doubled (26000, 42P05), without any migration",
        "db_query_invalid": "0A000 with another text: the server cannot do what the statement asks",
        "db_missing_column": "42703: the column is not there at all",
    },
    signature=Signature(
        patterns=(r"cached plan must not change result type",),
    ),
    tell="begins with a migration on a running app, ends when the connections are new",
    over=("db_query_invalid",),
    parent="db_prepared_statement_pooler",
    remedy=Remedy(
        mitigate=(
            "Renew the connections: call Repo.disconnect_all(60_000) on each machine, or restart the machines one by "
            "one."
        ),
        repair=(
            "Name the columns in selects instead of `*`, and change column types only while no old connection serves "
            "traffic."
        ),
        do_not="Do not switch prepared statements off for good because of one migration.",
        prevent="Run migrations before the machines are swapped, so that new connections meet the new table.",
    ),
    playbook="Step 4",
    examples=(
        Example(
            id="db_stale_plan",
            source="elixir-ecto/postgrex#212",
            text="""\
15:36:21.118 request_id=F0fli1VdS5ZAAAAy [error] ** (Postgrex.Error) ERROR 0A000 (feature_not_supported) cached plan \
must not change result type
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
    (kiln 0.8.3) lib/kiln/glazes.ex:20: Kiln.Glazes.all/0
""",
        ),
        Example(
            id="db_prepared_statement_pooler",
            text="""\
15:38:40.007 request_id=F0flj2WeT6aAAAAz [error] ** (Postgrex.Error) ERROR 26000 (invalid_sql_statement_name) prepared \
statement "ecto_162" does not exist
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
""",
        ),
        Example(
            id="db_query_invalid",
            text="""\
15:40:12.660 request_id=F0flk3XfU7bAAAA0 [error] ** (Postgrex.Error) ERROR 0A000 (feature_not_supported) FOR UPDATE is \
not allowed with DISTINCT clause
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
""",
        ),
    ),
    sources=("elixir-ecto/postgrex#212",),
)
