"""The role may not do this, or row-level security refuses it."""

from smokejumper.causes.consequences import NOT_UP
from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="db_permission",
    title="the database role lacks a right that {endpoint} needs",
    owner="us",
    scope="endpoint",
    kind="cause",
    level=3,
    traits=("migrated",),
    what=(
        "The login works, but the role has no right on a table, schema, sequence or function, is not its owner, or a "
        "row-level security policy refuses the new row (42501)."
    ),
    unlike={
        "db_auth": "the login itself is refused",
        "db_read_only": "25006: nobody may write at the moment",
        "not_found_record": "a policy that only hides rows: the row seems to be missing",
        "db_stale_entry": "a policy that swallows an update or delete: no row was hit",
    },
    signature=Signature(
        sqlstates=("42501",),
        patterns=(
            (
                r"new row violates row-level security policy(?: (?:\(\w{1,40} expression\) "
                r")?\\?\"[^\"\\\n]{1,63}\\?\")? for table"
            ),
        ),
    ),
    tell="the role of DATABASE_URL changed, a new table came without GRANT, or a migration touched policies",
    explains=NOT_UP,
    parent="db_auth",
    remedy=Remedy(
        mitigate="Set the previous DATABASE_URL (the role that worked), or roll the policy change of {release} back.",
        repair="Give the right with GRANT, or correct the policy, in a migration that runs as the owner.",
        do_not="Do not disable row-level security, and do not use the service role in paths that users reach.",
        undo="REVOKE what was granted.",
        prevent="Run one test suite as the role that production uses.",
    ),
    playbook="Step 4",
    examples=(
        Example(
            id="db_permission",
            source="fly-apps/postgres-flex#101",
            text="""\
13:13:29.614 request_id=F0fqw5jrg9nAAABA [error] ** (Postgrex.Error) ERROR 42501 (insufficient_privilege) permission \
denied for schema billing

    query: SELECT i0."id" FROM "billing"."invoices" AS i0
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
    (ledger 1.4.0) lib/ledger/invoices.ex:17: Ledger.Invoices.list/1
""",
        ),
        Example(
            id="db_permission",
            source="postgres:src/backend/executor/execMain.c",
            text="""\
13:15:02.288 request_id=F0fqx6ksh0oAAABB [error] ** (Postgrex.Error) ERROR 42501 (insufficient_privilege) new row \
violates row-level security policy for table "invoices"
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
""",
        ),
        Example(
            id="db_auth",
            text="""\
13:16:44.105 [error] Postgrex.Protocol (#PID<0.1801.0>) failed to connect: ** (Postgrex.Error) FATAL 28000 \
(invalid_authorization_specification) role "ledger_ro" is not permitted to log in
""",
        ),
    ),
    sources=("fly-apps/postgres-flex#101", "supabase/realtime#432", "glific/glific#5165"),
)
