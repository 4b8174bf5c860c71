"""A not-null, foreign key, check or exclusion constraint refused a row."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="db_constraint_other",
    title="{endpoint} stores a row that a constraint of its table refuses",
    owner="us",
    scope="endpoint",
    kind="cause",
    level=3,
    traits=("migrated",),
    what=(
        "A value is missing, points at a parent that is gone, or breaks a check or exclusion rule of the table, and no "
        "changeset caught it before."
    ),
    unlike={
        "db_constraint_unique": "the refused row is a duplicate",
        "bad_input_shape": "the value is too long or of another type (22xxx)",
        "db_missing_column": "the column itself does not exist",
        "migration_failed": "the constraint could not be added because old rows break it",
    },
    signature=Signature(
        sqlstates=("23502", "23503", "23514", "23P01", "23001", "23000"),
        patterns=(
            r"violates (?:not-null|foreign key|check) constraint",
            r"conflicting key value violates exclusion constraint",
            (
                r"constraint error when attempting to [a-z_ ]{1,40}:(?:\s"
                r"|\\n){1,20}\* (?:\\?\"?[^\"\\\n]{1,80}\\?\"? \((?:foreign_key|check|exclusion|no_assoc)_constraint\)"
                r"|(?:foreign_key|check|exclude|exclusion): )"
            ),
        ),
    ),
    tell=(
        "the constraint's name says which rule; new NOT NULL while old machines still write: all routes that insert "
        "there"
    ),
    remedy=Remedy(
        mitigate=(
            "If a migration of {release} added the constraint, take it back with a migration; else reject the input or "
            "wait for the fix."
        ),
        repair=(
            "Validate in the changeset and name the constraint there (`foreign_key_constraint/3`, "
            "`check_constraint/3`); add a new NOT NULL only after every machine sends the value."
        ),
        do_not="Do not disable the constraint or its triggers: the bad rows then stay.",
        undo="A dropped constraint comes back with ADD CONSTRAINT ... NOT VALID, followed by VALIDATE.",
        prevent="Add constraints NOT VALID first and VALIDATE afterwards; expand, deploy, then contract.",
    ),
    playbook="Step 6",
    examples=(
        Example(
            id="db_constraint_other",
            source="corpus:not_null_column_by_release_command",
            text="""\
07:37:38.945 request_id=F0fia3NVK7RAAAAq [error] ** (Postgrex.Error) ERROR 23502 (not_null_violation) null value in \
column "route_code" of relation "parcels" violates not-null constraint

    table: parcels
    column: route_code

Failing row contains (3, null).
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
    (courier 2.3.0) lib/courier/parcels.ex:48: Courier.Parcels.book/2
""",
        ),
        Example(
            id="db_constraint_other",
            source="corpus:invoice_check_constraint_one_tenant",
            text="""\
07:40:09.664 request_id=F0fib4OWL8SAAAAr [error] ** (Ecto.ConstraintError) constraint error when attempting to insert \
struct:

    * "parcels_weight_positive" (check_constraint)

If you would like to stop this constraint violation from raising an
exception and instead add it as an error to your changeset, please
call `check_constraint/3` on your changeset with the constraint
`:name` as an option.
    (ecto 3.12.6) lib/ecto/repo/schema.ex:881: anonymous fn/4 in Ecto.Repo.Schema.constraints_to_errors/3
""",
        ),
        Example(
            id="db_constraint_unique",
            text="""\
07:42:10.300 request_id=F0fic5PXM9TAAAAs [error] ** (Postgrex.Error) ERROR 23505 (unique_violation) duplicate key \
value violates unique constraint "parcels_pkey"

    table: parcels
    constraint: parcels_pkey

Key (id)=(914) already exists.
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
""",
        ),
    ),
    sources=("oban-bg/oban#1061", "https://www.postgresql.org/docs/current/errcodes-appendix.html"),
)
