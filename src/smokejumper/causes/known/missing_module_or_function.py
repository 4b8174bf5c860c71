"""Code calls a module or a function that this release does not hold."""

from smokejumper.causes.consequences import NOT_UP
from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="missing_module_or_function",
    title="a function is called that this release does not have",
    owner="us",
    scope="endpoint",
    kind="cause",
    level=6,
    what=(
        "A module was left out of the release (a dependency for development only, a missing extra "
        "application) or a function was renamed or removed while a caller stayed."
    ),
    unlike={
        "nil_access": "the module is nil, a missing value",
        "dependency_incompatible": "one library calls another or OTP, whose versions do not fit",
        "bad_input_shape": "fetch/2 of a struct without Access",
    },
    signature=Signature(
        patterns=(
            r"function (?!nil\.)\S+/\d+ is undefined\b(?! \(\S+ does not implement the Access behaviour)",
            r"is invalid, likely because it points to an old version of the code",
            r"could not load module \S+ due to reason ",
            r"\{:undef, \[",
        ),
    ),
    tell="who calls whom in the first two frames; `only: :dev`, `runtime: false` and extra_applications in mix.exs",
    explains=NOT_UP,
    remedy=Remedy(
        mitigate="Roll back if a release set it off.",
        repair="Put the dependency or application into the release, or correct the name.",
        do_not="Do not load code into running machines: the next restart loses it.",
        undo="Redeploy the release that was rolled back.",
        prevent="Compile with --warnings-as-errors, and boot the release in CI.",
    ),
    playbook="Step 4",
    examples=(
        Example(
            id="missing_module_or_function",
            source="own",
            text="""\
10:14:01.311 request_id=GJq2Zn1b8QcW4pIAAADA [error] ** (UndefinedFunctionError) function\
 Courier.Labels.print/2 is undefined or private
    (courier 2.1.0) Courier.Labels.print(%{id: 4}, :a7)
    (courier 2.1.0) lib/courier_web/controllers/label_controller.ex:9: CourierWeb.LabelController.show/2
""",
        ),
        Example(
            id="nil_access",
            source="own",
            text="""\
10:14:02.311 request_id=GJq2Zn2b8QcW4pIAAADB [error] ** (UndefinedFunctionError) function nil.weight/0 is\
 undefined
    nil.weight()
    (courier 2.1.0) lib/courier/parcels.ex:70: Courier.Parcels.price/1
""",
        ),
        Example(
            id="missing_module_or_function",
            source="asakura/mixpanel_api_ex#18",
            text="""\
10:14:03.311 [error] GenServer Courier.Meter terminating
** (UndefinedFunctionError) function Saxy.encode!/1 is undefined (module Saxy is not available)
    Saxy.encode!({"parcel", [], []})
    (courier 2.1.0) lib/courier/meter.ex:48: Courier.Meter.handle_info/2
Last message: :flush
""",
        ),
    ),
    sources=("elixir:lib/elixir/lib/exception.ex", "asakura/mixpanel_api_ex#18", "intercom/intercom-elixir#11"),
)
