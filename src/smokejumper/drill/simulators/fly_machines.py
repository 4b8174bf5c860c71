"""api.machines.dev: machines, their events and leases, exec, secrets without values, and what a token may do.

Paths and shapes: the Machines API's OpenAPI document (docs.machines.dev), and superfly/fly-go `flaps/` where the wire
differs from it. Limits: superfly/docs `machines/api/working-with-machines-api`.
"""

import math
import time
from collections.abc import Callable

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from smokejumper.drill.ledger import Scripts
from smokejumper.drill.scenario import Executed, Right
from smokejumper.drill.simulators import wire
from smokejumper.drill.simulators.view import Refused, View, whole
from smokejumper.model.fly import Machine

EVENTS, MOST_EVENTS = 20, 50
"""Events of an answer: without a limit, and at most."""
PER_S, BURST = 1.0, 3
GET_PER_S, GET_BURST = 5.0, 10
"""Calls of each action on one application or machine; reading one machine is allowed more often."""
ENDED = frozenset(("destroyed", "replaced", "migrated"))
"""Final states: such machines are shown on demand only."""
_UNSCRIPTED = Executed(stderr="this world does not say what the script prints", code=1)


def routes(view: View, scripts: Scripts, ticks: Callable[[], float] = time.monotonic) -> list[Route]:
    """The paths of this host; each route bears the name of its part. `ticks` are what rate limits go by."""
    api = _Machines(view, scripts, ticks)
    app = "/v1/apps/{app}"
    machine = f"{app}/machines/{{machine}}"
    return [
        Route(app, api.application, name="app"),
        Route(f"{app}/machines", api.list, name="machines"),
        Route(machine, api.get, name="machines"),
        Route(f"{machine}/events", api.events, name="events"),
        Route(f"{machine}/lease", api.lease, name="lease"),
        Route(f"{machine}/exec", api.exec, methods=["POST"], name="exec"),
        Route(f"{app}/secrets", api.secrets, name="secrets"),
        Route("/v1/tokens/current", api.token, name="tokens"),
    ]


class _Limits:
    """A bucket of calls for each action and what it is about."""

    def __init__(self, ticks: Callable[[], float]) -> None:
        self._ticks = ticks
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}

    def take(self, action: str, about: str, per_s: float, burst: int) -> None:
        """Count a call.

        Raises:
            Refused: it is one too many.
        """
        now = self._ticks()
        left, at = self._buckets.get((action, about), (float(burst), now))
        left = min(float(burst), left + (now - at) * per_s)
        if left < 1.0:
            self._buckets[action, about] = (left, now)
            raise Refused(429, "rate limit exceeded")
        self._buckets[action, about] = (left - 1.0, now)


class _Machines:
    def __init__(self, view: View, scripts: Scripts, ticks: Callable[[], float]) -> None:
        self._view = view
        self._scripts = scripts
        self._limits = _Limits(ticks)

    def _admit(self, request: Request, right: Right, action: str) -> None:
        """Both schemes are taken for macaroons here: the documentation says `Bearer`, flyctl sends `FlyV1`."""
        self._view.admit(request, right, strict=False)
        if self._view.scenario.habits.rate_limits:
            about = request.path_params.get("machine", request.path_params["app"])
            per_s, burst = (GET_PER_S, GET_BURST) if action == "get" else (PER_S, BURST)
            self._limits.take(action, about, per_s, burst)

    def _machine(self, request: Request) -> Machine:
        return self._view.machine(request.path_params["machine"])

    async def application(self, request: Request) -> Response:
        """The application, as this host knows it."""
        self._admit(request, "machines", "app")
        scenario = self._view.scenario
        return JSONResponse(
            {
                "id": scenario.app,
                "name": scenario.app,
                "status": "deployed",
                "machine_count": len(self._view.machines()),
                "organization": {"name": scenario.org, "slug": scenario.org},
            }
        )

    async def list(self, request: Request) -> Response:
        """All machines; destroyed ones with `include_deleted`. Of one region, of some states, or a summary of each."""
        self._admit(request, "machines", "list")
        asked = request.query_params
        states = asked.get("state", "").split(",") if asked.get("state") else None
        found = [
            wire.machine(self._view.scenario, machine, summary=asked.get("summary") == "true")
            for machine in self._view.machines()
            if (asked.get("include_deleted") == "true" or machine.state not in ENDED)
            and asked.get("region", machine.region) == machine.region
            and (states is None or machine.state in states)
        ]
        return JSONResponse(found)

    async def get(self, request: Request) -> Response:
        """One machine."""
        self._admit(request, "machines", "get")
        return JSONResponse(wire.machine(self._view.scenario, self._machine(request)))

    async def events(self, request: Request) -> Response:
        """Its events, newest first."""
        self._admit(request, "machines", "events")
        limit = min(whole(request, "limit", EVENTS), MOST_EVENTS)
        events = self._machine(request).events[:limit]
        return JSONResponse([wire.event(each, self._view.scenario.habits) for each in events])

    async def lease(self, request: Request) -> Response:
        """Who holds it, such as a deploy that is going on."""
        self._admit(request, "machines", "lease")
        machine = self._machine(request)
        if not machine.leased_by:
            raise Refused(404, "lease not found")
        return JSONResponse(wire.lease(machine, self._view.now))

    async def exec(self, request: Request) -> Response:
        """What a shipped script prints there; whatever else is asked for has been refused before."""
        self._admit(request, "exec", "exec")
        machine = self._machine(request)
        if machine.state != "started":
            raise Refused(412, "failed_precondition: machine not running")
        script = self._scripts.run_by(await request.body()) or ""
        answers = self._view.scenario.executed.get(script, {})
        said = answers.get(machine.id, answers.get("", _UNSCRIPTED))
        body = {"exit_code": said.code, "exit_signal": 0, "stdout": said.stdout, "stderr": said.stderr}
        return Response(msgspec.json.encode(body), media_type="application/octet-stream")

    async def secrets(self, request: Request) -> Response:
        """Secrets by name and digest. Their values are not in this world."""
        self._admit(request, "secrets", "secrets")
        now = self._view.now
        found = [s for s in self._view.scenario.secrets if (s.created_at or -math.inf) <= now]
        return JSONResponse({"secrets": [wire.secret(s) for s in found]})

    async def token(self, request: Request) -> Response:
        """What a token may see."""
        grant = self._view.grant(request.headers.get("authorization", ""), strict=False)
        said = wire.without_nothing(
            {
                "token_id": wire.stands_for(grant.value),
                "org_slug": grant.org,
                "organization": grant.org,
                "user": "user" if grant.kind == "user" else None,
            }
        )
        return JSONResponse({"tokens": [said | ({"apps": list(grant.apps)} if grant.apps is not None else {})]})
