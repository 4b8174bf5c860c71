"""Postgres broke a cycle of locks."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="db_deadlock",
    title="two transactions lock the same rows in opposite order and Postgres ends one of them",
    owner="us",
    scope="endpoint",
    kind="cause",
    level=3,
    traits=("released",),
    what="Two transactions wait for each other's locks; after deadlock_timeout (1 s) Postgres ends one of them.",
    unlike={
        "db_lock_timeout": "a long wait for one blocker, no cycle",
        "migration_failed": "the loser is a migration of the release command",
    },
    signature=Signature(sqlstates=("40P01",), patterns=(r"deadlock detected",)),
    tell="pairs of requests on the same rows; each loser fails about one second after it began",
    explains=("db_pool_exhausted",),
    remedy=Remedy(
        mitigate=(
            "Roll back if a release brought the new lock order, else switch {endpoint} off or run it one at a time."
        ),
        repair=(
            'Lock the rows in one fixed order (order_by: id, lock: "FOR UPDATE"), '
            "and retry the whole transaction on 40P01."
        ),
        do_not=(
            "Do not retry inside the aborted transaction, and do not raise deadlock_timeout: both only "
            "lengthen the wait."
        ),
        undo="Redeploy the release that was rolled back.",
        prevent="Add a test that runs the two opposite transactions at once.",
    ),
    playbook="Step 7",
    examples=(
        Example(
            id="db_deadlock",
            source="corpus:stock_transfer_deadlock",
            text="""\
10:02:11.300 request_id=F0dQb7mXk2aPq9sAAAZh [error] ** (Postgrex.Error) ERROR 40P01 (deadlock_detected) \
deadlock detected

    hint: See server log for query details.

Process 811 waits for ShareLock on transaction 9001; blocked by process 812.
Process 812 waits for ShareLock on transaction 9000; blocked by process 811.
    (ecto_sql 3.12.0) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
    (ledger 1.4.0) lib/ledger/accounts.ex:52: Ledger.Accounts.move/3
""",
        ),
    ),
    sources=("https://www.postgresql.org/docs/current/errcodes-appendix.html",),
)
