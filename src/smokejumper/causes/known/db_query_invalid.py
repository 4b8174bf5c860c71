"""The SQL that our code built is wrong for this schema."""

from smokejumper.causes.consequences import NOT_UP
from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="db_query_invalid",
    title="{endpoint} sends SQL that Postgres cannot accept",
    owner="us",
    scope="endpoint",
    kind="cause",
    level=3,
    traits=("migrated",),
    what=(
        "The statement has a syntax error, an ambiguous name, operands of types that do not go together, a construct "
        "that the server lacks, or more parameters than the protocol carries. Ecto may refuse it before it is sent."
    ),
    unlike={
        "bad_input_shape": "the statement is right, the value of a parameter is not (22xxx)",
        "db_missing_column": "a column is missing",
        "db_missing_relation": "a table, type or function is missing",
        "db_stale_plan": "0A000 with `cached plan must not change result type`",
    },
    signature=Signature(
        sqlstates=(
            "42601",
            "42602",
            "42702",
            "42725",
            "42803",
            "42804",
            "42809",
            "42846",
            "42P08",
            "42P10",
            "42P18",
            "42P20",
            "54*",
        ),
        types=("Ecto.QueryError", "Postgrex.QueryError"),
        patterns=(
            r"\(undefined_function\):? operator does not exist",
            r"operator does not exist: [\w\"]",
            r"\(feature_not_supported\):? (?!cached plan must not change result type)",
            r"\(Ecto\.QueryError\) ",
            r"postgresql protocol can not handle \d+ parameters, the maximum is \d+",
        ),
    ),
    tell=(
        "every call of the same code path fails since a release; or only with some filters, where the query is put "
        "together"
    ),
    explains=NOT_UP,
    parent="unknown",
    remedy=Remedy(
        mitigate="Roll back if {release} touched the query, else switch the filter or feature off that builds it.",
        repair="Correct the query or cast its parameters; split an insert_all that carries more than 65535 parameters.",
        do_not="Do not paste parameters into the SQL text to get the types right: that opens it to injection.",
        undo="Redeploy the release that was rolled back.",
        prevent="Run the query once against a real Postgres in a test, with every filter that can be combined.",
    ),
    playbook="Step 4",
    examples=(
        Example(
            id="db_query_invalid",
            source="elixir-ecto/ecto#4629",
            text="""\
09:09:55.301 request_id=F0fml4YgV8cAAAA1 [error] ** (Postgrex.Error) ERROR 42601 (syntax_error) syntax error at or \
near "4"

    query: SELECT g0."id" FROM "glazes" AS g0 WHERE (g0."tags" @> '{identifier('4')}')
    (ecto_sql 3.13.1) lib/ecto/adapters/sql.ex:1098: Ecto.Adapters.SQL.raise_sql_call_error/1
    (kiln 0.8.3) lib/kiln/glazes.ex:44: Kiln.Glazes.tagged/1
""",
        ),
        Example(
            id="db_query_invalid",
            source="elixir-ecto/ecto#2343",
            text="""\
09:11:30.777 request_id=F0fmm5ZhW9dAAAA2 [error] ** (Postgrex.Error) ERROR 42883 (undefined_function): operator does \
not exist: int4range @> bigint
    (ecto) lib/ecto/adapters/sql.ex:431: Ecto.Adapters.SQL.execute_and_cache/7
""",
        ),
        Example(
            id="db_missing_column",
            text="""\
09:12:41.090 request_id=F0fmn6aiX0eAAAA3 [error] ** (Postgrex.Error) ERROR 42703 (undefined_column) column g0.gloss \
does not exist
    (ecto_sql 3.13.1) lib/ecto/adapters/sql.ex:1098: Ecto.Adapters.SQL.raise_sql_call_error/1
""",
        ),
        Example(
            id="bad_input_shape",
            text="""\
09:14:05.414 request_id=F0fmo7bjY1fAAAA4 [error] ** (Postgrex.Error) ERROR 22003 (numeric_value_out_of_range) integer \
out of range
    (ecto_sql 3.13.1) lib/ecto/adapters/sql.ex:1098: Ecto.Adapters.SQL.raise_sql_call_error/1
""",
        ),
    ),
    sources=("elixir-ecto/ecto#4629", "elixir-ecto/ecto#2343", "elixir-ecto/ecto#2253", "signdict/website#145"),
)
