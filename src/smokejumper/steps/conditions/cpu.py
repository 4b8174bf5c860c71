"""CPU that a machine wants and does not get."""

from collections.abc import Iterator

from smokejumper.model.finding import Finding
from smokejumper.steps.fleet import Fleet

THROTTLED = 0.5
"""The share of the last ten minutes in which it must have been throttled: most of the time."""


def throttled(fleet: Fleet) -> Iterator[Finding]:
    """Machines whose share of the CPU is used up, most of the time."""
    for m in fleet.machines:
        share = fleet.throttled(m.id)
        if share is None or share < THROTTLED or not fleet.up(m):
            continue
        busy = fleet.latest("cpu_busy", m.id)
        kind = " ".join(x for x in (m.cpu_kind, f"x{m.cpus}" if m.cpus else "") if x)
        yield fleet.finding(
            "throttled",
            "minor",
            (m,),
            f"throttled in {share:.0%} of the last 10 min{f', CPU {busy:.0%} busy' if busy is not None else ''}",
            f"it wants more CPU than its size{f' ({kind})' if kind else ''} gives: all that runs on it is slow",
            action="find what is busy, or give it a larger size",
            command=f"fly scale show{fleet.flag}",
        )


CONDITIONS = (throttled,)
