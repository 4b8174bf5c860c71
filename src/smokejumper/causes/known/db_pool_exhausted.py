"""The app's own pool hands out no connection in time."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="db_pool_exhausted",
    title="requests wait in vain for a database connection from the app's own pool",
    owner="us",
    scope="systemic",
    kind="symptom",
    level=3,
    traits=("below", "twofold"),
    what=(
        "All connections of the pool are held, or none could be opened, so waiting requests are dropped from its "
        "queue. The requests that fail are the victims; the code that holds the connections is mostly another route."
    ),
    unlike={
        "db_unreachable": "`failed to connect` lines in the same window name a reason",
        "db_too_many_connections": "the connects meet 53300",
        "pooler_rejected": "the connects meet a text of the pooler",
        "external_call_in_transaction": "holders wait for something else: backends idle in transaction",
        "slow_query": "holders run statements: backends active and old",
        "db_lock_timeout": "holders wait for a lock: pg_blocking_pids is not empty",
        "db_sandbox_ownership": "the text begins with `could not checkout the connection owned by`: a test run",
    },
    signature=Signature(
        patterns=(
            r"(?<!Reason: )connection not available and request was dropped from queue after \d+ms",
            r"(?<!Reason: )connection not available because (?:deadline reached while in queue|of disconnection)",
            r"(?<!Reason: )connection not available and queuing is disabled",
            (
                r"exited in: :gen_server\.call\(#PID<[\d.]+>, \{:checkout, #Reference<[\d.]+>, "
                r"[^)\n]{1,60}\)\s{1,40}\*\* \(EXIT\) time out"
            ),
            r"\{:timeout, \{:gen_server, :call, \[#PID<[\d.]+>, \{:checkout, #Reference<",
        ),
    ),
    tell="many routes fail with queue drops; ready_conn_count of the pool is 0 in most samples",
    explains=("job_failure", "genserver_timeout", "health_check_failing"),
    remedy=Remedy(
        mitigate=(
            "Find the holder in pg_stat_activity (idle in transaction: code, active: statements) and switch its route "
            "off, or roll {release} back if it began there."
        ),
        repair="Take away what holds connections: calls inside transactions, slow statements, long locks.",
        do_not=(
            "Do not raise pool_size or queue_target as first aid: the wait moves into Postgres or the pooler, and the "
            "holder stays hidden."
        ),
        undo="Switch the route on again, or redeploy the release that was rolled back.",
        prevent=(
            "Alert on the queue time of the Repo; raise pool_size only within the connection budget, and only when "
            "holders are short and busy."
        ),
    ),
    playbook="Step 4",
    examples=(
        Example(
            id="db_pool_exhausted",
            source="corpus:pool_exhaustion_checkout_tx",
            text="""\
14:05:50.406 request_id=F0fYi5vDs9zAAAAY user_id=100 [error] ** (DBConnection.ConnectionError) [Elixir.Tidepool.Repo] \
connection not available and request was dropped from queue after 5486ms. This means requests are coming in and your \
connection pool cannot serve them fast enough. You can address this by:

  1. Ensuring your database is available and that you can connect to it
  2. Tracking down slow queries and making sure they are running fast enough
  3. Increasing the pool_size (although this increases resource consumption)
  4. Allowing requests to wait longer by increasing :queue_target and :queue_interval

See DBConnection.start_link/2 for more information

    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
    (tidepool 3.2.0) lib/tidepool/charts.ex:14: Tidepool.Charts.list/1
""",
        ),
        Example(
            id="db_sandbox_ownership",
            text="""\
14:07:03.550 [error] ** (DBConnection.ConnectionError) could not checkout the connection owned by #PID<0.328.0>. When \
using the sandbox, connections are shared, so this may imply another process is using a connection. Reason: connection \
not available and request was dropped from queue after 982ms. You can configure how long requests wait in the queue \
using :queue_target and :queue_interval. See DBConnection.start_link/2 for more information
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
""",
        ),
        Example(
            id="db_checkout_timeout",
            text="""\
14:08:11.003 [error] Postgrex.Protocol (#PID<0.1958.0> (:proc_lib)) disconnected: ** (DBConnection.ConnectionError) \
client #PID<0.2311.0> (:proc_lib) timed out because it queued and checked out the connection for longer than 15000ms
""",
        ),
    ),
    sources=(
        "db_connection:lib/db_connection/connection_pool.ex",
        "elixir-ecto/db_connection#325",
        "santiment/sanbase2#524",
    ),
)
