"""The application's front door: Fly's proxy, and one of the machines behind it.

`fly-force-instance-id` asks for one of them (superfly/docs `networking/dynamic-request-routing`).
"""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from smokejumper.drill.simulators.view import View
from smokejumper.model.fly import Machine

NOBODY = 503
"""What the proxy answers where no machine can be reached; its words are in the log, not in the answer."""


def routes(view: View) -> list[Route]:
    """The paths of this host; the route bears the name of its part."""
    return [Route("/{path:path}", _Door(view).get, name="door")]


class _Door:
    def __init__(self, view: View) -> None:
        self._view = view

    async def get(self, request: Request) -> Response:
        """What a machine that is well answers, or the one that is asked for; 503 where there is none."""
        asked = request.headers.get("fly-force-instance-id")
        machine = next((m for m in self._view.machines() if (asked in (None, m.id)) and _reachable(m, asked)), None)
        door = self._view.scenario.door
        if machine is None:
            return Response(status_code=NOBODY)
        await asyncio.sleep(door.seconds.get(machine.id, 0.0))
        return Response(door.body, door.statuses.get(machine.id, door.status), media_type="text/html")


def _reachable(machine: Machine, asked: str | None) -> bool:
    """Does the proxy route to it? A machine that is asked for may have failing checks, and may be cordoned."""
    running = machine.state == "started" and not machine.special and machine.host_status != "unreachable"
    well = not machine.cordoned and all(check.status != "critical" for check in machine.checks)
    return running and (well or asked is not None)
