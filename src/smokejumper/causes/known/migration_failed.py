"""A schema step of a release raised, was aborted or did not run."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="migration_failed",
    title="a migration of {release} failed",
    owner="us",
    scope="deploy",
    kind="cause",
    level=9,
    what=(
        "The release_command's migration raised, ran into a limit or was aborted, or the app says that migrations are "
        "pending. Mostly the deploy stops there and the old machines keep serving."
    ),
    unlike={
        "db_auth": "the step could not even log in: that id, with the deploy as trigger",
        "db_unreachable": "the step could not connect",
        "config_missing_env": "the step stopped for want of an environment variable",
        "db_missing_column": "the migration never ran, and requests meet the old schema",
        "deploy_failed": "the release stopped for another reason than its migration",
    },
    signature=Signature(
        sqlstates=("42P07", "42701", "42710", "42P06", "42723", "25001"),
        types=("Ecto.MigrationError", "Phoenix.Ecto.PendingMigrationError"),
        patterns=(
            r"\(Ecto\.MigrationError\) ",
            r"Could not (?:create|update) schema migrations table\b",
            r"\b[Tt]here are pending migrations for repo: ",
            r"\brelease_command failed\b",
            r"release command failed - aborting deployment",
        ),
    ),
    tell="on the machine that prints `Preparing to run: `/app/bin/migrate``: `== Running` without its `== Migrated`",
    needles=(
        r"Preparing to run: `[^`\n]{0,120}\bmigrate\b",
        r"== Running \d+ \S+ (?:forward|backward)",
        r"== Migrated \d+ in \d",
    ),
    over=("deploy_failed",),
    explains=("deploy_failed", "db_missing_column", "db_missing_relation"),
    remedy=Remedy(
        mitigate="Leave the old release running and stop retrying; find out how far the migration came.",
        repair=(
            "Correct the migration, give it a lock_timeout, move data changes into batches of their own, and run it "
            "over the direct host; drop invalid indexes before the next try."
        ),
        do_not=(
            "Do not deploy with --skip-release-command, do not edit schema_migrations, and do not rerun a half-applied "
            "migration blindly."
        ),
        undo="Go back with `Release.rollback(repo, version)`, then redeploy.",
        prevent="Run every migration against a copy of production first, and check it for locks and rewrites.",
    ),
    playbook="Step 8",
    examples=(
        Example(
            id="migration_failed",
            source="postgres:src/backend/catalog/heap.c",
            text="""\
10:31:12.606 [info] == Running 20260914120200 Courier.Repo.Migrations.AddDepots.change/0 forward
10:31:12.609 [info] create table depots
10:31:12.640 [error] ** (Postgrex.Error) ERROR 42P07 (duplicate_table) relation "depots" already exists
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
    (ecto_sql 3.12.1) lib/ecto/migration/runner.ex:348: Ecto.Migration.Runner.log_and_execute_ddl/3
""",
        ),
        Example(
            id="migration_failed",
            source="phoenix_ecto:lib/phoenix_ecto/exceptions.ex",
            text="""\
10:35:02.118 request_id=F0fsA9nvk3rAAABE [error] ** (Phoenix.Ecto.PendingMigrationError) there are pending migrations \
for repo: Courier.Repo. Try running `mix ecto.migrate` in the command line to migrate it
    (phoenix_ecto 4.6.3) lib/phoenix_ecto/check_repo_status.ex:84: \
Phoenix.Ecto.CheckRepoStatus.check_pending_migrations!/2
""",
        ),
        Example(
            id="db_missing_relation",
            text="""\
10:37:40.025 request_id=F0fsB0owl4sAAABF [error] ** (Postgrex.Error) ERROR 42P01 (undefined_table) relation "depots" \
does not exist
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
""",
        ),
    ),
    sources=("dwyl/auth#418", "asciinema/asciinema-server#430", "supabase/supabase#30571"),
)
