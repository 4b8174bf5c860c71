"""A row changed or vanished between read and write."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="db_stale_entry",
    title="a row changed or vanished between reading and writing it",
    owner="us",
    scope="data",
    kind="client",
    level=1,
    what=(
        "Ecto updated or deleted a row and none was hit: someone else removed it, an optimistic lock caught a newer "
        "version, or row-level security or a trigger swallowed the write. In a request it is answered with 409 and not "
        "logged."
    ),
    unlike={
        "db_serialization": "Postgres itself ended the transaction with 40001",
        "not_found_record": "the row was not there when it was read",
        "db_permission": "row-level security refused openly, with 42501",
    },
    signature=Signature(
        types=("Ecto.StaleEntryError",),
        patterns=(r"attempted to (?:insert|update|delete) a stale struct:",),
    ),
    tell="two writers of the same record: a user and a job, or two tabs; for one role only: a policy or trigger",
    remedy=Remedy(
        mitigate="Nothing is needed for single cases; pause the job if it fights with requests over the same rows.",
        repair=(
            "Give `stale_error_field:` so that the changeset reports it, read again and repeat; for deletes that may "
            "find nothing use `allow_stale: true`."
        ),
        do_not="Do not drop the version column: the last writer would then silently overwrite the others.",
        undo="Redeploy the previous release.",
        prevent="Test the update of a record that another process deletes meanwhile.",
    ),
    playbook="Step 7",
    examples=(
        Example(
            id="db_stale_entry",
            source="instedd/surveda#1737",
            text="""\
23:15:24.687 request_id=F0jTq7uVwX8AAAAf [error] ** (Ecto.StaleEntryError) attempted to update a stale struct:

%Tidepool.Reading{__meta__: #Ecto.Schema.Metadata<:loaded, "readings">, id: 77, level: 3}

    (ecto 3.12.6) lib/ecto/repo/schema.ex:823: Ecto.Repo.Schema.apply/4
    (tidepool 3.2.0) lib/tidepool/sync.ex:52: Tidepool.Sync.store/1
""",
        ),
        Example(
            id="db_serialization",
            text="""\
23:17:08.419 [error] Task #PID<0.4080.0> started from Tidepool.Sync terminating
** (Postgrex.Error) ERROR 40001 (serialization_failure) could not serialize access due to concurrent update
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
Function: #Function<1.81571850/0 in Tidepool.Sync.run/1>
    Args: []
""",
        ),
    ),
    sources=("instedd/surveda#1737", "edenlabllc/ehealth.api#2807", "getmydia/mydia#285"),
)
