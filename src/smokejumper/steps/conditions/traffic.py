"""Machines that get no requests."""

from collections.abc import Iterator

from smokejumper.model.finding import Finding
from smokejumper.model.fly import Machine
from smokejumper.steps.chance import IMPROBABLE, chance
from smokejumper.steps.fleet import BOOT_S, Fleet, failing
from smokejumper.wording import number

ASKED = 30
"""Requests that others must have answered before silence means anything."""


def silent_machine(fleet: Fleet) -> Iterator[Finding]:
    """Machines that get no request while those beside them, in group and region, got many since it started."""
    for m in fleet.machines if fleet.known else ():
        since = fleet.started_at(m)
        if since is None or m.standby or not _routed(m):
            continue
        begin = since + BOOT_S
        beside = [
            p for p in fleet.machines if p.id != m.id and (p.group, p.region) == (m.group, m.region) and fleet.up(p)
        ]
        others = sum(fleet.asked(p.id, begin) for p in beside if _routed(p))
        share = 1 / (len(beside) + 1)
        if fleet.asked(m.id, begin) or others < ASKED or chance(0, others, share) >= IMPROBABLE:
            continue
        yield fleet.finding(
            "silent_machine",
            "major",
            (m,),
            f"0 requests in the log, {others} on {number(len(beside), 'other machine')} in {m.region or 'its region'}",
            "it runs and passes its checks, yet Fly's proxy sends it nothing, or it does not answer",
            at=since,
            action="ask this machine alone",
            command=f"smokejumper deps{fleet.flag}",
        )


def _routed(m: Machine) -> bool:
    return not m.cordoned and not failing(m)


def cordoned(fleet: Fleet) -> Iterator[Finding]:
    """Machines that were taken out of routing by order."""
    out = [m for m in fleet.machines if m.cordoned and fleet.up(m)]
    if not out:
        return
    routed = [m for m in fleet.machines if fleet.up(m) and not m.cordoned and m.group in {o.group for o in out}]
    yield fleet.finding(
        "cordoned",
        "info" if fleet.deploying() else "minor" if routed else "critical",
        out,
        f"{len(out)} of {number(len(out) + len(routed), 'started machine')} cordoned",
        "somebody, or a deploy, took it out of routing: it runs and gets no request",
        action="put it back if nobody means it so",
        command=f"fly machine uncordon {' '.join(m.id for m in out)}{fleet.flag}",
    )


CONDITIONS = (silent_machine, cordoned)
