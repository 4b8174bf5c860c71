"""A unique index refused a row and the code let it raise."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="db_constraint_unique",
    title="{endpoint} stores a row that already exists, and the unique index refuses it",
    owner="us",
    scope="endpoint",
    kind="cause",
    level=3,
    traits=("migrated",),
    what=(
        "Postgres refuses a duplicate (23505), and no changeset names the constraint. With a `_pkey` index the ids "
        "clash: mostly a sequence that stayed behind after an import."
    ),
    unlike={
        "double_submit_race": "two requests of one user within about a second, the first one succeeded",
        "db_constraint_other": "not-null, foreign key, check or exclusion constraint",
        "multiple_results": "duplicates are in the table already and are found while reading",
        "migration_failed": "a new unique index is built over old duplicates",
    },
    signature=Signature(
        sqlstates=("23505",),
        patterns=(
            r"duplicate key value violates unique constraint \\?\"",
            (
                r"constraint error when attempting to [a-z_ ]{1,40}:(?:\s"
                r"|\\n){1,20}\* (?:\\?\"?[^\"\\\n]{1,80}\\?\"? \(unique_constraint\)|unique: )"
            ),
        ),
    ),
    tell="the name of the index says which columns clash; same index, many users: code; one row, again and again: data",
    remedy=Remedy(
        mitigate=(
            "Leave the data alone; if {release} brought the index or the insert, roll it back, else tell users that "
            "the record exists already."
        ),
        repair=(
            "Add `unique_constraint(:field, name: ...)` to the changeset or use `on_conflict`; a sequence that lags "
            "behind gets setval above the highest id."
        ),
        do_not=(
            "Do not drop the index, and do not check with a query before the insert: two requests pass that check "
            "together."
        ),
        undo="Redeploy the release that was rolled back.",
        prevent="Add a constraint and its line in the changeset in the same change.",
    ),
    playbook="Step 6",
    examples=(
        Example(
            id="db_constraint_unique",
            source="b310-digital/mindwendel#541",
            text="""\
10:44:09.664 request_id=F0ffT6GOD0KAAAAj [error] ** (Ecto.ConstraintError) constraint error when attempting to insert \
struct:

    * "tags_name_index" (unique_constraint)

If you would like to stop this constraint violation from raising an
exception and instead add it as an error to your changeset, please
call `unique_constraint/3` on your changeset with the constraint
`:name` as an option.

The changeset has not defined any constraint.

    (ecto 3.12.6) lib/ecto/repo/schema.ex:881: anonymous fn/4 in Ecto.Repo.Schema.constraints_to_errors/3
    (pantry 2.8.0) lib/pantry/tags.ex:19: Pantry.Tags.create/1
""",
        ),
        Example(
            id="db_constraint_unique",
            source="code-corps/code-corps-api#535",
            text="""\
10:45:30.101 request_id=F0ffU7HPE1LAAAAk [error] ** (Ecto.ConstraintError) constraint error when attempting to insert \
struct:

    * unique: tags_name_index

If you would like to convert this constraint into an error, please
call unique_constraint/3 in your changeset and define the proper
constraint name. The changeset has not defined any constraint.
    (ecto) lib/ecto/repo/schema.ex:493: anonymous fn/4 in Ecto.Repo.Schema.constraints_to_errors/3
""",
        ),
        Example(
            id="db_constraint_other",
            text="""\
10:46:12.980 request_id=F0ffV8IQF2MAAAAl [error] ** (Ecto.ConstraintError) constraint error when attempting to insert \
struct:

    * "tags_colour_known" (check_constraint)

If you would like to stop this constraint violation from raising an
exception and instead add it as an error to your changeset, please
call `check_constraint/3` on your changeset with the constraint
`:name` as an option.

The changeset defined the following constraints:

    * "tags_name_index" (unique_constraint)

    (ecto 3.12.6) lib/ecto/repo/schema.ex:881: anonymous fn/4 in Ecto.Repo.Schema.constraints_to_errors/3
""",
        ),
    ),
    sources=("b310-digital/mindwendel#541", "bors-ng/bors-ng#1106", "Nebo15/annon.api#256"),
)
