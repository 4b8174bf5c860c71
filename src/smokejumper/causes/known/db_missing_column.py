"""The SQL names a column that the database does not have."""

from smokejumper.causes.consequences import NOT_UP
from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="db_missing_column",
    title="code and schema disagree: the database lacks a column that {endpoint} uses",
    owner="us",
    scope="endpoint",
    kind="cause",
    level=3,
    traits=("migrated",),
    what=(
        "Either new code runs on the old schema (a migration did not run), or old code still runs on a schema from "
        "which a column was dropped too early. Ecto selects every field, so one column breaks all reads of its table, "
        "jobs included."
    ),
    unlike={
        "db_missing_relation": "a whole table, view, type or function is missing",
        "migration_failed": "the migration itself raised, and the release did not go out",
        "db_query_invalid": "the column exists, the statement is wrong in another way",
        "db_stale_plan": "`cached plan must not change result type`: the column is there, old plans are not up to date",
    },
    signature=Signature(
        sqlstates=("42703",),
        patterns=(r"column \\?\"\w{1,63}\\?\" of relation \\?\"\w{1,63}\\?\" does not exist",),
    ),
    tell=(
        "new code: begins on every machine with its own swap; dropped too early: all machines at once, some before "
        "their swap"
    ),
    explains=NOT_UP,
    remedy=Remedy(
        mitigate=(
            "Compare schema_migrations with the code; run the missing migration (`/app/bin/migrate`), or roll the code "
            "back, unless a column was dropped and the old code needs it."
        ),
        repair=(
            "Add the column with a migration in the release_command, and drop columns only one release after their "
            "last use."
        ),
        do_not=(
            "Do not roll the image back blindly after a migration that removed something, and do not add the column by "
            "hand: the migration would fail later."
        ),
        undo="Roll the migration back with `Release.rollback(repo, version)`.",
        prevent="Expand, deploy, contract; mark a column `load_in_query: false` one release before it goes.",
    ),
    playbook="Step 4",
    examples=(
        Example(
            id="db_missing_column",
            source="corpus:undefined_column_missed_migration",
            text="""\
12:01:17.655 request_id=F0fjd6QYN0UAAAAt [error] ** (Postgrex.Error) ERROR 42703 (undefined_column) column \
b0.deposit_cents does not exist

    query: SELECT b0."id", b0."deposit_cents" FROM "bookings" AS b0 WHERE (b0."id" = $1)
    (ecto_sql 3.14.0) lib/ecto/adapters/sql.ex:1121: Ecto.Adapters.SQL.raise_sql_call_error/1
    (ferry 2.1.0) lib/ferry/bookings.ex:12: Ferry.Bookings.get!/1
""",
        ),
        Example(
            id="db_missing_relation",
            text="""\
12:03:40.025 request_id=F0fje7RZO1VAAAAu [error] ** (Postgrex.Error) ERROR 42P01 (undefined_table) relation "deposits" \
does not exist
    (ecto_sql 3.14.0) lib/ecto/adapters/sql.ex:1121: Ecto.Adapters.SQL.raise_sql_call_error/1
""",
        ),
        Example(
            id="db_query_invalid",
            text="""\
12:05:02.912 request_id=F0fjf8SaP2WAAAAv [error] ** (Postgrex.Error) ERROR 42702 (ambiguous_column) column reference \
"inserted_at" is ambiguous
    (ecto_sql 3.14.0) lib/ecto/adapters/sql.ex:1121: Ecto.Adapters.SQL.raise_sql_call_error/1
""",
        ),
    ),
    sources=("oban-bg/oban#155", "https://hexdocs.pm/ecto/Ecto.Schema.html"),
)
