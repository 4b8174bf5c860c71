"""Which machine is the odd one out, and why: all machines side by side, and what is the matter with them."""

from collections.abc import Iterator

import msgspec

from smokejumper.causes.case import Case
from smokejumper.model.finding import Finding, worst_first
from smokejumper.model.fly import Machine
from smokejumper.model.reports import FailingCheck, LastExit, MachineRow, MachinesReport
from smokejumper.model.verdict import Gap
from smokejumper.steps.chance import IMPROBABLE, chance
from smokejumper.steps.conditions import conditions
from smokejumper.steps.conditions.cpu import THROTTLED
from smokejumper.steps.conditions.memory import FULL
from smokejumper.steps.fleet import COMPAT, Fleet, failing
from smokejumper.steps.links import links
from smokejumper.wording import names, number

FEW, STRAY = 3, 0.02
"""Failures that one machine must have, and the share of all that the others may; one is always allowed for."""
APART = 0.25
"""How much fuller the memory of the odd one is than that of any other."""


def machines(case: Case, app: str | None = None, environment: str | None = None) -> MachinesReport:
    """All machines side by side, and what is the matter with them, worst first. `app` and `environment` are named."""
    fleet = Fleet(case, app)
    found = [finding for condition in (odd_machine, *conditions()) for finding in condition(fleet)]
    total = sum(fleet.errors.values())
    pages = links(app, [m.id for m in fleet.machines]) if app else {}
    return MachinesReport(
        app=app,
        environment=environment,
        at=case.stamp(fleet.now),
        gaps=_gaps(fleet),
        findings=worst_first(found),
        machines=tuple(_row(fleet, m, total, pages.get(m.id)) for m in fleet.machines),
    )


def worth_a_look(report: MachinesReport) -> tuple[str, str] | None:
    """The machine that a console should be opened on, and why this one; None where none is known that may run."""
    started = {row.id: row for row in report.machines if row.state in ("started", None)}
    for finding in report.findings:
        sick = [m for m in finding.machines if m in started]
        if finding.severity != "info" and sick and len(sick) < len(started):
            return sick[0], f"{finding.kind}: {finding.figure}"
    if not started:
        return None
    busiest = max(started.values(), key=lambda row: (row.requests or 0, row.id))
    runs = "it runs" if busiest.state else "the log names it"
    return busiest.id, f"no machine stands out; {runs}" + (", and is asked most" if busiest.requests else "")


def odd_machine(fleet: Fleet) -> Iterator[Finding]:
    """The one machine that behaves unlike its group, by each figure that makes it so; where two do, nobody is named.

    To fail more often than chance allows decides. Another image, region or size is told of the odd one, and makes none.
    """
    for group in fleet.groups():
        peers = [m for m in group if fleet.up(m)]
        if len(peers) < 2:
            continue
        failures = {m.id: mark for m in peers if (mark := _fails_more(fleet, m, peers))}
        marks = {m.id: list(_marks(fleet, m, peers)) for m in peers}
        odd = list(failures) or [m for m, told in marks.items() if told]
        if len(odd) != 1:
            continue
        one = next(m for m in peers if m.id == odd[0])
        figures = [*([failures[one.id]] if one.id in failures else []), *marks[one.id]]
        only = list(_alone(fleet, one, peers))
        yield Finding(
            kind="odd_machine",
            severity="major" if one.id in failures else "minor",
            machines=(one.id,),
            figure="; ".join(figures) + (f"; the only one {', '.join(only)}" if only else ""),
            why=f"it differs from the other {number(len(peers) - 1, 'machine')} that should do the same work",
            action="look into this one before any other",
            command=f"smokejumper console {one.id}{fleet.flag}",
        )


def _fails_more(fleet: Fleet, m: Machine, peers: list[Machine]) -> str | None:
    """Its failed answers, where chance does not explain that they are so many more than those of the others."""
    mine = fleet.case.total(machines=[m.id])
    rest = fleet.case.total(machines=[p.id for p in peers if p.id != m.id])
    failed, asked = mine.failed + rest.failed, mine.requests + rest.requests
    if mine.failed < FEW or rest.requests < FEW or rest.failed > max(1, STRAY * failed):
        return None
    if chance(mine.failed, failed, mine.requests / asked) >= IMPROBABLE / len(peers):
        return None
    return (
        f"{mine.failed} of {number(mine.requests, 'request')} failed ({mine.failed / mine.requests:.0%}),"
        f" {rest.failed} of {rest.requests} on the others"
    )


