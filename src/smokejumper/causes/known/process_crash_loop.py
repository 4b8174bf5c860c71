"""A process, or the whole VM, crashes and is started again and again."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="process_crash_loop",
    title="a process on {machine} crashes over and over ({count} times)",
    owner="us",
    scope="machine",
    kind="symptom",
    level=9,
    traits=("edge",),
    what=(
        "Something ends shortly after each start: a process, until its supervisor gives in (3 restarts in 5 s unless "
        "set), or the VM, until Fly's restart limit. It keeps this name only while the reason of the FIRST crash is "
        "unknown; later crashes can show consequences."
    ),
    unlike={
        "supervisor_boot_failure": "the tree never came up",
        "oom": "the exits come with an OOM line or exit code 137",
        "config_missing_env": "each start ends in the same missing variable",
    },
    signature=Signature(
        patterns=(
            r"\breached_max_restart_intensity\b",
            r"\bApplication \w{1,60} exited: shutdown$",
            r"\bMain child exited normally with code: (?!(?:0|137|143)\b)\d{1,3}\b",
            r"\bmachine has reached its max restart count\b",
        ),
    ),
    needles=(
        r"Main child exited normally with code: (?!(?:0|137|143)\b)\d{1,3}\b",
        r"machine has reached its max restart count",
        r"Application \w{1,60} exited: shutdown$",
    ),
    tell=(
        "`GenServer NAME terminating` for one name three times within seconds; exit_code and restart_count of the "
        "machine"
    ),
    explains=("process_missing", "ets_missing", "genserver_timeout", "machine_unreachable", "health_check_failing"),
    remedy=Remedy(
        mitigate=(
            "Read the first crash after the last good minute; roll {release} back if it began there, else stop "
            "{machine} so that traffic goes to the others."
        ),
        repair="Correct the crash of that process; let it start without the resource that is not ready yet.",
        do_not="Do not raise max_restarts: the loop only becomes longer and hides the first reason.",
        undo="Start {machine} again once the corrected release is there.",
        prevent="Alert on restarts of machines and on repeated `terminating` lines of one name.",
    ),
    playbook="Step 3",
    examples=(
        Example(
            id="process_crash_loop",
            source="dwyl/phoenix-liveview-todo-list-tutorial#66",
            text="""\
2026-03-02T03:55:24Z app[4d891b6fe12e18] lhr [info] INFO Main child exited normally with code: 1
2026-03-02T03:55:24Z app[4d891b6fe12e18] lhr [info] INFO Starting clean up.
2026-03-02T03:55:25Z runner[4d891b6fe12e18] lhr [info]machine has reached its max restart count (10)
""",
        ),
        Example(
            id="process_crash_loop",
            source="elixir:lib/elixir/lib/exception.ex",
            text="""\
03:58:40.207 [notice] Application loom exited: shutdown
""",
        ),
        Example(
            id="config_missing_env",
            text="""\
ERROR! Config provider Config.Reader failed with:
** (System.EnvError) could not fetch environment variable "LOOM_KEY" because it is not set
    (elixir 1.18.4) lib/system.ex:709: System.fetch_env!/1
""",
        ),
    ),
    sources=("dwyl/phoenix-liveview-todo-list-tutorial#66", "Zatvobor/couch_normalizer#35"),
)
