"""Jobs neither run nor fail."""

from smokejumper.model.cause import Cause, Example, Remedy

CAUSE = Cause(
    id="job_stuck",
    title="jobs stand still: they neither run nor fail",
    owner="us",
    scope="job",
    kind="cause",
    level=9,
    what=(
        "Rows stay `executing` whose machine is gone, a queue's producer died, every slot is held by a job without a "
        "time limit, or the notifier hears nothing (LISTEN through a transaction pooler never fires)."
    ),
    unlike={
        "job_failure": "jobs do run and end with an error",
        "db_pool_exhausted": "jobs wait for a database connection like everything else",
        "pooler_rejected": "the connection for LISTEN is refused outright",
    },
    needles=(
        r"notifier can't receive messages from any nodes",
        r"jobs were orphaned because they didn't finish executing",
        r"job staging switched to local mode",
    ),
    tell="oban_jobs by state and age; a queue without `job:start` lines that had them an hour ago",
    look="database",
    parent="job_failure",
    remedy=Remedy(
        mitigate="Restart the machine that runs the queue's producer; check first that no job on it is still at work.",
        repair=(
            "Add Oban.Plugins.Lifeline (rescue_after), give workers a timeout/1, make shutdown_grace_period and "
            "kill_timeout longer, and use Oban.Notifiers.PG or a direct database URL for the notifier."
        ),
        do_not="Do not set the state of jobs by hand while they may still run: they would be done twice.",
        undo="Nothing to undo after a restart.",
        prevent="Alert on the age of the oldest available job per queue.",
    ),
    playbook="Step 8",
    examples=(
        Example(
            id="job_failure",
            text="""\
09:20:31.700 [info] {"args":{},"attempt":2,"duration":811,"error":"** (Oban.PerformError) Ledger.Workers.Export failed \
with :error","event":"job:exception","id":44,"max_attempts":5,"meta":{},"queue":"exports","queue_time":210,\
"source":"oban","state":"failure","tags":[],"worker":"Ledger.Workers.Export"}
""",
        ),
        Example(
            id="pooler_rejected",
            text="""\
09:22:02.311 [error] Postgrex.Notifications (#PID<0.2045.0>) failed to connect to Postgres: ** (Postgrex.Error) FATAL \
XX000 (internal_error) (EMAXCONNSESSION) max clients reached in session mode - max clients are limited to pool_size: 15
""",
        ),
        Example(
            id="genserver_timeout",
            text="""\
09:24:10.006 [error] GenServer {Oban.Registry, {Oban, Oban.Stager}} terminating
** (stop) exited in: GenServer.call(#PID<0.11046.0>, :leader?, 5000)
    ** (EXIT) time out
    (elixir 1.18.4) lib/gen_server.ex:1128: GenServer.call/3
Last message: :stage
""",
        ),
    ),
    sources=("oban-bg/oban#364", "oban-bg/oban#430", "engram-app/Engram#1496", "supabase/supavisor#332"),
)
