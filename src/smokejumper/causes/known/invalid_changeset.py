"""A write that must succeed met a validation error."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="invalid_changeset",
    parent="bad_input_shape",
    title="a write is refused by its own validation",
    owner="us",
    scope="endpoint",
    kind="cause",
    level=6,
    what=(
        "A bang function (insert!, update!) was given a changeset that is not valid, and raised instead of answering."
    ),
    unlike={
        "db_constraint_other": "the database refused the row",
        "db_constraint_unique": "a unique index refused the row",
    },
    signature=Signature(
        patterns=(r"could not perform (?:insert|update|delete|insert_or_update) because changeset is invalid",),
        types=("Ecto.InvalidChangesetError",),
    ),
    tell="the Errors part of the message: which field, which validation; a new validation against rows of before",
    remedy=Remedy(
        mitigate="Roll back if a release brought the validation.",
        repair="Use the function without the bang and answer with the errors, or mend the data before the write.",
        do_not="Do not drop the validation to get the write through.",
        undo="Redeploy the release that was rolled back.",
        prevent="Test the write with the oldest rows that there are.",
    ),
    playbook="Step 6",
    examples=(
        Example(
            id="invalid_changeset",
            source="lambdaclass/stark_compass_explorer#135",
            text="""\
10:14:01.311 request_id=GJq2Zn1b8QcW4pIAAADA [error] ** (Ecto.InvalidChangesetError) could not perform insert\
 because changeset is invalid.

Errors

    %{weight: [{"must be greater than %{number}", [validation: :number, kind: :greater_than, number: 0]}]}

    (ecto 3.12.1) lib/ecto/repo/schema.ex:257: Ecto.Repo.Schema.insert!/4
    (courier 2.1.0) lib/courier/parcels.ex:33: Courier.Parcels.create!/1
""",
        ),
        Example(
            id="db_constraint_unique",
            source="own",
            text="""\
10:14:02.311 request_id=GJq2Zn2b8QcW4pIAAADB [error] ** (Ecto.ConstraintError) constraint error when\
 attempting to insert struct:

    * "parcels_code_index" (unique_constraint)

    (ecto 3.12.1) lib/ecto/repo/schema.ex:881: anonymous fn/4 in Ecto.Repo.Schema.constraints_to_errors/3
""",
        ),
    ),
    sources=("ecto:lib/ecto/exceptions.ex", "lambdaclass/stark_compass_explorer#135", "mainmatter/breethe-server#86"),
)
