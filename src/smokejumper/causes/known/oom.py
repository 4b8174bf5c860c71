"""The kernel or the VM ended because memory ran out."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="oom",
    title="{machine} ran out of memory",
    owner="us",
    scope="machine",
    kind="cause",
    level=2,
    what=(
        "The kernel killed the process that used most memory, or the Erlang VM could not get more and stopped. If the "
        "killed name is not beam.smp, a helper (eval, a migration: a second VM) was too much for the machine. A slope "
        "before it speaks for a leak, none for one huge request."
    ),
    unlike={
        "memory_leak": "memory rises, nothing was killed yet",
        "db_server_fault": "53200: it is Postgres that lacks memory",
        "host_failure": "the machine stopped without a kill and the host is in trouble",
    },
    signature=Signature(
        patterns=(
            r"\bOut of memory: Killed process \d+ \(",
            r"\bProcess appears to have been OOM killed!",
            (
                r"\b(?:eheap|binary|ets|sys|heap|ll|std|temp|sl|fix|driver|literal)_alloc: "
                r"Cannot (?:re)?allocate \d+ bytes of memory \(of type "
            ),
        ),
    ),
    needles=(
        r"Out of memory: Killed process \d+ \(",
        r"Process appears to have been OOM killed!",
        r"_alloc: Cannot (?:re)?allocate \d+ bytes of memory",
    ),
    tell="exit event with oom_killed=true and code 137; `SIGKILL` alone can also be a stop that took too long",
    explains=(
        "machine_unreachable",
        "health_check_failing",
        "process_crash_loop",
        "supervisor_boot_failure",
        "process_missing",
        "ets_missing",
        "genserver_timeout",
        "cluster_split",
        "job_stuck",
        "job_failure",
        "db_connection_dropped",
        "http_client_closed",
        "deploy_failed",
    ),
    remedy=Remedy(
        mitigate="Give the app more memory for now (`fly scale memory`) and let {machine} start again.",
        repair="Find what grew before the kill, bound it or stream it, and limit how much work runs at once.",
        do_not="Do not settle for a nightly restart: the growth that killed {machine} goes on.",
        undo="Scale the memory back once the growth is corrected.",
        prevent="Alert at 80 % of memory; keep crash dumps off the root disk; run tasks by `rpc` in place of `eval`.",
    ),
    playbook="Step 3",
    examples=(
        Example(
            id="oom",
            source="corpus:memory_leak_oom_one_instance",
            text="""\
2026-03-02T16:05:59Z app[4d891b6fe12e18] ord [info][   93.486755] Out of memory: Killed process 327 (beam.smp) \
total-vm:1128130kB, anon-rss:266777kB, file-rss:120kB, shmem-rss:0kB, UID:65534 pgtables:1139kB oom_score_adj:0
2026-03-02T16:05:59Z app[4d891b6fe12e18] ord [info] INFO Main child exited with signal (with signal 'SIGKILL', core \
dumped? false)
2026-03-02T16:05:59Z app[4d891b6fe12e18] ord [info] INFO Process appears to have been OOM killed!
""",
        ),
        Example(
            id="oom",
            source="phoenixframework/flame#63",
            text="""\
2026-03-02T16:07:18Z app[2865134a394268] cdg [info] INFO Process appears to have been OOM killed!
2026-03-02T16:07:18Z app[2865134a394268] cdg [info] INFO Starting clean up.
""",
        ),
        Example(
            id="db_server_fault",
            text="""\
16:09:14.220 request_id=F0uMn1oPqR2AAAAh [error] ** (Postgrex.Error) ERROR 53200 (out_of_memory) out of memory
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
""",
        ),
    ),
    sources=("corpus:memory_leak_oom_one_instance", "phoenixframework/flame#63", "blockscout/blockscout#5998"),
)
