"""The server is there and the login works, but the named database does not exist."""

from smokejumper.causes.consequences import UNCONNECTED
from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="db_missing_database",
    title="the database that DATABASE_URL names does not exist on {host}",
    owner="us",
    scope="systemic",
    kind="cause",
    level=3,
    traits=("below", "migrated", "unmigrated"),
    what=(
        "The last part of DATABASE_URL names a database that the server does not have (3D000), or one that was dropped "
        "(57P04)."
    ),
    unlike={
        "db_missing_relation": "the database is there, a table, view, type or function is missing",
        "db_auth": "the login itself is refused",
        "pooler_rejected": "the pooler does not know the project or user",
    },
    signature=Signature(
        sqlstates=("3D000", "57P04"),
        types=("Phoenix.Ecto.StorageNotCreatedError",),
        patterns=(
            r"database \\?\"[^\"\\\n]{1,63}\\?\" does not exist",
            r"\b[Tt]he storage is not created for repo: ",
            r"\(protocol_violation\):? no such database: ",
        ),
    ),
    tell="a new environment, or a URL that was put together by hand; on Supabase the name is nearly always `postgres`",
    explains=UNCONNECTED,
    remedy=Remedy(
        mitigate="Set the previous DATABASE_URL again.",
        repair=(
            "Correct the path part of DATABASE_URL; on Supabase it is `postgres` unless somebody created another one."
        ),
        do_not="Do not run ecto.create or create an empty database to silence the error: the data is somewhere else.",
        undo="Set the secret to its former value.",
        prevent="Let the release_command connect with the same URL, so that a wrong name stops the deploy.",
    ),
    playbook="Step 2",
    examples=(
        Example(
            id="db_missing_database",
            source="cockroachdb/cockroach#23893",
            text="""\
19:12:06.871 [error] Postgrex.Protocol (#PID<0.1744.0>) failed to connect: ** (Postgrex.Error) FATAL 3D000 \
(invalid_catalog_name) database "pantry_prod" does not exist
""",
        ),
        Example(
            id="db_missing_database",
            source="phoenix_ecto:lib/phoenix_ecto/exceptions.ex",
            text="""\
19:12:09.300 request_id=F0fUc8pXm3tAAAAS [error] ** (Phoenix.Ecto.StorageNotCreatedError) the storage is not created \
for repo: Pantry.Repo. Try running `mix ecto.create` in the command line to create it
    (phoenix_ecto 4.6.3) lib/phoenix_ecto/check_repo_status.ex:67: Phoenix.Ecto.CheckRepoStatus.check_storage_up!/1
""",
        ),
        Example(
            id="db_missing_relation",
            text="""\
19:14:40.025 request_id=F0fUd9qYn4uAAAAT [error] ** (Postgrex.Error) ERROR 42P01 (undefined_table) relation "shelves" \
does not exist

    query: SELECT s0."id" FROM "shelves" AS s0
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
""",
        ),
    ),
    sources=("cockroachdb/cockroach#23893", "ryanswapp/react-phoenix-starter-template#7", "supabase/supavisor#257"),
)
