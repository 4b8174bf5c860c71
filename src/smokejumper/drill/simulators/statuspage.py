"""A status page such as Fly's or Supabase's: the JSON of Statuspage v2, open to all.

Paths: superfly/flyctl `internal/command/platform/status.go`; the fields are the usual ones of Statuspage.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from smokejumper.drill.simulators.wire import Json
from smokejumper.drill.surroundings import rfc3339
from smokejumper.model.outside import StatusIncident, StatusPage

_OVER = frozenset(("resolved", "postmortem", "completed"))


def routes(page: StatusPage) -> list[Route]:
    """The paths of this host; each route bears the name of its part."""
    told = _Page(page)
    name = f"{page.of}_status"
    return [
        Route("/api/v2/status.json", told.status, name=name),
        Route("/api/v2/summary.json", told.summary, name=name),
        Route("/api/v2/components.json", told.components, name=name),
        Route("/api/v2/incidents.json", told.incidents, name=name),
        Route("/api/v2/incidents/unresolved.json", told.unresolved, name=name),
        Route("/api/v2/scheduled-maintenances/active.json", told.active, name=name),
    ]


class _Page:
    def __init__(self, page: StatusPage) -> None:
        self._page = page
        self._head: Json = {"page": {"id": page.of, "name": page.of, "updated_at": rfc3339(page.at)}}
        self._status: Json = {"status": {"indicator": page.indicator, "description": page.description}}

    def _told(self, *, maintenance: bool, over: bool) -> list[Json]:
        """Incidents, or maintenances; those that are over too, where that is asked for."""
        return [
            _incident(each)
            for each in self._page.incidents
            if each.maintenance == maintenance and (over or each.status not in _OVER)
        ]

    def _components(self) -> Json:
        """One that is well, and those that are told as `Name (state)`."""
        told = (each.rpartition(" (") for each in self._page.degraded)
        states = {"Dashboard": "operational"} | {name: state.rstrip(")") for name, _, state in told}
        return {"components": [{"id": name, "name": name, "status": state} for name, state in states.items()]}

    async def status(self, _request: Request) -> Response:
        """How bad it is."""
        return JSONResponse(self._head | self._status)

    async def summary(self, _request: Request) -> Response:
        """All that is not over."""
        return JSONResponse(
            self._head
            | self._status
            | self._components()
            | {
                "incidents": self._told(maintenance=False, over=False),
                "scheduled_maintenances": self._told(maintenance=True, over=False),
            }
        )

    async def components(self, _request: Request) -> Response:
        """What it is made of."""
        return JSONResponse(self._head | self._components())

    async def incidents(self, _request: Request) -> Response:
        """The newest incidents, also those that are over."""
        return JSONResponse(self._head | {"incidents": self._told(maintenance=False, over=True)})

    async def unresolved(self, _request: Request) -> Response:
        """Incidents that are not over."""
        return JSONResponse(self._head | {"incidents": self._told(maintenance=False, over=False)})

    async def active(self, _request: Request) -> Response:
        """Maintenances that are going on."""
        return JSONResponse(self._head | {"scheduled_maintenances": self._told(maintenance=True, over=False)})


def _incident(its: StatusIncident) -> Json:
    started, updated = (None if at is None else rfc3339(at) for at in (its.started_at, its.updated_at))
    resolved = None if its.resolved_at is None else rfc3339(its.resolved_at)
    said: Json = {
        "id": its.id,
        "name": its.name,
        "status": its.status,
        "impact": its.impact,
        "created_at": started,
        "started_at": started,
        "updated_at": updated or started,
        "resolved_at": resolved,
        "shortlink": its.link,
        "components": [{"id": name, "name": name} for name in its.components],
        "incident_updates": [
            {"id": f"{its.id}-1", "status": its.status, "body": its.latest, "created_at": updated or started}
        ],
    }
    return said | ({"scheduled_for": started, "scheduled_until": resolved} if its.maintenance else {})
