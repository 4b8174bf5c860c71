"""A table, view, sequence, function, type, extension or schema is missing."""

from smokejumper.causes.consequences import NOT_UP
from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="db_missing_relation",
    title="the database lacks a table, type or function that {endpoint} uses",
    owner="us",
    scope="endpoint",
    kind="cause",
    level=3,
    traits=("migrated",),
    what=(
        "An object that the code names was never created, sits in a schema that is not searched, or belongs to a "
        "library whose own migration was forgotten (oban_jobs, an error tracker)."
    ),
    unlike={
        "db_missing_column": "the table is there, a column is not",
        "db_query_invalid": "42883 with `operator does not exist`: operand types do not fit",
        "db_missing_database": "the database as a whole is missing (3D000)",
        "migration_failed": "the migration itself raised, and the release did not go out",
    },
    signature=Signature(
        sqlstates=("42P01", "42704", "3F000"),
        patterns=(
            r"\(undefined_function\):? (?!operator does not exist)",
            r"function [\w.]{1,130}\([^)\n]{0,300}\) does not exist",
            r"relation \\?\"[^\"\\\n]{1,127}\\?\" does not exist",
            r"Oban migrations have not been run\. The \w{1,63} table does not exist",
        ),
    ),
    tell=(
        "the object may exist in another schema (Supabase: extensions); with `SET search_path` over a transaction "
        "pooler it flickers"
    ),
    over=("db_query_invalid",),
    explains=NOT_UP,
    remedy=Remedy(
        mitigate=(
            "Run the missing migration (`/app/bin/migrate`), or roll back to the release that did not need the object."
        ),
        repair=(
            "Create it in a migration; if it exists in another schema, set `parameters: [search_path: ...]` of the "
            "Repo or the prefix of the query."
        ),
        do_not="Do not create it by hand: the migration that follows would fail on it.",
        undo="Roll the migration back with `Release.rollback(repo, version)`.",
        prevent="Run migrations in the release_command, and read the upgrade notes of libraries that own tables.",
    ),
    playbook="Step 4",
    examples=(
        Example(
            id="db_missing_relation",
            source="bonfire-networks/bonfire-app#1736",
            text="""\
06:24:55.044 [error] GenServer {Oban.Registry, {Oban, {:producer, "default"}}} terminating
** (Postgrex.Error) ERROR 42P01 (undefined_table) relation "public.oban_jobs" does not exist

    query: SELECT o0."id" FROM "public"."oban_jobs" AS o0 WHERE (o0."state" = 'available')
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
    (oban 2.19.4) lib/oban/queue/producer.ex:241: Oban.Queue.Producer.dispatch/1
Last message: :dispatch
""",
        ),
        Example(
            id="db_missing_relation",
            source="postgres:src/backend/parser/parse_func.c",
            text="""\
06:26:12.345 request_id=F0fkg9TbQ3XAAAAw [error] ** (Postgrex.Error) ERROR 42883 (undefined_function) function \
unaccent(character varying) does not exist
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
""",
        ),
        Example(
            id="db_query_invalid",
            text="""\
06:27:50.010 request_id=F0fkh0UcR4YAAAAx [error] ** (Postgrex.Error) ERROR 42883 (undefined_function) operator does \
not exist: uuid = character varying
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
""",
        ),
    ),
    sources=("asciinema/asciinema-server#381", "bonfire-networks/bonfire-app#1736", "oban-bg/oban#1452"),
)