def _marks(fleet: Fleet, m: Machine, peers: list[Machine]) -> Iterator[str]:
    """Figures of what it does and no other does."""
    others = [p for p in peers if p.id != m.id]
    crashes = fleet.crashes(m)
    if crashes >= 2 and not any(fleet.crashes(p) for p in others):
        yield f"ended {crashes} times by itself within the hour, the others never"
    used, others_used = _memory(fleet, m), [u for p in others if (u := _memory(fleet, p)) is not None]
    if used is not None and others_used and used >= FULL - 0.05 and used >= max(others_used) + APART:
        yield f"{used:.0%} of its memory in use, at most {max(others_used):.0%} on the others"
    share, others_share = fleet.throttled(m.id), [s for p in others if (s := fleet.throttled(p.id)) is not None]
    if share is not None and others_share and share >= THROTTLED and max(others_share) <= 0.05:
        yield f"throttled in {share:.0%} of the last 10 min, the others hardly"
    if failing(m) and all(p.checks and not failing(p) for p in others):
        yield f"fails {names(failing(m))}, which the others pass"


def _alone(fleet: Fleet, m: Machine, peers: list[Machine]) -> Iterator[str]:
    """In what it stands alone among three or more: that may be why, and alone says nothing."""
    if len(peers) < 3 or not fleet.known:
        return
    for mine, others, told in (
        (m.image.name, {p.image.name for p in peers if p.id != m.id}, f"on {m.image.name}"),
        (m.release, {p.release for p in peers if p.id != m.id}, f"of release v{m.release}"),
        (m.region, {p.region for p in peers if p.id != m.id}, f"in {m.region}"),
        (m.memory_mb, {p.memory_mb for p in peers if p.id != m.id}, f"with {m.memory_mb} MB"),
        (m.config_digest, {p.config_digest for p in peers if p.id != m.id}, "with its configuration"),
    ):
        if mine and len(others) == 1 and mine not in others and None not in others and "" not in others:
            yield told


def _memory(fleet: Fleet, m: Machine) -> float | None:
    used = fleet.memory(m.id, 300.0)
    return used[-1][1] if used else None


def _row(fleet: Fleet, m: Machine, errors: int, link: str | None) -> MachineRow:
    case, logged = fleet.case, bool(fleet.case.digest.lines)
    cell = case.total(machines=[m.id])
    seen = MachineRow(
        id=m.id,
        region=m.region or None,
        memory_used=_memory(fleet, m),
        cpu_busy=fleet.latest("cpu_busy", m.id),
        throttled=fleet.throttled(m.id),
        disk_used=fleet.latest("disk_used", m.id),
        requests=cell.requests if logged else None,
        http_5xx=cell.failed if logged else None,
        errors=fleet.errors[m.id] if logged else None,
        errors_share=round(fleet.errors[m.id] / errors, 3) if errors else None,
        oom_kills=len(fleet.kills(m)) if logged or m.events else None,
        link=link,
    )
    if not fleet.known:
        pulled = case.events("pulled", m.id)
        return msgspec.structs.replace(seen, image=pulled[-1][1].detail if pulled else None)
    checks = [c for c in m.checks if not c.name.startswith(COMPAT)]
    started = fleet.started_at(m)
    ended = next(iter(fleet.exits(m)), None)
    return msgspec.structs.replace(
        seen,
        group=m.group or None,
        state=m.state,
        checks_passing=sum(c.status == "passing" for c in checks),
        checks_total=len(checks),
        failing=tuple(
            FailingCheck(c.name, c.output, case.stamp(c.changed_at)) for c in checks if c.status == "critical"
        ),
        restarts=sum(e.restarting and fleet.recent(at) for at, e in fleet.exits(m)) if m.events else None,
        last_exit=LastExit(ended[1].code, ended[1].oom, ended[1].requested, ended[1].restarting, case.stamp(ended[0]))
        if ended is not None
        else None,
        image=m.image.name or None,
        release=m.release,
        uptime_s=fleet.now - started if started is not None and fleet.now is not None else None,
        memory_mb=m.memory_mb,
        host_status=m.host_status,
        cordoned=m.cordoned,
        leased_by=m.leased_by or None,
    )


def _gaps(fleet: Fleet) -> tuple[Gap, ...]:
    """What was asked for and not read; and what was never asked for, as in a log alone."""
    found = list(fleet.case.readings.gaps)
    if not fleet.known and not any(gap.source == "fly-machines" for gap in found):
        why = "Fly was not asked: the machines are those that the log names"
        could = "states, checks, exits, images and sizes of the machines"
        found.append(Gap("fly-machines", why, could, f"fly machine list{fleet.flag} -j"))
    if not fleet.case.digest.lines and not any(gap.source == "log" for gap in found):
        found.append(
            Gap("log", "no log was read", "requests and errors of each machine", f"fly logs{fleet.flag} -n -j")
        )
    return tuple(found)
