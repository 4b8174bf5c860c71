"""A division by zero, or a calculation with a value that is no number."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="arithmetic",
    title="a division by zero, or a calculation with what is no number",
    owner="us",
    scope="data",
    kind="cause",
    level=6,
    what=(
        "An arithmetic operation met zero as a divisor or an operand of another kind: mostly an empty set "
        "whose mean is asked for."
    ),
    unlike={
        "nil_access": "one operand is nil",
        "bad_input_shape": "a text that is no number was to be read as one",
    },
    signature=Signature(
        patterns=(
            r"\(ArithmeticError\) bad argument in arithmetic expression(?!: (?:nil\b|[^\n]{1,80}\bnil\b))",
            r"\(Decimal\.Error\)(?! (?:\w*: )?number parsing syntax)",
            r"\bdivision_by_zero\b",
        ),
        sqlstates=("22012",),
    ),
    tell="the arguments in the first frame, such as `:erlang.div(0, 0)`; one user or tenant whose data are empty",
    remedy=Remedy(
        mitigate="Switch {endpoint} off for the users whom it hits, or roll back if a release brought it.",
        repair="Decide what the empty case means and answer that, before the division.",
        do_not="Do not rescue to 0 where money or stock is counted.",
        undo="Redeploy the release that was rolled back.",
        prevent="A property test that includes the empty list and zero.",
    ),
    playbook="Step 4",
    examples=(
        Example(
            id="arithmetic",
            source="corpus:report_arithmetic_one_user",
            text="""\
10:14:01.311 request_id=GJq2Zn1b8QcW4pIAAADA [error] ** (ArithmeticError) bad argument in arithmetic expression
    :erlang.div(0, 0)
    (courier 2.1.0) lib/courier/stats.ex:29: Courier.Stats.mean/2
""",
        ),
        Example(
            id="nil_access",
            source="own",
            text="""\
10:14:02.311 request_id=GJq2Zn2b8QcW4pIAAADB [error] ** (ArithmeticError) bad argument in arithmetic expression
    :erlang.*(nil, 100)
    (courier 2.1.0) lib/courier/stats.ex:31: Courier.Stats.percent/1
""",
        ),
        Example(
            id="bad_input_shape",
            source="own",
            text="""\
10:14:03.311 request_id=GJq2Zn3b8QcW4pIAAADC [error] ** (Decimal.Error) : number parsing syntax: "12,50"
    (decimal 2.1.1) lib/decimal.ex:1307: Decimal.new/1
    (courier 2.1.0) lib/courier/prices.ex:17: Courier.Prices.parse/1
""",
        ),
    ),
    sources=(
        "elixir:lib/elixir/lib/exception.ex",
        "corpus:report_arithmetic_one_user",
    ),
)
