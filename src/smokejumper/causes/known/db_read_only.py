"""Writes are refused because the session or the server is read-only."""

from smokejumper.causes.consequences import NOT_UP
from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="db_read_only",
    title="the database takes no writes at the moment",
    owner="supabase",
    scope="systemic",
    kind="cause",
    level=3,
    traits=("below", "database"),
    what=(
        "Reads work, every write ends in 25006. Supabase switches a database to read-only when it outgrows its disk or "
        "plan; else the URL leads to a replica, or default_transaction_read_only is set."
    ),
    unlike={
        "db_disk_full": "53100 in the same window: the disk is full, read-only is only its consequence",
        "db_permission": "42501: this role may not write this table",
        "db_shutdown": "57P03: the server takes no session at all",
    },
    signature=Signature(
        sqlstates=("25006",),
        patterns=(
            r"cannot execute [\w() ]{1,60} in a read-only transaction",
            r"the server type is not as expected\. expected: primary\. actual: secondary",
        ),
    ),
    tell="all writing routes and jobs fail from one moment on, all reading routes are well",
    explains=NOT_UP,
    remedy=Remedy(
        mitigate=(
            "Tell users that saving is off, pause the Oban queues that write, and read size and read-only state in "
            "Supabase."
        ),
        repair=(
            "Enlarge the disk or the plan; below 95 % of the disk Supabase leaves read-only mode by itself, and only "
            "then remove, with a backup, what is not needed. If {host} is a replica, use the primary's URL."
        ),
        do_not=(
            "Do not override the flag per session and write on: the disk then fills up for good, and reads stop as "
            "well."
        ),
        undo="Resume the queues once a test write succeeds.",
        prevent="Alert on database size and disk use at 80 %.",
    ),
    playbook="Step 2",
    examples=(
        Example(
            id="db_read_only",
            source="supabase/supabase#32689",
            text="""\
04:44:27.908 request_id=F0fos1fnc5jAAAA8 [error] ** (Postgrex.Error) ERROR 25006 (read_only_sql_transaction) cannot \
execute INSERT in a read-only transaction
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
    (ecto 3.12.6) lib/ecto/repo/schema.ex:837: Ecto.Repo.Schema.apply/4
    (saddle 1.1.0) lib/saddle/orders.ex:15: Saddle.Orders.create/1
""",
        ),
        Example(
            id="db_read_only",
            source="samsondav/rihanna#90",
            text="""\
04:45:00.012 [error] GenServer Saddle.Dispatcher terminating
** (Postgrex.Error) ERROR 25006 (read_only_sql_transaction) cannot execute SELECT FOR UPDATE in a read-only transaction
    (postgrex 0.20.0) lib/postgrex.ex:347: Postgrex.query!/4
Last message: :poll
""",
        ),
        Example(
            id="db_permission",
            text="""\
04:46:18.550 request_id=F0fot2god6kAAAA9 [error] ** (Postgrex.Error) ERROR 42501 (insufficient_privilege) permission \
denied for table orders
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
""",
        ),
    ),
    sources=(
        "samsondav/rihanna#90",
        "supabase/supabase#32689",
        "https://supabase.com/docs/guides/platform/database-size",
    ),
)
