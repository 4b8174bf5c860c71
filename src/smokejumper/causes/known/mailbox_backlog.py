"""One process receives faster than it handles."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="mailbox_backlog",
    title="one process on {machine} falls behind with its messages",
    owner="us",
    scope="machine",
    kind="evidence",
    level=8,
    what=(
        "Everything that asks this process waits in its queue; callers time out, or memory grows. A few dozen messages "
        "are enough: 25 to 38 messages at 0.2 to 0.3 s each were seen to break calls of 5 s."
    ),
    unlike={
        "genserver_timeout": "callers time out, but nobody has looked at the queue",
        "oom": "the memory is already gone; the backlog is then named beside it",
        "http_client_timeout": "the process is not flooded, it waits for an answer from outside",
    },
    signature=Signature(patterns=(r"\bLogger has \d+ messages in its queue\b",)),
    tell="message_queue_len x time per message >= the callers' timeout, or growing between two samples",
    look="beam",
    explains=("genserver_timeout",),
    remedy=Remedy(
        mitigate=(
            "Roll back or shed the callers; if the queue is worthless by now, restart that one process, which drops "
            "its queue and its state."
        ),
        repair=(
            "Shorten the work per message, let callers read from ETS, split the process by key, and use `call` in "
            "place of `cast` where senders must be slowed down."
        ),
        do_not="Do not run :sys.get_state/1 on it: the request waits in the same queue and prints what users sent.",
        undo="Let the callers in again step by step.",
        prevent="Alert on the queue length of every named process.",
    ),
    playbook="Step 7",
    examples=(
        Example(
            id="mailbox_backlog",
            source="elixir-lang/elixir#9028",
            text="""\
10:20:11.482 [warn]  Logger has 661 messages in its queue, which is above :discard_threshold. Messages will be \
discarded \
until the message queue goes back to 75% of the threshold size
""",
        ),
        Example(
            id="genserver_timeout",
            text="""\
10:21:40.150 request_id=F0tLm1nOpQ2AAAAg [error] ** (exit) exited in: GenServer.call(Ledger.Rates, :all, 5000)
    ** (EXIT) time out
    (elixir 1.18.4) lib/gen_server.ex:1128: GenServer.call/3
""",
        ),
        Example(
            id="oom",
            text="""\
2026-03-02T10:24:08Z app[4d891b6fe12e18] iad [info][  810.482110] Out of memory: Killed process 331 (beam.smp) \
total-vm:1580560kB, anon-rss:354424kB, file-rss:4kB, shmem-rss:0kB, UID:65534 pgtables:1139kB oom_score_adj:0
""",
        ),
    ),
    sources=("corpus:cache_call_timeout", "elixir-lang/elixir#9028", "blockscout/blockscout#455"),
)
