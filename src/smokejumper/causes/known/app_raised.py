"""The application or a library raised on purpose, and its text fits nothing known."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="app_raised",
    parent="unknown",
    title="{exception} was raised: {message}",
    owner="us",
    scope="unknown",
    kind="symptom",
    level=10,
    what=(
        "Code raised an exception of its own, threw a value, or a database function raised: the text and "
        "the first frame of the application are all that is known."
    ),
    unlike={
        "unknown": "there is no text at all",
        "missing_clause": "a clause error, not an exception that somebody raised",
    },
    signature=Signature(
        patterns=(
            r"^ {0,12}\*\* \([A-Z][\w.]{0,120}(?:Error|Exception)\) ",
            r"\(throw\) ",
            r"\{:nocatch, ",
        ),
        types=("RuntimeError",),
        sqlstates=(
            "P0001",
            "P0002",
            "P0003",
        ),
    ),
    tell="its own text and the first frame of the application",
    remedy=Remedy(
        mitigate="Read the text: it was written for this case. Roll back if a release brought it.",
        repair="Mend what the text names at {frame}.",
        do_not="Do not guess a cause from the class of the exception.",
        undo="Redeploy the release that was rolled back.",
        prevent="Test the condition under which it raises.",
    ),
    playbook="Step 4",
    examples=(
        Example(
            id="app_raised",
            source="phoenixframework/phoenix#3355",
            text="""\
10:14:01.311 request_id=GJq2Zn1b8QcW4pIAAADA [error] ** (RuntimeError) depot is closed for the day
    (courier 2.1.0) lib/courier/depots.ex:77: Courier.Depots.reserve!/2
""",
        ),
        Example(
            id="app_raised",
            source="own",
            text="""\
10:14:02.311 request_id=GJq2Zn2b8QcW4pIAAADB [error] ** (Postgrex.Error) ERROR P0001 (raise_exception) depot\
 is closed
    (courier 2.1.0) lib/courier/depots.ex:80: Courier.Depots.reserve!/2
""",
        ),
        Example(
            id="config_missing_env",
            source="own",
            text="""\
ERROR! Config provider Config.Reader failed with:
** (RuntimeError) environment variable DATABASE_URL is missing.
For example: ecto://USER:PASS@HOST/DATABASE

    /app/releases/0.1.0/runtime.exs:9: (file)
""",
        ),
        Example(
            id="app_raised",
            source="own",
            text="""\
10:14:03.311 request_id=GJq2Zn3b8QcW4pIAAADC [error] ** (Courier.Depots.ClosedError) depot 12 is closed
    (courier 2.1.0) lib/courier/depots.ex:91: Courier.Depots.open!/1
""",
        ),
    ),
    sources=("elixir:lib/elixir/lib/exception.ex", "phoenixframework/phoenix#3355"),
)
