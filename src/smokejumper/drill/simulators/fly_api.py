"""api.fly.io: the log, GraphQL, the releases' REST path and the metrics.

Endpoints and wordings: superfly/docs `monitoring/logs-api-options` and `monitoring/metrics`, superfly/fly-go
`resource_logs.go`, `resource_releases.go` and `resource_issues.go`, superfly/flyctl `internal/uiex/releases.go`.
"""

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from operator import attrgetter, itemgetter

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from smokejumper.drill.simulators import graphql, wire
from smokejumper.drill.simulators.graphql import Arguments, GraphqlError, Scalar
from smokejumper.drill.simulators.view import Refused, View, whole
from smokejumper.drill.surroundings import DAY_S, NS
from smokejumper.logs.times import epoch
from smokejumper.model.entry import LogEntry
from smokejumper.model.fly import Series

PAGE = 100
"""Entries of a full page of the log."""
KEPT_S = 7 * DAY_S
"""How long the log is kept."""
STALE_S = 300.0
"""For how long a sample of a metric stands for what follows it."""
EMPTY = "empty"
"""Set in a request's scope where the log is to have no entries."""
_AT = attrgetter("at_ns")
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)?")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": DAY_S, None: 1.0}


def routes(view: View) -> list[Route]:
    """The paths of this host; each route bears the name of its part."""
    api = _Api(view)
    app = "/api/v1/apps/{app}"
    prometheus = "/prometheus/{org}/api/v1"
    return [
        Route("/graphql", api.graphql, methods=["POST"], name="graphql"),
        Route(f"{app}/logs", api.logs, name="logs"),
        Route(f"{app}/releases", api.releases, name="releases"),
        Route(f"{app}/releases/current", api.current_release, name="releases"),
        Route(f"{prometheus}/query_range", api.query_range, name="metrics"),
        Route(f"{prometheus}/query", api.query, name="metrics"),
    ]


class _Asked(msgspec.Struct):
    query: str
    variables: dict[str, object] | None = None


class _Api:
    def __init__(self, view: View) -> None:
        self._view = view

    # ---- the log

    async def logs(self, request: Request) -> Response:
        """The newest entries of a day; with a token those after it, the oldest first. 100 at most.

        The token is a time in nanoseconds. Where a page ends amid entries of one moment, the rest of them is lost to
        whoever goes on with the token that was given: the next page begins *after* that moment.
        """
        self._view.admit(request, "logs")
        asked = request.query_params.get("next_token") or ""
        if not re.fullmatch(r"\d{0,19}", asked):
            raise Refused(400, "invalid next_token")
        now = self._view.now
        entries = self._kept(request, now)
        begin = int(asked) if asked else int((now - DAY_S) * NS)
        after = entries[bisect_right(entries, begin, key=_AT) :]
        page = [] if request.scope.get(EMPTY) else after[:PAGE] if asked else after[-PAGE:]
        token = page[-1].at_ns if page else begin
        habits = self._view.scenario.habits
        return JSONResponse(
            {
                "data": [{"id": e.id, "type": "log", "attributes": wire.entry(e, habits)} for e in page],
                "meta": {"next_token": str(token) if habits.cursor == "text" else token},
            }
        )

    def _kept(self, request: Request, now: float) -> Sequence[LogEntry]:
        entries = self._view.scenario.entries_at(now)
        entries = entries[bisect_left(entries, int((now - KEPT_S) * NS), key=_AT) :]
        machine, region = request.query_params.get("instance"), request.query_params.get("region")
        return [e for e in entries if machine in (None, "", e.machine) and region in (None, "", e.region)]

    # ---- GraphQL

    async def graphql(self, request: Request) -> Response:
        """The fields that a document asks for. What is wrong is told with status 200, as errors."""
        try:
            grant = self._view.grant(request.headers.get("authorization", ""))
        except Refused:
            return _errors("You must be authenticated to view this.", "UNAUTHORIZED")
        try:
            asked = msgspec.json.decode(await request.body(), type=_Asked)
            fields = graphql.parse(asked.query, asked.variables or {})
            name = next((f.arguments.get("name") for f in fields if f.name == "app"), None)
            if not isinstance(name, str) or not self._view.sees(grant, name):
                return _errors(f'Could not find App "{name}"', "NOT_FOUND")
            return JSONResponse({"data": graphql.answer(fields, {"app": lambda _: self._app()})})
        except (msgspec.DecodeError, GraphqlError) as wrong:
            return _errors(str(wrong), "undefinedField")

    def _app(self) -> wire.Json:
        scenario, now = self._view.scenario, self._view.now
        releases = scenario.releases_at(now)
        nodes = [
            wire.release(its) | {"configDefinition": Scalar(dict(scenario.config_of(its.version)))} for its in releases
        ]
        issues = [i for i in scenario.host_issues if (i.created_at or 0.0) <= now]
        started = any(m.state == "started" for m in self._view.machines())
        return {
            "id": scenario.app,
            "name": scenario.app,
            "status": "deployed" if started else "suspended",
            "deployed": bool(releases),
            "hostname": scenario.hostname,
            "appUrl": f"https://{scenario.hostname}",
            "platformVersion": "machines",
            "network": None,
            "organization": {"id": scenario.org, "slug": scenario.org, "rawSlug": scenario.org, "name": scenario.org},
            "currentRelease": nodes[0] if nodes else None,
            "currentReleaseUnprocessed": nodes[0] if nodes else None,
            "releasesUnprocessed": _connection(nodes),
            "hostIssues": _connection([wire.host_issue(i) for i in issues]),
            "secrets": [
                {"name": s.name, "digest": s.digest, "createdAt": wire.secret(s)["created_at"]}
                for s in scenario.secrets
            ],
        }

    # ---- releases

    async def releases(self, request: Request) -> Response:
        """The newest releases, as many as `limit` says."""
        self._releases_admit(request)
        limit = whole(request, "limit", 25)
        releases = self._view.scenario.releases_at(self._view.now)
        return JSONResponse({"releases": [wire.rest_release(its) for its in releases[:limit]]})

    async def current_release(self, request: Request) -> Response:
        """The newest release."""
        self._releases_admit(request)
        releases = self._view.scenario.releases_at(self._view.now)
        if not releases:
            raise Refused(404, "no release")
        return JSONResponse(wire.rest_release(releases[0]))

    def _releases_admit(self, request: Request) -> None:
        """Which scheme macaroons need here is not known for certain, so a habit says it."""
        grant = self._view.admit(request, "releases", strict=False)
        scheme = request.headers["authorization"].partition(" ")[0]
        if scheme != ("Bearer" if grant.kind == "user" else self._view.scenario.habits.releases_scheme):
            raise Refused(401, "unauthorized")

    # ---- metrics

    async def query_range(self, request: Request) -> Response:
        """Samples of a query from `start` to `end`, one each `step`; none for one that the scenario does not know."""
        asked = self._metrics_admit(request)
        try:
            start, end = (_moment(request.query_params[name]) for name in ("start", "end"))
            step = _duration(request.query_params["step"])
        except (KeyError, ValueError) as wrong:
            return _bad_data(str(wrong))
        grid = [start + i * step for i in range(int((end - start) / step) + 1)] if end >= start else []
        now = self._view.now
        sampled = [(series, _sampled(series, grid, now)) for series in asked]
        return _prometheus(
            "matrix",
            [
                {"metric": _labels(series), "values": [[time, _number(value)] for time, value in samples]}
                for series, samples in sampled
                if samples
            ],
        )

    async def query(self, request: Request) -> Response:
        """The newest sample of a query at `time`."""
        asked = self._metrics_admit(request)
        now = self._view.now
        try:
            at = _moment(request.query_params.get("time", str(now)))
        except ValueError as wrong:
            return _bad_data(str(wrong))
        return _prometheus(
            "vector",
            [
                {"metric": _labels(series), "value": [time, _number(value)]}
                for series in asked
                for time, value in _sampled(series, [at], now)
            ],
        )

    def _metrics_admit(self, request: Request) -> Sequence[Series]:
        """The series of the query that is asked."""
        scenario = self._view.scenario
        grant = self._view.grant(request.headers.get("authorization", ""))
        if grant.org != request.path_params["org"] or grant.org != scenario.org:
            raise Refused(403, "Forbidden")
        return scenario.metrics.get(request.query_params.get("query", ""), ())


