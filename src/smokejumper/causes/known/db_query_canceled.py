"""Postgres cancelled a statement because of its own time limit."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="db_query_canceled",
    title="Postgres cancels a statement of {endpoint} because of its time limit",
    owner="us",
    scope="endpoint",
    kind="cause",
    level=3,
    traits=("released",),
    what=(
        "The statement_timeout of the role, the database or the session ran out. On Supabase: anon 3 s, authenticated "
        "8 s, postgres and service_role none of their own, 2 min for everything."
    ),
    unlike={
        "db_checkout_timeout": "`user request`: the client's own timeout cancelled the statement",
        "db_lock_timeout": "`lock timeout`, or the time went into waiting for a lock",
        "db_serialization": "`conflict with recovery`: a replica cancelled it",
    },
    signature=Signature(
        patterns=(
            r"canceling statement due to statement timeout",
            r"\(query_canceled\):? (?!canceling statement due to (?:user request|lock timeout|conflict with recovery))",
            r"\(protocol_violation\):? query timeout",
        ),
    ),
    tell="57014 with `statement timeout`; the statement stands in the `query:` part of the error",
    explains=("db_pool_exhausted",),
    remedy=Remedy(
        mitigate="Stop the caller: switch {endpoint} off or pause the job that sends the statement.",
        repair="Look at the plan with plain EXPLAIN, then rewrite, limit or index the statement.",
        do_not=(
            "Do not set statement_timeout to 0 for the role: the next slow statement then holds its connection without "
            "end."
        ),
        undo="If a limit was changed for the night, ALTER ROLE ... RESET statement_timeout.",
        prevent="Review the plans of new statements on tables of production size.",
    ),
    playbook="Step 4",
    examples=(
        Example(
            id="db_query_canceled",
            source="PostgREST/postgrest#3359",
            text="""\
22:48:19.377 request_id=F0faL8yGv2CAAAAb [error] ** (Postgrex.Error) ERROR 57014 (query_canceled) canceling statement \
due to statement timeout

    query: SELECT count(*) FROM "moorings" AS m0 WHERE (m0."note" ILIKE $1)
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
    (ferry 2.0.1) lib/ferry/moorings.ex:88: Ferry.Moorings.search/1
""",
        ),
        Example(
            id="db_query_canceled",
            source="postgrex:lib/postgrex/error.ex (to 0.12)",
            text="""\
22:49:00.120 [error] GenServer Ferry.Rollup terminating
** (Postgrex.Error) ERROR (query_canceled): canceling statement due to statement timeout
    (ecto) lib/ecto/adapters/sql.ex:431: Ecto.Adapters.SQL.execute_and_cache/7
Last message: :roll
""",
        ),
        Example(
            id="db_checkout_timeout",
            text="""\
22:50:32.297 request_id=F0faM9zHw3DAAAAc [error] ** (Postgrex.Error) ERROR 57014 (query_canceled) canceling statement \
due to user request
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
""",
        ),
        Example(
            id="db_lock_timeout",
            text="""\
22:51:07.810 request_id=F0faN0AIx4EAAAAd [error] ** (Postgrex.Error) ERROR 55P03 (lock_not_available) canceling \
statement due to lock timeout
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
""",
        ),
    ),
    sources=("PostgREST/postgrest#3359", "https://supabase.com/docs/guides/database/postgres/timeouts"),
)
