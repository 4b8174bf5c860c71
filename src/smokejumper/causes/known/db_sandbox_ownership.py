"""The test sandbox refuses a process that does not own a connection."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="db_sandbox_ownership",
    title="a test process uses the database sandbox without owning a connection",
    owner="us",
    scope="none",
    kind="cause",
    level=3,
    what=(
        "Ecto.Adapters.SQL.Sandbox hands a connection only to processes that checked one out or were allowed. This is "
        "a test run; in production it means that the sandbox pool was deployed."
    ),
    unlike={
        "db_pool_exhausted": "no owner is named; in the sandbox its text is only quoted after `Reason:`",
        "db_checkout_timeout": "a `client` timed out, not an `owner`",
        "config_error": "production traffic meets it: `pool: Ecto.Adapters.SQL.Sandbox` was deployed",
    },
    signature=Signature(
        types=("DBConnection.OwnershipError",),
        patterns=(
            r"cannot find ownership process for #PID<",
            r"\bowner #PID<[\d.]+>(?: \([^\n]{1,100}?\))? (?:exited|timed out because it owned the connection)",
            r"could not checkout the connection owned by #PID<",
        ),
    ),
    tell="ExUnit output around it, MIX_ENV=test, or a CI job as the source of the log",
    over=("db_pool_exhausted", "db_checkout_timeout"),
    remedy=Remedy(
        mitigate=(
            "Nothing to do for production; if a production machine prints it, roll {release} back, its Repo has a test "
            "pool."
        ),
        repair=(
            "Call Sandbox.allow/3 for the process or use shared mode, and stop processes that query before the test "
            "ends."
        ),
        do_not=(
            "Do not page anybody for a test run, and do not raise ownership_timeout to hide a process that keeps "
            "running."
        ),
        prevent="Keep `pool: Ecto.Adapters.SQL.Sandbox` in config/test.exs only.",
    ),
    examples=(
        Example(
            id="db_sandbox_ownership",
            source="oban-bg/oban#109",
            text="""\
18:22:25.844 [error] GenServer Orchard.Stats terminating
** (DBConnection.OwnershipError) cannot find ownership process for #PID<0.473.0>.

When using ownership, you must manage connections in one
of the four ways:

* By explicitly checking out a connection
* By explicitly allowing a spawned process
* By running the pool in shared mode
* By using :caller option with allowed process

    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
    (orchard 1.7.0) lib/orchard/stats.ex:30: Orchard.Stats.handle_info/2
Last message: :refresh
""",
        ),
        Example(
            id="db_sandbox_ownership",
            source="ecto_sql:lib/ecto/adapters/sql/sandbox.ex",
            text="""\
18:24:40.719 [error] Postgrex.Protocol (#PID<0.321.0>) disconnected: ** (DBConnection.ConnectionError) owner \
#PID<0.92.0> timed out because it owned the connection for longer than 120000ms (set via the :ownership_timeout option)
""",
        ),
        Example(
            id="db_checkout_timeout",
            text="""\
18:26:32.622 [error] Postgrex.Protocol (#PID<0.321.0>) disconnected: ** (DBConnection.ConnectionError) client \
#PID<0.95.0> timed out because it checked out the connection for longer than 15000ms
""",
        ),
    ),
    sources=("HashNuke/hound#133", "oban-bg/oban#109", "elixir-ecto/db_connection#246"),
)
