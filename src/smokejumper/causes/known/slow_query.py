"""One statement, or a series of them, takes so long that requests fail or the pool drains."""

from smokejumper.causes.consequences import HELD
from smokejumper.model.cause import Cause, Example, Remedy

CAUSE = Cause(
    id="slow_query",
    title="a slow statement of {endpoint} keeps database connections busy",
    owner="us",
    scope="endpoint",
    kind="evidence",
    level=3,
    traits=("below", "released"),
    what=(
        "A statement (or a loop of many small ones) runs for seconds. Alone it makes its route slow; together with "
        "traffic it empties the pool for every other route. Logs alone make it likely, pg_stat_activity or "
        "pg_stat_statements prove it."
    ),
    unlike={
        "db_lock_timeout": "the statement waits for a lock and does no work",
        "missing_index": "the plan is known: a sequential scan that an index would spare",
        "external_call_in_transaction": "the connection is held while no statement runs",
        "db_query_canceled": "only the server's time limit is seen, not how the statement behaves",
    },
    tell="pg_stat_activity: our backends active and old, wait_event not Lock; pg_stat_statements: share and mean grew",
    look="database",
    needles=(
        r"QUERY (?:OK|ERROR) [^\n]{0,200}\bdb=\d{4,}\.\d",
        r"\bduration: \d{4,}\.\d{3} ms  (?:statement|execute)",
    ),
    explains=HELD,
    remedy=Remedy(
        mitigate="Switch the feature behind {endpoint} off and cancel its running statements with pg_cancel_backend.",
        repair=(
            "Rewrite, limit or page the statement, preload what a loop fetches one by one, or add the index it needs."
        ),
        do_not=(
            "Do not enlarge the pool or the timeout, and do not run EXPLAIN ANALYZE of it now: that executes the "
            "statement once more."
        ),
        undo="Switch the feature on again.",
        prevent="Give every route a budget for its query time and watch it by telemetry.",
    ),
    playbook="Step 4",
    examples=(
        Example(
            id="db_checkout_timeout",
            text="""\
17:22:41.300 [error] Postgrex.Protocol (#PID<0.2240.0>) disconnected: ** (DBConnection.ConnectionError) client \
#PID<0.2871.0> timed out because it queued and checked out the connection for longer than 15000ms

#PID<0.2871.0> was at location:

    :prim_inet.recv0/3
    (postgrex 0.20.0) lib/postgrex/protocol.ex:3271: Postgrex.Protocol.msg_recv/4
    (loom 4.0.0) lib/loom/patterns.ex:61: Loom.Patterns.similar/1
""",
        ),
    ),
    sources=(
        "corpus:report_checkout_held_15s",
        "blockscout/blockscout#9230",
        "https://www.postgresql.org/docs/current/pgstatstatements.html",
    ),
)
