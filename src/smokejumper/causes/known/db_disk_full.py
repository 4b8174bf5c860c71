"""The disk of the Postgres server is full."""

from smokejumper.causes.consequences import UNCONNECTED
from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="db_disk_full",
    title="the disk of the database server is full",
    owner="supabase",
    scope="systemic",
    kind="cause",
    level=3,
    traits=("below", "database"),
    what=(
        "Postgres cannot extend a table file or its write-ahead log. Writes fail with 53100; when the log has no room, "
        "the server stops and answers 57P03 for long."
    ),
    unlike={
        "db_server_fault": "`could not resize shared memory segment` carries 53100 as well, but it is memory, not disk",
        "disk_full": "the disk of the Fly machine, not of the database",
        "db_read_only": "25006 without 53100: the platform stepped in before the disk was full",
    },
    signature=Signature(
        patterns=(
            r"\(disk_full\):? (?!could not resize shared memory segment)",
            (
                r"could not (?:extend|write to) file \\?\"(?:base|global|pg_wal"
                r"|pg_tblspc)/[^\"\\\n]{1,200}\\?\"[^\n]{0,80}(?:No space left on device|wrote only)"
            ),
        ),
    ),
    tell="the disk metric of the project at 100 %; a stale replication slot may hold back the write-ahead log",
    over=("db_server_fault",),
    explains=("db_read_only", "db_shutdown", *UNCONNECTED),
    remedy=Remedy(
        mitigate="Enlarge the disk or the plan in Supabase, and pause the jobs that write most.",
        repair="Drop stale replication slots and dead tables, then vacuum; find out what grew.",
        do_not="Do not start a mass DELETE on the full disk: it writes to the log first and makes it worse.",
        undo="TRUNCATE and DROP have no undo: take a backup before.",
        prevent="Alert at 80 % of the disk, and give logs, jobs and events in the database a retention.",
    ),
    playbook="Step 2",
    examples=(
        Example(
            id="db_disk_full",
            source="blockscout/blockscout#5049",
            text="""\
00:58:38.968 request_id=F0fpu3hpe7lAAAA- [error] ** (Postgrex.Error) ERROR 53100 (disk_full) could not extend file \
"base/16396/664295.2": No space left on device

    hint: Check free disk space.
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
    (quarry 0.6.0) lib/quarry/blasts.ex:22: Quarry.Blasts.log/1
""",
        ),
        Example(
            id="db_server_fault",
            text="""\
00:59:51.577 [error] GenServer Quarry.Tally terminating
** (Postgrex.Error) ERROR 53100 (disk_full) could not resize shared memory segment "/PostgreSQL.1022215856" to 196736 \
bytes: No space left on device
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
Last message: :count
""",
        ),
        Example(
            id="disk_full",
            text="""\
01:01:20.440 request_id=F0fpv4iqf8mAAAA_ [error] ** (File.Error) could not write to file "/data/uploads/911.jpg": no \
space left on device
    (elixir 1.18.3) lib/file.ex:1180: File.write!/3
    (quarry 0.6.0) lib/quarry/uploads.ex:31: Quarry.Uploads.store/2
""",
        ),
    ),
    sources=("blockscout/blockscout#5049", "dwyl/learn-postgresql#125"),
)
