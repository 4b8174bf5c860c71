"""A statement spent its time waiting for a lock."""

from smokejumper.causes.consequences import HELD
from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="db_lock_timeout",
    title="{endpoint} waits too long for a lock that another session holds",
    owner="us",
    scope="endpoint",
    kind="cause",
    level=3,
    traits=("below", "released"),
    what=(
        "One session holds a lock for long, others run into lock_timeout, a NOWAIT or the limit of the migration lock. "
        "A schema change that waits in the queue stalls every later statement on its table."
    ),
    unlike={
        "db_deadlock": "a cycle: two sessions wait for each other, and Postgres ends one after about a second",
        "db_query_canceled": "57014 with `statement timeout`: the time limit of the statement, whatever it waited for",
        "slow_query": "the statement works the whole time, its wait_event is not Lock",
        "migration_failed": "the one that waited is a migration of the release_command",
    },
    signature=Signature(
        sqlstates=("55P03",),
        patterns=(
            r"canceling statement due to lock timeout",
            r"could not obtain lock on (?:row in )?relation ",
            r"failed to obtain advisory lock\. Tried \d+ times",
        ),
    ),
    tell=(
        "pg_blocking_pids(pid) of the waiting backends is not empty and leads to one blocker, old and idle in "
        "transaction"
    ),
    needles=(r"Migration lock occupied for ",),
    over=("db_query_canceled",),
    explains=HELD,
    remedy=Remedy(
        mitigate=(
            "Follow pg_blocking_pids to the blocker and end that one with pg_terminate_backend if it is idle in "
            "transaction or a migration that you know."
        ),
        repair=(
            "Shorten the transactions that lock, and put SET lock_timeout before every schema change in a migration."
        ),
        do_not="Do not end sessions at random and do not raise lock_timeout: the queue behind the lock only grows.",
        undo="Run the migration that was ended once more, in a quiet hour.",
        prevent="Check migrations for locks on large tables before they are merged.",
    ),
    playbook="Step 7",
    examples=(
        Example(
            id="db_lock_timeout",
            source="vm0-ai/vm0#34183",
            text="""\
12:12:55.740 request_id=F0fdQ3DLA7HAAAAg [error] ** (Postgrex.Error) ERROR 55P03 (lock_not_available) canceling \
statement due to lock timeout

    query: SELECT b0."id" FROM "berths" AS b0 WHERE (b0."id" = $1) FOR UPDATE
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
    (ferry 2.0.1) lib/ferry/berths.ex:33: Ferry.Berths.reserve/2
""",
        ),
        Example(
            id="db_lock_timeout",
            source="ecto_sql:lib/ecto/adapters/postgres.ex",
            text="""\
12:13:30.001 [error] Task #PID<0.410.0> started from #PID<0.402.0> terminating
** (RuntimeError) failed to obtain advisory lock. Tried 10 times waiting 5000ms between tries
    (ecto_sql 3.12.1) lib/ecto/adapters/postgres.ex:341: Ecto.Adapters.Postgres.maybe_retry_advisory_lock/5
Function: #Function<8.51253290/0 in Ecto.Migrator.async_migrate_maybe_in_transaction/7>
    Args: []
""",
        ),
        Example(
            id="db_deadlock",
            text="""\
12:14:41.300 request_id=F0fdR4EMB8IAAAAh [error] ** (Postgrex.Error) ERROR 40P01 (deadlock_detected) deadlock detected

    hint: See server log for query details.

Process 811 waits for ShareLock on transaction 9001; blocked by process 812.
Process 812 waits for ShareLock on transaction 9000; blocked by process 811.
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
""",
        ),
    ),
    sources=(
        "vm0-ai/vm0#34183",
        "elixir-ecto/ecto_sql#428",
        "https://www.postgresql.org/docs/current/explicit-locking.html",
    ),
)
