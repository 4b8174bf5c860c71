"""Memory of the VM, or of one process, rises steadily, and nothing was killed yet."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="memory_leak",
    title="memory on {machine} rises steadily",
    owner="us",
    scope="machine",
    kind="evidence",
    level=8,
    what=(
        "Some process keeps more and more: state, binaries it only refers to, or messages. os_mon's alarm says that a "
        "limit was passed; at boot of a small machine the same alarm is noise, and it counts file caches as used."
    ),
    unlike={
        "oom": "a kill or a failed allocation was seen",
        "ets_growth": "the growing share is `ets`",
        "mailbox_backlog": "the growing process has a long message queue",
    },
    signature=Signature(
        patterns=(r"alarm_handler: \{:?set,\s{0,30}\{:?(?:system|process)_memory_high_watermark\b",),
    ),
    needles=(r"alarm_handler: \{:?set,\s{0,30}\{:?(?:system|process)_memory_high_watermark\b",),
    tell="two samples of :erlang.memory; the processes with the most memory and the most referenced binaries",
    look="beam",
    parent="oom",
    explains=("genserver_timeout",),
    remedy=Remedy(
        mitigate=(
            "Restart {machine} before its memory is gone, one machine at a time, after two memory samples were taken."
        ),
        repair=(
            "Bound the buffer that grows, copy the small parts of large binaries with :binary.copy/1, let idle "
            "processes hibernate, and stream instead of loading whole results."
        ),
        do_not="Do not take :erlang.garbage_collect for the cure: the references stay and the growth goes on.",
        undo="Nothing to undo after a restart.",
        prevent="Alert on the slope of memory per machine, not only on its level.",
    ),
    playbook="Step 3",
    examples=(
        Example(
            id="memory_leak",
            source="erlang/otp#8759",
            text="""\
16:04:31.877 [notice]     :alarm_handler: {:set, {:system_memory_high_watermark, []}}
""",
        ),
        Example(
            id="memory_leak",
            source="otp:lib/os_mon/src/memsup.erl",
            text="""\
16:04:58.301 [notice]     :alarm_handler: {:set, {:process_memory_high_watermark, #PID<0.512.0>}}
""",
        ),
        Example(
            id="oom",
            text="""\
2026-03-02T16:05:59Z app[4d891b6fe12e18] iad [info] INFO Process appears to have been OOM killed!
""",
        ),
    ),
    sources=("corpus:memory_leak_oom_one_instance", "erlang/otp#8759", "omgnetwork/elixir-omg#1431"),
)
