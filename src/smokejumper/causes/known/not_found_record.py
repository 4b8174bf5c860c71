"""A route exists, the record that was asked for does not."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="not_found_record",
    title="{endpoint} is asked for records that do not exist",
    owner="client",
    scope="endpoint",
    kind="client",
    level=1,
    what="A query that must give one row gave none, and the request is answered with 404.",
    unlike={
        "bot_scan": "one client tries many ids",
        "multiple_results": "the query gave several rows",
        "nil_access": "the missing record was used as if it were there",
    },
    signature=Signature(
        patterns=(r"expected at least one result but got none in query",),
        types=("Ecto.NoResultsError",),
    ),
    tell="the share of 404 among the answers of the route; links inside our own pages",
    remedy=Remedy(
        mitigate="Nothing: 404 is the right answer. If our own pages link there, take the link out.",
        repair="Use the function without the bang and show a page for what is gone.",
        do_not="Do not page anyone for it.",
        prevent="A link check over the own pages.",
    ),
    playbook="Step 4",
    examples=(
        Example(
            id="not_found_record",
            source="corpus:orders_not_found_storm",
            text="""\
10:14:01.311 request_id=GJq2Zn1b8QcW4pIAAADA [error] ** (Ecto.NoResultsError) expected at least one result\
 but got none in query:

from p0 in Courier.Parcel,
  where: p0.id == ^5

    (ecto 3.12.1) lib/ecto/repo/queryable.ex:166: Ecto.Repo.Queryable.one!/3
    (courier 2.1.0) lib/courier/parcels.ex:20: Courier.Parcels.get!/1
""",
        ),
        Example(
            id="multiple_results",
            source="own",
            text="""\
10:14:02.311 request_id=GJq2Zn2b8QcW4pIAAADB [error] ** (Ecto.MultipleResultsError) expected at most one\
 result but got 2 in query:

from p0 in Courier.Parcel

    (ecto 3.12.1) lib/ecto/repo/queryable.ex:168: Ecto.Repo.Queryable.one!/3
""",
        ),
    ),
    sources=(
        "ecto:lib/ecto/exceptions.ex",
        "corpus:orders_not_found_storm",
    ),
)
