"""Code relied on a value that is not there."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="nil_access",
    title="a value that is not there is used as if it were",
    owner="us",
    scope="endpoint",
    kind="cause",
    level=5,
    what=(
        "A look-up, an association or a field gave nil (or an empty list), and the code went on as if "
        "there were a value. Which exception carries it does not matter."
    ),
    unlike={
        "missing_clause": "the value exists but no clause knows it",
        "config_missing_env": "the nil came out of runtime.exs or Application.start at boot",
        "key_missing": "the container is a map and lacks a key",
        "db_constraint_other": "the database refused NULL (23502)",
    },
    signature=Signature(
        patterns=(
            (
                r"(?:right hand side value|no (?:case|with|try) clause matching"
                r"|expected a map, got|not found in|Got value|expected a struct named \S{1,80}, got)\s*:\s*nil\b"
            ),
            r"function nil\.[\w?!]+/\d+ is undefined",
            r"\(Protocol\.UndefinedError\) protocol \S+ not implemented for nil\b",
            r"\((?:BadBooleanError|BadFunctionError|BadStructError)\)[^\n]{0,200}got:\s*nil\b",
            r"expected a binary but got: nil\b",
            r"[Cc]omparison with nil is forbidden",
            r"because the given value is nil\b",
            r"cannot convert nil to param",
            r"is missing primary key value\b",
            r"\((?:Enum\.EmptyError|Enum\.OutOfBoundsError)\)",
            r"\bnot a nonempty list\b",
            r"\{:(?:badmatch|case_clause|with_clause|try_clause|badmap), nil\}",
            r"\{:badkey, [^{}\n]{1,120}, nil\}",
            r"bad argument in arithmetic expression: (?:nil [-+*/]|\S{1,60} [-+*/] nil\b|\w+\((?:\S{1,60}, )?nil\b)",
        ),
        frames=(
            # The first argument, the last one, or one with none but plain ones before it; never beside an error tuple.
            r"^(?!.*\{:error\b)(?:\([^()]*\) )?[^(]*\(nil[,)]",
            r"^(?!.*\{:error\b).*[^\[{(], nil\)$",
            r"^(?!.*\{:error\b)(?:\([^()]*\) )?[^(]*\([^()\[\]{}\"]*, nil, ",
        ),
        frame_types=("FunctionClauseError", "ArithmeticError", "ArgumentError", "Protocol.UndefinedError"),
        processes=("request", "liveview", "channel", "genserver", "task", "oban", "supervisor", "other"),
    ),
    tell=(
        "always failing is code, some users only is their data (a NULL column, a deleted parent), "
        "beginning with an outage is a failed load"
    ),
    remedy=Remedy(
        mitigate="Roll back if a release set it off, else switch off what {endpoint} does with the missing value.",
        repair=(
            "Handle the absence where it arises (case, with, a default, %{} for a NULL map), then "
            "backfill the rows and set NOT NULL."
        ),
        do_not=(
            "Do not scatter `|| %{}` or rescue clauses over the code, and do not UPDATE rows in a hurry: "
            "keep the ids first."
        ),
        undo="Redeploy the release that was rolled back; a backfill is undone only from the ids that were kept.",
        prevent="NOT NULL where the code expects a value, and a test with the value missing.",
    ),
    playbook="Step 4",
    examples=(
        Example(
            id="nil_access",
            source="corpus:coupon_match_error_deploy",
            text="""\
10:14:01.311 request_id=GJq2Zn1b8QcW4pIAAADA [error] ** (MatchError) no match of right hand side value: nil
    (courier 2.1.0) lib/courier/parcels.ex:61: Courier.Parcels.surcharge/2
    (courier 2.1.0) lib/courier_web/controllers/parcel_controller.ex:22: CourierWeb.ParcelController.create/2
""",
        ),
        Example(
            id="nil_access",
            source="corpus:prefs_bad_map_deploy",
            text="""\
10:14:02.311 request_id=GJq2Zn2b8QcW4pIAAADB [error] ** (BadMapError) expected a map, got:

    nil

    (courier 2.1.0) lib/courier/settings.ex:19: Courier.Settings.merge/2
""",
        ),
        Example(
            id="nil_access",
            source="own",
            text="""\
10:14:03.311 request_id=GJq2Zn3b8QcW4pIAAADC [error] ** (ArithmeticError) bad argument in arithmetic expression
    :erlang.+(nil, 1)
    (courier 2.1.0) lib/courier/weights.ex:8: Courier.Weights.sum/1
""",
        ),
        Example(
            id="missing_clause",
            source="own",
            text="""\
10:14:04.311 request_id=GJq2Zn4b8QcW4pIAAADD [error] ** (CaseClauseError) no case clause matching: "express"
    (courier 2.1.0) lib/courier/rates.ex:30: Courier.Rates.zone/1
""",
        ),
        Example(
            id="nil_access",
            source="own",
            text="""\
10:14:05.311 request_id=GJq2Zn5b8QcW4pIAAADE [error] ** (FunctionClauseError) no function clause matching in\
 Courier.Tariff.of/3
    (courier 2.1.0) lib/courier/tariff.ex:14: Courier.Tariff.of(%{zone: "B (inner)"}, "box (small)", nil)
""",
        ),
        Example(
            id="missing_clause",
            source="own",
            text="""\
10:14:06.311 request_id=GJq2Zn6b8QcW4pIAAADF [error] ** (FunctionClauseError) no function clause matching in\
 Courier.Mail.send/2
    (courier 2.1.0) lib/courier/mail.ex:9: Courier.Mail.send({:error, :no_address}, nil)
""",
        ),
    ),
    sources=("elixir:lib/elixir/lib/exception.ex", "corpus:coupon_match_error_deploy", "corpus:prefs_bad_map_deploy"),
)
