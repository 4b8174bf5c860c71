"""A client accepts no format that is offered."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="not_acceptable",
    title="clients ask for formats that {endpoint} does not offer",
    owner="client",
    scope="none",
    kind="client",
    level=1,
    what="The Accept header names no format of the pipeline; the request is answered with 406.",
    unlike={
        "render_error": "the format is offered and its template is missing",
    },
    signature=Signature(
        patterns=(
            r"no supported media type in accept header",
            r"unknown format \"[^\"\n]{0,80}\", expected one of",
        ),
        types=("Phoenix.NotAcceptableError",),
    ),
    tell="bots and monitors, or a new client of the API",
    remedy=Remedy(
        mitigate="Nothing: 406 is right. Roll back only if a client of our own gets it since a release.",
        repair="Offer the format if a client of ours needs it.",
        do_not="Do not accept every format.",
        prevent="Test the pipeline with the headers of the own clients.",
    ),
    examples=(
        Example(
            id="not_acceptable",
            source="Magickbase/godwoken_explorer#1206",
            text="""\
10:14:01.311 request_id=GJq2Zn1b8QcW4pIAAADA [error] ** (Phoenix.NotAcceptableError) no supported media type\
 in accept header.

Expected one of ["json"] but got the following formats:

  * "text/html"

    (phoenix 1.7.21) lib/phoenix/controller.ex:1557: Phoenix.Controller.refuse/3
""",
        ),
        Example(
            id="render_error",
            source="own",
            text="""\
10:14:02.311 request_id=GJq2Zn2b8QcW4pIAAADB [error] ** (RuntimeError) no view was found for the format: "csv".\
 The supported formats are: ["html", "json"]
    (phoenix 1.7.21) lib/phoenix/controller.ex:947: Phoenix.Controller.render_and_send/4
""",
        ),
    ),
    sources=("phoenix:lib/phoenix/controller.ex", "Magickbase/godwoken_explorer#1206"),
)
