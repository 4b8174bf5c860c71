"""A transaction lost against another one under a strict isolation level, or against recovery on a replica."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="db_serialization",
    title="a transaction of {endpoint} lost against a concurrent one (40001) and was not repeated",
    owner="us",
    scope="endpoint",
    kind="cause",
    level=3,
    traits=("released",),
    what=(
        "Under repeatable read or serializable Postgres ends one of two transactions that cannot be put in an order; "
        "on a replica, replay of the log may cancel a query. The application has to repeat the whole transaction."
    ),
    unlike={
        "db_deadlock": "40P01: both wait for each other's locks",
        "db_stale_entry": "Ecto's own check found the row changed or gone; Postgres reported nothing",
        "db_query_canceled": "57014: a time limit",
    },
    signature=Signature(
        sqlstates=("40001",),
        patterns=(
            (
                r"could not serialize access due to (?:concurrent (?:update|delete)"
                r"|read/write dependencies among transactions)"
            ),
            r"canceling statement due to conflict with recovery",
        ),
    ),
    tell="the code sets an isolation level, or the Repo of the failing query points at a replica",
    remedy=Remedy(
        mitigate=(
            "Leave it if it is rare; if {endpoint} fails often, let fewer of these transactions run at once, or read "
            "from the primary."
        ),
        repair="Wrap the transaction so that the whole of it is repeated on 40001, a few times and with jitter.",
        do_not="Do not lower the isolation level blindly: it was set to protect some rule of the data.",
        undo="Redeploy the previous release.",
        prevent=(
            "Use one retry wrapper for all transactions with a raised isolation level, with a test that collides two."
        ),
    ),
    playbook="Step 7",
    examples=(
        Example(
            id="db_serialization",
            source="elixir-ecto/postgrex#426",
            text="""\
15:01:37.282 request_id=F0feS5FNC9JAAAAi [error] ** (Postgrex.Error) ERROR 40001 (serialization_failure) could not \
serialize access due to read/write dependencies among transactions

    hint: The transaction might succeed if retried.

Reason code: Canceled on identification as a pivot, during commit attempt.
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
    (ledger 1.4.0) lib/ledger/seats.ex:71: Ledger.Seats.assign/2
""",
        ),
        Example(
            id="db_serialization",
            source="oban-bg/oban#1132",
            text="""\
15:03:08.419 [error] ** (Postgrex.Error) ERROR 40001 (serialization_failure) could not serialize access due to \
concurrent update
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
""",
        ),
        Example(
            id="db_stale_entry",
            text="""\
15:05:50.900 request_id=F0jTr2bCdE9AAAAq [error] ** (Ecto.StaleEntryError) attempted to update a stale struct:

%Ledger.Seat{id: 18, row: "C"}

    (ecto 3.12.6) lib/ecto/repo/schema.ex:823: Ecto.Repo.Schema.apply/4
""",
        ),
    ),
    sources=("elixir-ecto/postgrex#426", "oban-bg/oban#1132"),
)
