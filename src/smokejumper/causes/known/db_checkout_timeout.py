"""One process kept a connection longer than the client's timeout, and the pool cut it."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="db_checkout_timeout",
    title="{endpoint} holds a database connection longer than the client's timeout, and the pool cuts it",
    owner="us",
    scope="endpoint",
    kind="symptom",
    level=3,
    traits=("released",),
    what=(
        "The `:timeout` of the Repo (15000 ms unless set) ran out while one process held its connection. The pool "
        "closes the connection, and Postgrex cancels the statement, which Postgres calls a user request."
    ),
    unlike={
        "db_query_canceled": "the limit was Postgres' own statement timeout",
        "external_call_in_transaction": "the frames under `was at location` stand outside the driver",
        "db_lock_timeout": "the statement waited for a lock",
        "db_unreachable": "one machine, all its holders stuck in recv at the same time",
        "slow_query": "the statement is known and proven slow",
        "db_sandbox_ownership": "an `owner` timed out, not a `client`",
    },
    signature=Signature(
        patterns=(
            (
                r"\bclient #PID<[\d.]+>[^\n]{0,120}? timed out because it (?:queued and )?checked out the connection "
                r"for longer than \d+ms"
            ),
            r"canceling statement due to user request",
            r"(?:tcp|ssl) (?:recv|async_recv|send): closed \(the connection was closed by the pool",
            r"\(DBConnection\.ConnectionError\) connection is closed because of an error, disconnect or timeout",
        ),
    ),
    tell="the 500s cluster just above the timeout; the frames under `was at location` say what the holder did",
    over=("db_query_canceled",),
    explains=("db_pool_exhausted", "genserver_timeout"),
    remedy=Remedy(
        mitigate="Switch {endpoint} off, or roll {release} back if the slow work came with it.",
        repair="Make the statement fast, page its result, or move the work into a job or Repo.stream.",
        do_not="Do not raise `timeout:` for the whole Repo: every slow holder then blocks the pool for longer.",
        undo="Switch {endpoint} on again.",
        prevent="Set a statement_timeout for the role that is shorter than the client's timeout.",
    ),
    playbook="Step 4",
    examples=(
        Example(
            id="db_checkout_timeout",
            source="corpus:report_checkout_held_15s",
            text="""\
09:16:32.622 [error] Postgrex.Protocol (#PID<0.1958.0> (:proc_lib)) disconnected: ** (DBConnection.ConnectionError) \
client #PID<0.2311.0> (:proc_lib) timed out because it queued and checked out the connection for longer than 15000ms

#PID<0.2311.0> (:proc_lib) was at location:

    :prim_inet.recv0/3
    (postgrex 0.20.0) lib/postgrex/protocol.ex:3271: Postgrex.Protocol.msg_recv/4
    (quarry 0.6.0) lib/quarry/statements.ex:7: Quarry.Statements.yearly/1
""",
        ),
        Example(
            id="db_checkout_timeout",
            source="corpus:report_checkout_held_15s",
            text="""\
09:16:32.297 request_id=F0fZj6wEt0AAAAAZ user_id=1 [error] ** (Postgrex.Error) ERROR 57014 (query_canceled) canceling \
statement due to user request
    (ecto_sql 3.14.0) lib/ecto/adapters/sql.ex:1121: Ecto.Adapters.SQL.raise_sql_call_error/1
    (quarry 0.6.0) lib/quarry/statements.ex:7: Quarry.Statements.yearly/1
""",
        ),
        Example(
            id="db_query_canceled",
            text="""\
09:19:02.114 request_id=F0fZk7xFu1BAAAAa [error] ** (Postgrex.Error) ERROR 57014 (query_canceled) canceling statement \
due to statement timeout
    (ecto_sql 3.14.0) lib/ecto/adapters/sql.ex:1121: Ecto.Adapters.SQL.raise_sql_call_error/1
""",
        ),
        Example(
            id="db_connection_dropped",
            text="""\
09:20:41.077 [error] Postgrex.Protocol (#PID<0.1960.0>) disconnected: ** (DBConnection.ConnectionError) tcp recv: closed
""",
        ),
    ),
    sources=("glific/glific#3567", "blockscout/blockscout#9230", "db_connection:lib/db_connection/connection_pool.ex"),
)
