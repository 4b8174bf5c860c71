"""A request, a payload or stored data has the wrong type or format."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="bad_input_shape",
    title="data of the wrong type or format arrive",
    owner="client",
    scope="endpoint",
    kind="cause",
    level=7,
    what=(
        "A value is a string where a number belongs, a list where a map belongs, too long, or not a date: "
        "the conversion or the database refuses it."
    ),
    unlike={
        "missing_clause": "type and format are right, the value is new",
        "json_decode": "the text is no JSON at all",
        "parse_error_client": "the body of the request cannot be parsed",
        "nil_access": "the value is missing",
        "arithmetic": "22012, a division by zero",
    },
    signature=Signature(
        patterns=(
            r"\bvalue [^\n]{1,300} in [^\n]{1,120} cannot be cast to type\b",
            r"\bcannot cast [^\n]{1,300} to (?::\w|[A-Z]\w*\.|\{:|#Ecto\.)",
            r"\bvalue [^\n]{1,300} for [^\n]{1,120} does not match type\b",
            r"\bcannot load [^\n]{1,300} as type\b",
            r"Postgrex expected (?:an?|%|\w)[^\n]{1,200}, got\b",
            r"cannot parse \"[^\"\n]{0,200}\" as (?:date|time|datetime\w*|naive datetime)",
            r"not a textual representation of an? (?:integer|float)\b",
            r"\bnot an already existing atom\b",
            r"the Access calls for keywords expect\b",
            r"does not implement the Access behaviour",
            r"expected a map, got:(?!\s*nil\b)",
            r"\(Bad(?:Boolean|Struct|Function)Error\)[^\n]{0,200}got:(?!\s*nil\b)",
            r"\bexpected (?:a list of [^\n]{1,80}|:\w+ to be [^\n]{1,80}), got\b",
            r"\bcannot dump given UUID to binary\b",
            r"\bnumber parsing syntax: ",
        ),
        types=(
            "Phoenix.ActionClauseError",
            "Phoenix.MissingParamError",
            "Ecto.CastError",
            "Ecto.Query.CastError",
        ),
        # All of class 22 but 22012, the division by zero.
        sqlstates=(
            *("2200*", "2202*", "2203*", "22P*"),
            *("22010", "22011", "22013", "22014", "22015", "22016", "22018", "22019"),
            *("2201B", "2201E", "2201F", "2201G", "2201W", "2201X"),
        ),
    ),
    tell="one client version, one partner or crafted input; the field that the message names",
    over=("missing_clause",),
    remedy=Remedy(
        mitigate="Refuse the input with a 4xx at the edge; roll back if a release of ours changed what is sent.",
        repair=(
            "Check the shape where it enters: a changeset or schema, `Integer.parse/1` instead of "
            "`String.to_integer/1`."
        ),
        do_not="Do not wrap the action in a rescue: wrong data would go on into the rest.",
        undo="Redeploy the release that was rolled back.",
        prevent="A property test that sends other types than the documented ones.",
    ),
    playbook="Step 6",
    examples=(
        Example(
            id="bad_input_shape",
            source="own",
            text="""\
10:14:01.311 request_id=GJq2Zn1b8QcW4pIAAADA [error] ** (Postgrex.Error) ERROR 22P02\
 (invalid_text_representation) invalid input syntax for type uuid: "abc"
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
    (courier 2.1.0) lib/courier/parcels.ex:20: Courier.Parcels.get!/1
""",
        ),
        Example(
            id="bad_input_shape",
            source="UrbanCCD-UChicago/plenario2#223",
            text="""\
10:14:02.311 request_id=GJq2Zn2b8QcW4pIAAADB [error] ** (Ecto.Query.CastError) lib/courier/parcels.ex:20:\
 value `"abc"` in `where` cannot be cast to type :id in query:

from p0 in Courier.Parcel,
  where: p0.id == ^"abc"

    (ecto 3.12.1) lib/ecto/repo/queryable.ex:418: Ecto.Repo.Queryable.cast_param/5
""",
        ),
        Example(
            id="arithmetic",
            source="own",
            text="""\
10:14:03.311 request_id=GJq2Zn3b8QcW4pIAAADC [error] ** (Postgrex.Error) ERROR 22012 (division_by_zero)\
 division by zero
    (courier 2.1.0) lib/courier/stats.ex:20: Courier.Stats.mean/1
""",
        ),
        Example(
            id="bad_input_shape",
            source="own",
            text="""\
10:14:04.311 request_id=GJq2Zn4b8QcW4pIAAADD [error] ** (UndefinedFunctionError) function\
 Courier.Parcel.fetch/2 is undefined (Courier.Parcel does not implement the Access behaviour. If you are using\
 get_in/put_in/update_in, you can specify the field to be accessed using Access.key!/1)
    (courier 2.1.0) lib/courier/parcels.ex:88: Courier.Parcels.weight/1
""",
        ),
        Example(
            id="app_raised",
            source="own",
            text="""\
10:14:05.311 request_id=GJq2Zn5b8QcW4pIAAADE [error] ** (RuntimeError) cannot cast votes to a closed poll
    (courier 2.1.0) lib/courier/polls.ex:31: Courier.Polls.vote!/2
""",
        ),
    ),
    sources=(
        "ecto:lib/ecto/exceptions.ex",
        "UrbanCCD-UChicago/plenario2#223",
        "https://www.postgresql.org/docs/current/errcodes-appendix.html",
    ),
)
