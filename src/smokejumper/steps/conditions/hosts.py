"""The hosts of Fly that machines lie on."""

from collections.abc import Iterator

from smokejumper.model.finding import Finding, Level
from smokejumper.steps.fleet import DAY_S, Fleet


def host_problem(fleet: Fleet) -> Iterator[Finding]:
    """Fly does not reach a host, or tells of a problem with one; neither is on the public status page."""
    sick = [m for m in fleet.machines if m.host_status != "ok"]
    issues = fleet.fly.host_issues or ()
    if not sick and not issues:
        return
    told = [f"host of {m.id} ({m.region}) {m.host_status}" for m in sick]
    told += [f"Fly: {issue.message.strip()}" for issue in issues]
    since = min((i.created_at for i in issues if i.created_at is not None), default=None)
    severity: Level = "major" if any(m.host_status == "unreachable" for m in sick) else "minor"
    yield fleet.finding(
        "host_problem",
        severity if sick or since is None or fleet.recent(since, DAY_S) else "info",
        sick,
        "; ".join(told),
        "a host of Fly is in trouble: the machine on it may serve nothing, and changes to it may fail",
        at=since,
        action="serve from other machines until Fly mends it; a volume on that host cannot be moved meanwhile",
        command=f"fly incidents hosts list{fleet.flag}",
    )


def moved(fleet: Fleet) -> Iterator[Finding]:
    """Machines that Fly moved to another host: `launch`, `created`, by `flyd` (superfly/flyctl `machine/status.go`)."""
    for m in fleet.machines:
        for event in m.events:
            if (event.type, event.status, event.source) == ("launch", "created", "flyd") and fleet.recent(event.at):
                yield fleet.finding(
                    "moved",
                    "info",
                    (m,),
                    "moved to another host",
                    "Fly did this; its private address has changed",
                    at=event.at,
                )


CONDITIONS = (host_problem, moved)
