"""A query that must give one row gave several."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="multiple_results",
    title="a query of {endpoint} that expects one row finds several",
    owner="us",
    scope="data",
    kind="cause",
    level=6,
    traits=("migrated",),
    what=(
        "Repo.one, get_by, a scalar subquery or an upsert meets more than one row for its filter. Rows are doubled "
        "where the code counts on a single one, and no unique index kept them out."
    ),
    unlike={
        "not_found_record": "the other side of the same functions: no row at all (404)",
        "db_constraint_unique": "the duplicate is refused while it is being written",
        "double_submit_race": "the doubled requests themselves are in the log",
    },
    signature=Signature(
        sqlstates=("21000",),
        types=("Ecto.MultipleResultsError", "Ecto.MultiplePrimaryKeyError"),
        patterns=(
            r"expected at most one result but got \d+ in query",
            r"expected \w{1,20} on \S{1,130} to return at most one entry but got",
            r"more than one row returned by a subquery used as an expression",
            r"ON CONFLICT DO UPDATE command cannot affect row a second time",
        ),
    ),
    tell="always the same record or tenant; a GROUP BY over the filter's columns with count > 1 lists the rows",
    parent="double_submit_race",
    remedy=Remedy(
        mitigate=(
            "Leave the data as it is; if {release} brought the query, roll it back, else switch {endpoint} off for the "
            "records that are doubled."
        ),
        repair=(
            "Decide which row stays, move its children, remove the others with a copy at hand, then add the unique "
            "index."
        ),
        do_not="Do not delete rows by hand during the incident: other tables may point at them.",
        undo="Restore the removed rows from the copy.",
        prevent="Back every lookup that expects one row with a unique index.",
    ),
    playbook="Step 6",
    examples=(
        Example(
            id="multiple_results",
            source="bors-ng/bors-ng#452",
            text="""\
02:30:33.047 [error] #PID<0.8620.0> running Courier.Endpoint (connection #PID<0.8619.0>, stream id 1) terminated
Server: courier.fly.dev:80 (http)
Request: POST /depots/7/routes
** (exit) an exception was raised:
    ** (Ecto.MultipleResultsError) expected at most one result but got 3 in query:

from d in Courier.Delegation,
  where: d.depot_id == ^7

        (ecto 3.12.6) lib/ecto/repo/queryable.ex:166: Ecto.Repo.Queryable.one/3
        (courier 2.3.0) lib/courier/depots.ex:74: Courier.Depots.delegate/1
""",
        ),
        Example(
            id="multiple_results",
            source="postgres:src/backend/executor/nodeSubplan.c",
            text="""\
02:32:10.118 request_id=F0fhY1LTI5PAAAAo [error] ** (Postgrex.Error) ERROR 21000 (cardinality_violation) more than one \
row returned by a subquery used as an expression
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
""",
        ),
        Example(
            id="not_found_record",
            text="""\
02:34:01.771 request_id=F0fhZ2MUJ6QAAAAp [error] ** (Ecto.NoResultsError) expected at least one result but got none in \
query:

from d in Courier.Depot,
  where: d.id == ^7

    (ecto 3.12.6) lib/ecto/repo/queryable.ex:164: Ecto.Repo.Queryable.one!/3
""",
        ),
    ),
    sources=("bors-ng/bors-ng#1489", "dwyl/hits#365", "ecto:lib/ecto/exceptions.ex"),
)
