"""Changes of image, and whether one of them brought the fault."""

import math
from dataclasses import dataclass, field

from smokejumper.causes.case import Case
from smokejumper.causes.tell import Fault
from smokejumper.model.cause import Scope
from smokejumper.model.verdict import ReleaseVerdict
from smokejumper.wording import number

SOON_S = 20.0
SAME_S = 1.5
CHANCE = 0.02
"""How improbable it must be that a fault of the release stayed unseen for so many good answers."""
SHARED = 15.0
"""Seconds from a deploy's start in which what all machines share (a migration, a secret) shows."""
CODE_LEVEL = 4
FOREIGN_LEVEL = 3


@dataclass
class Release:
    """One change of image: when each machine was given it, and when it ran there."""

    image: str
    at: float | None
    pulled: dict[str, float | None] = field(default_factory=dict)
    swapped: dict[str, float | None] = field(default_factory=dict)
    command: str | None = None
    """The machine that ran the release command."""
    migrated: float | None = None
    version: int | None = None
    """Its number, where Fly's list of releases names the image."""
    verdict: ReleaseVerdict = "undecided"
    why: str = ""


def releases(case: Case) -> list[Release]:
    """Every change of image that the log shows, in order of time."""
    found: list[Release] = []
    for machine, event in case.events("pulled"):
        current = found[-1] if found and found[-1].image == event.detail else None
        if current is None:
            current = next((r for r in reversed(found) if r.image == event.detail and machine not in r.pulled), None)
        if current is None or machine in current.pulled:
            if current is not None and machine in current.pulled and _crash_loop(case, machine, event.at):
                continue
            current = Release(event.detail, event.at)
            found.append(current)
        current.pulled[machine] = event.at
    for release in found:
        for machine, at in release.pulled.items():
            later = [
                r.pulled[machine]
                for r in found
                if r is not release and machine in r.pulled and (r.pulled[machine] or 0) > (at or 0)
            ]
            until = min((x for x in later if x is not None), default=math.inf)
            commands = [
                e.detail for _, e in case.events("command", machine) if e.at is not None and (at or 0) <= e.at < until
            ]
            if any("migrate" in c or "eval" in c for c in commands) or _migrates(case, machine, at, until):
                release.command = machine
                runs = [
                    e.at for kind in ("running", "migrated") for _, e in case.events(kind, machine) if e.at is not None
                ]
                release.migrated = min((t for t in runs if (at or 0) <= t < until), default=None)
                continue
            boots = [e.at for _, e in case.events("boot", machine) if e.at is not None and (at or 0) <= e.at < until]
            release.swapped[machine] = min(boots, default=None)
    for release in found:
        release.version = _version(case, release)
    return found


def _version(case: Case, release: Release) -> int | None:
    """The number of the newest release with that image which was not made after the image was seen."""
    fly = case.readings.fly
    versions = [
        r.version
        for r in (fly.releases if fly is not None else None) or ()
        if r.image == release.image and (r.at is None or release.at is None or r.at <= release.at + SOON_S)
    ]
    return max(versions, default=None)


def _migrates(case: Case, machine: str, at: float | None, until: float) -> bool:
    return any(e.at is not None and (at or 0) <= e.at < until for _, e in case.events("running", machine)) and not any(
        e.at is not None and (at or 0) <= e.at < until for _, e in case.events("boot", machine)
    )


def _crash_loop(case: Case, machine: str, at: float | None) -> bool:
    return any(
        e.at is not None and at is not None and 0 <= at - e.at < 30 and e.detail not in ("0", "")
        for _, e in case.events("exited", machine)
    )


