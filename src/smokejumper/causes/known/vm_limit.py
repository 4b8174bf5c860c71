"""A limit of the VM or of the operating system is reached."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="vm_limit",
    title="{machine} is at a limit of open files, sockets, ports or processes",
    owner="us",
    scope="machine",
    kind="cause",
    level=2,
    what=(
        "File descriptors, ports, processes or local addresses are used up, so that nothing new can be opened: no "
        "accept, no file, no connection. Mostly something is opened and never closed."
    ),
    unlike={
        "atom_limit": "the table that is full is the one for atoms",
        "disk_full": ":enospc: space ran out, not descriptors",
        "capacity_exceeded": "Fly's proxy reports its concurrency limit; the machine itself opens what it wants",
    },
    signature=Signature(
        patterns=(
            r"\bUnexpected error in accept: :(?:emfile|enfile)\b",
            r"\bRanch acceptor reducing accept rate: out of file descriptors\b",
            r"(?<![\w:]):(?:emfile|enfile|eaddrnotavail|system_limit)\b",
            r"\btoo many open files\b",
            r"^Too many processes$",
        ),
        frames=(r"\A(?!.{0,200}_to_atom\().",),
        frame_types=("SystemLimitError",),
    ),
    tell="open descriptors and process_count against their limits; sockets whose responses were never read",
    parent="atom_limit",
    explains=(
        "machine_unreachable",
        "health_check_failing",
        "process_crash_loop",
        "process_missing",
        "genserver_timeout",
        "cluster_split",
        "job_failure",
        "db_connection_dropped",
        "http_client_closed",
    ),
    remedy=Remedy(
        mitigate="Restart {machine} alone, after a look at what it holds open.",
        repair="Close what leaks (unread responses, ports, file handles, processes without end).",
        do_not="Do not raise ulimit or +P and leave it there: a leak reaches the higher limit too.",
        undo="Nothing to undo after a restart.",
        prevent="Record descriptors, ports and processes of each machine as metrics.",
    ),
    playbook="Step 3",
    examples=(
        Example(
            id="vm_limit",
            source="mtrudel/thousand_island#52",
            text="""\
05:51:30.771 [error] Task #PID<0.2053.0> started from #PID<0.2051.0> terminating
** (RuntimeError) Unexpected error in accept: :emfile
    (thousand_island 1.3.9) lib/thousand_island/acceptor.ex:29: ThousandIsland.Acceptor.accept/5
    (elixir 1.18.4) lib/task/supervised.ex:101: Task.Supervised.invoke_mfa/2
Function: &ThousandIsland.Acceptor.run/1
""",
        ),
        Example(
            id="vm_limit",
            source="ninenines/cowboy#1079",
            text="""\
05:52:31.219 [warning] Ranch acceptor reducing accept rate: out of file descriptors
""",
        ),
        Example(
            id="disk_full",
            text="""\
05:53:40.004 request_id=F0wOo1qRsT2AAAAi [error] ** (File.CopyError) could not copy from "/tmp/plug-1742/upload" to \
"/data/in/7.pdf": no space left on device
    (elixir 1.18.4) lib/file.ex:890: File.cp!/3
""",
        ),
    ),
    sources=("mtrudel/thousand_island#52", "ninenines/cowboy#1079", "mtrudel/bandit#134"),
)
