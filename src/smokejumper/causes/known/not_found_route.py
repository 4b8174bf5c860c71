"""A path has no route."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="not_found_route",
    title="paths are asked for that have no route",
    owner="client",
    scope="none",
    kind="client",
    level=1,
    what="The router knows no route for the method and path; the request is answered with 404.",
    unlike={
        "bot_scan": "paths of known exploits",
        "not_found_record": "the route exists, the record does not",
    },
    signature=Signature(
        patterns=(r"no route found for \S+ \S+ \(",),
        types=("Phoenix.Router.NoRouteError",),
    ),
    tell="whether our own pages or apps ask for the path, and whether it began with a release",
    remedy=Remedy(
        mitigate="Nothing, unless our own pages or apps ask for it: then roll back the release that took it away.",
        repair="Redirect the old path to the new one.",
        do_not="Do not add a route that catches everything.",
        undo="Redeploy the release that was rolled back.",
        prevent="Compare the routes of two releases in CI.",
    ),
    playbook="Step 4",
    examples=(
        Example(
            id="not_found_route",
            source="CaptainFact/captain-fact-api#56",
            text="""\
10:14:01.311 request_id=GJq2Zn1b8QcW4pIAAADA [error] ** (Phoenix.Router.NoRouteError) no route found for GET\
 /parcel-old (CourierWeb.Router)
    (courier 2.1.0) deps/phoenix/lib/phoenix/router.ex:541: CourierWeb.Router.call/2
""",
        ),
        Example(
            id="not_found_record",
            source="own",
            text="""\
10:14:02.311 request_id=GJq2Zn2b8QcW4pIAAADB [error] ** (Ecto.NoResultsError) expected at least one result\
 but got none in query:

from p0 in Courier.Parcel

    (courier 2.1.0) lib/courier/parcels.ex:20: Courier.Parcels.get!/1
""",
        ),
    ),
    sources=("phoenix:lib/phoenix/router.ex", "CaptainFact/captain-fact-api#56"),
)
