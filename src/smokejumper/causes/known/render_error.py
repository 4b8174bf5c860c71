"""The answer could not be built by the view layer itself."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="render_error",
    title="the view layer cannot build the answer of {endpoint}",
    owner="us",
    scope="endpoint",
    kind="cause",
    level=6,
    what="A template or its format is missing, a header or cookie is not allowed, or the text is no valid UTF-8.",
    unlike={
        "key_missing": "an assign is missing in a template that exists",
        "nil_access": "a value in the template is nil",
        "protocol_undefined": "a value cannot be rendered",
    },
    signature=Signature(
        patterns=(
            r"no \"[^\"\n]{1,120}\" \w+ template defined for",
            r"Could not render \"[^\"\n]{1,120}\" for \S+, please define a matching clause",
            r"assign @\w+ not available in \w?[eE][eE]x template",
            r"no view was found for the format",
            r"cannot render template [^\n]{1,120} without format",
            r"cookie (?:named \S{1,120} )?exceeds maximum size of 4096 bytes",
            r"found duplicate ID [^\n]{1,80} for component \S+ when rendering template",
        ),
        types=(
            "Phoenix.Template.UndefinedError",
            "Plug.Conn.CookieOverflowError",
            "Plug.Conn.InvalidHeaderError",
            "Jason.EncodeError",
        ),
    ),
    tell="the format that was asked for, and the templates that the release holds",
    remedy=Remedy(
        mitigate="Roll back if a release set it off.",
        repair="Add the template or format; keep sessions small.",
        do_not="Do not rescue in the layout: a half page is worse than an error page.",
        undo="Redeploy the release that was rolled back.",
        prevent="A controller test for each format.",
    ),
    playbook="Step 4",
    examples=(
        Example(
            id="render_error",
            source="signdict/website#854",
            text="""\
10:14:01.311 request_id=GJq2Zn1b8QcW4pIAAADA [error] ** (Phoenix.Template.UndefinedError) Could not render\
 "index_pt.html" for CourierWeb.SlotView, please define a matching clause for render/2 or define a template at\
 "lib/courier_web/templates/slot/*". The following templates were compiled:

* index_en.html
    (phoenix 1.6.16) lib/phoenix/template.ex:341: Phoenix.Template.raise_template_not_found/3
""",
        ),
        Example(
            id="key_missing",
            source="own",
            text="""\
10:14:02.311 request_id=GJq2Zn2b8QcW4pIAAADB [error] ** (KeyError) key :slots not found in: %{__changed__:\
 nil, flash: %{}}
    (courier 2.1.0) lib/courier_web/controllers/slot_html.ex:4: CourierWeb.SlotHTML.index/1
""",
        ),
        Example(
            id="render_error",
            source="own",
            text="""\
10:14:03.311 request_id=GJq2Zn3b8QcW4pIAAADC [error] ** (ArgumentError) no "show" html template defined for\
 CourierWeb.SlotHTML  (the module exists but does not define show/1 nor render/2)
    (phoenix_template 1.0.4) lib/phoenix/template.ex:248: Phoenix.Template.render_with_fallback/4
""",
        ),
        Example(
            id="app_raised",
            source="own",
            text="""\
10:14:04.311 request_id=GJq2Zn4b8QcW4pIAAADD [error] ** (RuntimeError) found duplicate ID 4 in the import file
    (courier 2.1.0) lib/courier/import.ex:60: Courier.Import.rows!/1
""",
        ),
    ),
    sources=(
        "phoenix_template:lib/phoenix/template.ex",
        "plug:lib/plug/conn.ex",
        "signdict/website#854",
    ),
)