def judge(case: Case, found: list[Release], faults: list[tuple[Fault, Scope]]) -> tuple[Release | None, Fault | None]:
    """Set each release's verdict; the release that caused a fault, with that fault, if one did."""
    guilty: tuple[Release, Fault] | None = None
    for release in found:
        release.verdict, release.why = "innocent", "no fault began with it"
        for fault, scope in faults:
            verdict, why = _judge(case, release, fault, found)
            if verdict == "caused" and scope == "data":
                verdict, why = (
                    "undecided",
                    "only one user's or tenant's data fail, which a release alone does not explain",
                )
            if verdict == "caused" and guilty is None:
                guilty = (release, fault)
                release.verdict, release.why = verdict, why
                break
            if verdict == "undecided" and release.verdict == "innocent":
                release.verdict, release.why = verdict, why
            elif release.why == "no fault began with it":
                release.why = why
    if guilty is not None:
        for release in found:
            if release is not guilty[0] and release.verdict == "undecided":
                release.verdict, release.why = "innocent", f"the fault had begun with {guilty[0].image}"
    return guilty or (None, None)


def _judge(case: Case, release: Release, fault: Fault, found: list[Release]) -> tuple[ReleaseVerdict, str]:
    onset = degraded(case, fault)
    if onset is None or release.at is None:
        return "undecided", "the times are not known"
    if _already_on(case, fault):
        return "undecided", "the log begins with the fault already on"
    if onset < release.at - SAME_S:
        return "innocent", f"the fault began {release.at - onset:.0f} s before this image reached any machine"
    started = {m: t for m, t in release.swapped.items() if t is not None}
    serving = set(case.serving) or set(case.machines)
    sick = set(fault.machines)
    if "setting" in fault.cause.traits:
        one = len(release.pulled) == 1 and len(case.machines) > 1
        if one:
            return "innocent", "only this machine was given new settings: the image is not at fault"
    later = [r for r in found if r is not release and r.at is not None and release.at < r.at <= onset + SAME_S]
    if later and all(t is not None and t <= onset for t in later[-1].swapped.values()) and later[-1].swapped:
        return "innocent", "another image was running when the fault began"
    firsts = {m: _first_on(case, fault, m) for m in sick}
    before = sorted(m for m, o in firsts.items() if o is not None and (m not in started or o < started[m] - SAME_S))
    if (before and len(sick) > 1) or (before and not started):
        shared = fault.cause.level > CODE_LEVEL or "migrated" in fault.cause.traits
        start = release.migrated if release.migrated is not None else release.at
        if shared and start - SAME_S <= onset <= start + SHARED:
            what = (
                "its migration"
                if release.migrated is not None
                else "something that all machines share (a migration, a secret)"
            )
            old = ", ".join(before)
            return (
                "caused",
                f"all machines failed together as the deploy began, {old} still on the old image: {what}",
            )
        if onset > release.at + SHARED or not shared:
            kind: ReleaseVerdict = (
                "innocent" if onset > max(started.values(), default=release.at) + SOON_S else "undecided"
            )
            return kind, "machines on the old image failed too, and not at the deploy's start"
        return "undecided", "machines on the old image failed too"
    if not started:
        return (
            ("undecided", "the new image never came up in the log")
            if release.swapped
            else ("innocent", "only a command ran on it")
        )
    if not sick <= set(started):
        return "innocent", f"{', '.join(sorted(sick - set(started)))} failed without having this image"
    good = _good_between(case, fault, started, onset, serving)
    share = _share(case, fault, onset)
    unseen = (1 - share) ** good if share < 1 else (0.0 if good else 1.0)
    delay = min(o - started[m] for m, o in firsts.items() if o is not None and m in started)
    if good and unseen < CHANCE:
        return (
            "innocent",
            f"{number(good, 'request')} of its kind went well on the new image before it: it came from outside",
        )
    if fault.jobs and not fault.endpoints and delay > SOON_S:
        return "undecided", f"the first job failed {delay:.0f} s after the image came up"
    ended = any(
        r.at is not None and fault.last is not None and r is not release and release.at < r.at <= fault.last + SOON_S
        for r in found
    )
    if "twofold" in fault.cause.traits and not ended:
        return "undecided", "it takes load or a slow service from outside as well; which of the two is new is not shown"
    if _foreign(fault) and not ended and (1 - share) ** _spared(case, fault, started, onset) > CHANCE:
        return (
            "undecided",
            "it began after the image came up, but lies outside, and no machine on the old image was spared",
        )
    if len(sick) >= 2 or len(serving) == 1:
        if delay <= SOON_S or good or fault.endpoints:
            text = "each machine failed within its first requests on the new image and none on the old"
            if delay > 3 * SOON_S and not good and not ended:
                return (
                    "undecided",
                    f"the first failure came {delay:.0f} s after the image, with no request of its kind before",
                )
            return "caused", text + ("; it ended as the image was taken back" if ended else "")
        return "undecided", f"the fault began {delay:.0f} s after the image came up"
    others = [m for m in serving if m not in sick]
    cell = case.total(machines=others, endpoints=fault.endpoints or None)
    spared = case.between(cell, onset, fault.last)
    on_old = [m for m in others if m not in started or (started[m] or 0) > (fault.last or 0)]
    if on_old and spared and (1 - share) ** spared < CHANCE:
        return "caused", "only the machine with the new image fails, while the old image serves the same requests well"
    return "undecided", "only one machine fails, although others run the same image"