def _connection(nodes: Sequence[wire.Json]) -> Callable[[Arguments], wire.Json]:
    """A connection of GraphQL: its first nodes, as many as are asked for, of one status where one is named."""

    def resolve(arguments: Arguments) -> wire.Json:
        first, status = arguments.get("first"), arguments.get("status")
        found = [node for node in nodes if status is None or node["status"] == status]
        return {"nodes": found[: first if isinstance(first, int) else None], "totalCount": len(found)}

    return resolve


def _errors(message: str, code: str) -> Response:
    return JSONResponse({"data": None, "errors": [{"message": message, "path": ["app"], "extensions": {"code": code}}]})


def _prometheus(kind: str, result: list[wire.Json]) -> Response:
    return JSONResponse({"status": "success", "isPartial": False, "data": {"resultType": kind, "result": result}})


def _bad_data(error: str) -> Response:
    return JSONResponse({"status": "error", "errorType": "422", "error": error}, status_code=422)


def _labels(series: Series) -> dict[str, str]:
    return dict(series.labels) | ({"instance": series.machine} if series.machine else {})


def _sampled(series: Series, grid: Sequence[float], now: float) -> list[tuple[float, float]]:
    """For each time the newest sample before it, where it is no older than `STALE_S`."""
    found = []
    for at in grid:
        count = bisect_right(series.points, min(at, now), key=itemgetter(0))
        if count and at <= now and at - series.points[count - 1][0] <= STALE_S:
            found.append((at, series.points[count - 1][1]))
    return found


def _number(value: float) -> str:
    """As Prometheus writes it."""
    if math.isnan(value):
        return "NaN"
    return ("+Inf" if value > 0 else "-Inf") if math.isinf(value) else format(value, ".15g")


def _moment(text: str) -> float:
    found = epoch(text)
    return float(text) if found is None else found


def _duration(text: str) -> float:
    found = _DURATION.fullmatch(text)
    if not found or not float(found[1]):
        raise ValueError(f"cannot parse duration {text!r}")
    return float(found[1]) * _SECONDS[found[2]]
