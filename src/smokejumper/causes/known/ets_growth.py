"""An ETS table grows without bound."""

from smokejumper.model.cause import Cause, Example, Remedy

CAUSE = Cause(
    id="ets_growth",
    title="an ETS table on {machine} grows without bound",
    owner="us",
    scope="machine",
    kind="evidence",
    level=8,
    what=(
        "A cache, rate limiter or session table only ever gains entries. Nothing is logged; memory climbs with the "
        "traffic until the machine is killed. A limiter that keys by client address is the classic case."
    ),
    unlike={
        "memory_leak": "the heap of processes or binaries grows, not a table",
        "oom": "the machine was already killed; the table is then named beside it",
        "mailbox_backlog": "the memory is in the queue of one process",
    },
    tell=":ets.info(table, :memory) counts words of 8 bytes: two samples, and the share of :erlang.memory(:ets)",
    look="beam",
    explains=("genserver_timeout",),
    remedy=Remedy(
        mitigate=(
            "Delete what is old from the table with :ets.select_delete/2, or restart one machine at a time before its "
            "memory is gone."
        ),
        repair="Give entries an expiry and the table a size limit, and purge it on a timer.",
        do_not="Do not only add memory: the table reaches the next limit as well.",
        undo="Nothing to undo; purged cache entries fill up again.",
        prevent="Export the size of every named table as a metric.",
    ),
    playbook="Step 7",
    examples=(
        Example(
            id="oom",
            text="""\
2026-03-02T16:05:59Z app[4d891b6fe12e18] iad [info][   93.486755] Out of memory: Killed process 327 (beam.smp) \
total-vm:1128130kB, anon-rss:266777kB, file-rss:120kB, shmem-rss:0kB, UID:65534 pgtables:1139kB oom_score_adj:0
2026-03-02T16:05:59Z app[4d891b6fe12e18] iad [info] INFO Process appears to have been OOM killed!
""",
        ),
        Example(
            id="ets_missing",
            text="""\
16:10:02.118 request_id=F0vNn1pQrS2AAAAm [error] ** (ArgumentError) errors were found at the given arguments:

  * 1st argument: the table identifier does not refer to an existing ETS table

    (stdlib 6.2) :ets.lookup(:loom_limits, "203.0.113.9")
    (loom 4.0.0) lib/loom/limits.ex:18: Loom.Limits.count/1
""",
        ),
        Example(
            id="genserver_timeout",
            text="""\
16:12:40.331 request_id=F0vNo2qRsT3AAAAo [error] ** (exit) exited in: GenServer.call(Loom.Limits, {:hit, 7}, 5000)
    ** (EXIT) time out
    (elixir 1.18.4) lib/gen_server.ex:1128: GenServer.call/3
""",
        ),
    ),
    sources=("grempe/ex_rated#19", "helium/router#537", "https://www.erlang.org/doc/apps/stdlib/ets.html"),
)