def _already_on(case: Case, fault: Fault) -> bool:
    """Does the log begin amid the failures, so that what came before them cannot be seen?"""
    first, last = fault.first, fault.last
    if first is None or last is None or case.first is None:
        return False
    gap = (last - first) / max(1, fault.count)
    return first - case.first < max(2.0, 4 * gap)


def _first_on(case: Case, fault: Fault, machine: str) -> float | None:
    first = fault.first_on(machine)
    if first is None:
        return None
    first -= max((g.timeout_ms for g in fault.groups), default=0) / 1000
    slow = _slow_since(case, fault, machine, first)
    return min(first, slow) if slow is not None else first


def degraded(case: Case, fault: Fault) -> float | None:
    """When the fault first showed: its first event less the timeout it names, or when its routes became slow before."""
    times = [t for m in fault.machines if (t := _first_on(case, fault, m)) is not None]
    onset = fault.onset
    return min((*times, onset), default=None) if onset is not None else min(times, default=None)


def _slow_since(case: Case, fault: Fault, machine: str, first: float) -> float | None:
    """Since when the fault's routes were slow on a machine, without a pause up to its first failure."""
    if fault.cause.kind == "cause" and fault.cause.level > 3 and fault.main.kind == "error":
        return None  # code that raises does not become slow first
    slow: dict[int, int] = {}
    for endpoint in fault.endpoints:
        cell = case.cells.get((machine, endpoint))
        for bucket, ms in (cell.slow if cell else {}).items():
            if bucket <= first:
                slow[bucket] = max(ms, slow.get(bucket, 0))
    begin = None
    edge = first
    for bucket, ms in sorted(slow.items(), reverse=True):
        if edge - bucket > 15 + 2 * case.width:
            break
        begin = edge = bucket - ms / 1000
    return begin


def _good_between(case: Case, fault: Fault, started: dict[str, float], onset: float, serving: set[str]) -> int:
    """Good answers of the fault's routes on the new image before the first failure anywhere."""
    endpoints = fault.endpoints
    if not endpoints:
        return 0
    return sum(
        case.between(case.cells[m, e], started[m], onset)
        for m in started
        if m in serving
        for e in endpoints
        if (m, e) in case.cells
    )


def _foreign(fault: Fault) -> bool:
    """Does the cause lie with something that a release does not carry: another service, the database, the host?"""
    return fault.cause.owner in ("third_party", "supabase", "fly") or (
        fault.cause.level <= FOREIGN_LEVEL and not {"migrated", "released"} & set(fault.cause.traits)
    )


def _spared(case: Case, fault: Fault, started: dict[str, float], onset: float) -> int:
    """Good answers of the fault's routes on machines still on the old image, after it had begun elsewhere."""
    return sum(
        case.between(case.cells[m, e], onset, t)
        for m, t in started.items()
        if t > onset
        for e in fault.endpoints
        if (m, e) in case.cells
    )


def _share(case: Case, fault: Fault, onset: float) -> float:
    """The share of requests of the fault's routes that fail while it is on."""
    cell = case.total(machines=fault.machines, endpoints=fault.endpoints or None)
    good = case.between(cell, onset, fault.last)
    return min(0.99, fault.count / (fault.count + good)) if fault.count else 0.0
