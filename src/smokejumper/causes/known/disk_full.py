"""The machine's own file system or volume is full."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="disk_full",
    title="the disk of {machine} is full",
    owner="us",
    scope="machine",
    kind="cause",
    level=2,
    what=(
        "A write on the machine failed for want of space: uploads in /tmp, crash dumps, log files, a SQLite WAL or "
        "documents on a volume. The root disk is wiped at restart, a volume is not."
    ),
    unlike={
        "db_disk_full": "53100 or `could not extend file`: it is the database's disk",
        "config_error": "a directory cannot be written for lack of rights, not of space",
        "vm_limit": "file descriptors ran out, not blocks",
    },
    signature=Signature(
        patterns=(
            r"\bno space left on device\b",
            r"(?<![\w:]):enospc\b",
            r"\bdatabase or disk is full\b",
        ),
    ),
    needles=(r"alarm_handler: \{:?set,\s{0,30}\{\{:?disk_almost_full,",),
    tell="df per mount on {machine}; which directory grew",
    explains=(
        "machine_unreachable",
        "health_check_failing",
        "process_crash_loop",
        "supervisor_boot_failure",
        "process_missing",
        "genserver_timeout",
        "job_stuck",
        "job_failure",
        "deploy_failed",
    ),
    remedy=Remedy(
        mitigate=(
            "Copy what you need as evidence, delete temporary files and old dumps on {machine}, or extend the volume; "
            "send uploads to another machine meanwhile."
        ),
        repair="Store documents in object storage, clean up on a timer, and give the volume room to grow.",
        do_not="Do not delete database files or volumes, and do not restart before the evidence is copied.",
        undo="Nothing to undo; deleted temporary files are gone.",
        prevent="Alert on volume usage at 80 % and send crash dumps to a place with a limit.",
    ),
    playbook="Step 3",
    examples=(
        Example(
            id="disk_full",
            source="corpus:disk_full_one_machine",
            text="""\
21:39:42.310 request_id=GOtnmMb9CmT3u7MAAASh [error] ** (File.Error) could not write to file \
"/data/scans/KNT000394.pdf": no space left on device
    (elixir 1.18.3) lib/file.ex:1187: File.write!/3
    (loom 4.0.0) lib/loom/scans.ex:33: Loom.Scans.store!/2
""",
        ),
        Example(
            id="disk_full",
            source="CargoSense/briefly#39",
            text="""\
21:40:20.117 [error] GenServer Loom.Scratch terminating
** (CaseClauseError) no case clause matching: {:error, :enospc}
    (loom 4.0.0) lib/loom/scratch.ex:85: Loom.Scratch.open/2
Last message (from #PID<0.9388.0>): {:create, [directory: true]}
""",
        ),
        Example(
            id="db_disk_full",
            text="""\
21:42:03.905 request_id=GOtnmNc0DnU4v8NBBBTi [error] ** (Postgrex.Error) ERROR 53100 (disk_full) could not extend file \
"base/16384/24601": No space left on device

    hint: Check free disk space.
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
""",
        ),
    ),
    sources=("corpus:disk_full_one_machine", "CargoSense/briefly#39"),
)
