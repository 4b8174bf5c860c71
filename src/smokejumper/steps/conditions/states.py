"""States that machines should only pass through."""

from collections.abc import Iterator

from smokejumper.model.finding import Finding
from smokejumper.steps.fleet import Fleet
from smokejumper.wording import lasting

STUCK_S = {
    "starting": 300.0,
    "stopping": 300.0,
    "restarting": 300.0,
    "destroying": 300.0,
    "updating": 600.0,
    "replacing": 600.0,
}
"""How long a passing state may last (superfly/docs `machines/machine-states`; replacing is how an update is done)."""


def stuck(fleet: Fleet) -> Iterator[Finding]:
    """Machines in a state that should have passed."""
    for m in fleet.machines:
        times = [t for t in (m.updated_at, *(e.at for e in m.events[:1])) if t is not None]
        limit = STUCK_S.get(m.state)
        if limit is None or not times or fleet.now is None or fleet.now - max(times) <= limit:
            continue
        yield fleet.finding(
            "stuck",
            "major",
            (m,),
            f"{m.state} for {lasting(fleet.now - max(times))}",
            f"this should be over within {lasting(limit)}",
            at=max(times),
            action="look at its events; Fly's support can free it",
            command=f"fly machine status {m.id}{fleet.flag}",
        )


CONDITIONS = (stuck,)
