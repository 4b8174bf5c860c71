"""Memory of the VM, or of one process, rises steadily, and nothing was killed yet."""

from smokejumper.model.cause import Cause, Example, Remedy

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
            id="genserver_timeout",
            text="""\
16:05:31.402 request_id=F0vNm1oPqR2AAAAn [error] ** (exit) exited in: GenServer.call(Loom.Swatches, {:get, 12}, 5000)
    ** (EXIT) time out
    (elixir 1.18.4) lib/gen_server.ex:1128: GenServer.call/3
    (loom 4.0.0) lib/loom_web/controllers/swatch_controller.ex:20: LoomWeb.SwatchController.show/2
""",
        ),
        Example(
            id="oom",
            text="""\
2026-03-02T16:05:59Z app[4d891b6fe12e18] iad [info] INFO Process appears to have been OOM killed!
""",
        ),
        Example(
            id="ets_missing",
            text="""\
16:06:20.118 request_id=F0vNn2pQrS3AAAAp [error] ** (ArgumentError) errors were found at the given arguments:

  * 1st argument: the table identifier does not refer to an existing ETS table

    (stdlib 6.2) :ets.lookup(:loom_swatches, 12)
    (loom 4.0.0) lib/loom/swatches.ex:18: Loom.Swatches.get/1
""",
        ),
    ),
    sources=("corpus:memory_leak_oom_one_instance", "erlang/otp#8759", "omgnetwork/elixir-omg#1431"),
)
