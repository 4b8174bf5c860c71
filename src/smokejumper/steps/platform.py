"""Faults that only Fly shows: the log lacks them, or there is no log."""

from smokejumper.causes import catalogue
from smokejumper.causes.case import Case
from smokejumper.causes.tell import Fault
from smokejumper.model.digest import ErrorGroup, Span
from smokejumper.model.fly import Machine

RECENT_S = 3600.0
"""Without a log: how long ago a kill may lie."""
SLACK_S = 60.0
"""How far Fly's time may lie outside of the log."""


def only_by_fly(case: Case, known: list[Fault]) -> list[Fault]:
    """Memory kills and lost hosts that Fly recorded in the time of the log (or within the last hour, without one).

    Only what one source decides: a failing check or a stopped machine may be an ordinary stop.
    """
    fly = case.readings.fly
    if fly is None:
        return []
    since = case.first - SLACK_S if case.first is not None else fly.at - RECENT_S
    until = case.last + SLACK_S if case.last is not None else fly.at
    found = []
    machines = [m for m in fly.machines or () if not m.special]
    kills = {m.id: times for m in machines if (times := _kills(m, since, until))}
    lost = {m.id: [m.updated_at or fly.at] for m in machines if m.host_status == "unreachable"}
    for id_, times_by in (("oom", kills), ("host_failure", lost)):
        fault = _fault(id_, times_by)
        if fault is not None and not any(f.id == id_ for f in known):
            found.append(fault)
    return found


def _kills(machine: Machine, since: float, until: float) -> list[float]:
    times = [e.exit.at if e.exit.at is not None else e.at for e in machine.events if e.exit is not None and e.exit.oom]
    return [t for t in times if t is not None and since <= t <= until]


def _fault(id_: str, times: dict[str, list[float]]) -> Fault | None:
    cause = catalogue.get(id_)
    if cause is None or not times:
        return None
    group = ErrorGroup(f"fly:{id_}", "platform", "other", id_, name=id_)
    fault = Fault(cause, [group], sure=1.0)
    for machine, seen in times.items():
        for at in seen:
            fault.places.setdefault((machine, ""), Span()).add(at)
            group.span.add(at)
    group.cells = fault.places
    return fault
