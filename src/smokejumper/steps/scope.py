"""How far a fault reaches: machine, endpoint, systemic, data, job or deploy."""

from dataclasses import dataclass

from smokejumper.causes.case import Case
from smokejumper.causes.tell import Fault, Tell
from smokejumper.model.cause import Scope
from smokejumper.wording import number

CHANCE = 0.01
MOST = 0.6


@dataclass(frozen=True)
class Reach:
    """Where a fault is."""

    scope: Scope
    machines: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    tenants: tuple[str, ...] = ()
    why: str = ""


def reach(case: Case, fault: Fault, tell: Tell | None, members: list[Fault]) -> Reach:
    """The reach of one fault; `members` are it and the faults that it explains."""
    machines = sorted({m for f in members for m in f.machines})
    endpoints = sorted({e for f in members for e in f.endpoints})
    every = sorted(set(case.serving)) or case.machines
    jobs_only = bool(fault.jobs) and not fault.endpoints and not any(g.process == "request" for g in fault.groups)
    if jobs_only:
        return Reach("job", tuple(machines), why="only background jobs fail")
    if not fault.endpoints and not any(
        g.process in ("request", "liveview", "channel") for f in members for g in f.groups
    ):
        return _no_requests(case, fault, members, machines, every)
    sick = _sick_machines(case, members, machines, every, endpoints)
    if sick:
        return Reach(
            "machine", sick, tuple(endpoints), why=f"only {', '.join(sick)} fails; the others serve the same requests"
        )
    data = _data(case, fault)
    if data is not None:
        return Reach("data", tuple(machines), tuple(fault.endpoints), data[0], data[1], data[2])
    routes = case.endpoints()
    asked = [e for e in routes if case.total(endpoints=[e]).requests >= 3]
    hit = [e for e in endpoints if e in asked or len(asked) < 3]
    below = "below" in fault.cause.traits
    if (below and len(endpoints) >= 2) or (asked and len(hit) > MOST * len(asked) and len(asked) > 2):
        holders = tell.endpoints if tell is not None else ()
        return Reach(
            "systemic",
            tuple(machines),
            holders,
            why=f"{number(len(endpoints), 'route')} fail on {len(machines)} of {number(len(every), 'machine')}",
        )
    if not endpoints and fault.cause.level > 4 and any(g.process in ("liveview", "channel") for g in fault.groups):
        return Reach(
            "endpoint", tuple(machines), why="one live view or channel crashes; the log does not name its route"
        )
    if not endpoints:
        scope: Scope = "systemic" if below else "unknown"
        return Reach(scope, tuple(machines), why="the log does not name the routes")
    return Reach(
        "endpoint",
        tuple(machines),
        tuple(fault.endpoints or endpoints),
        why=f"{len(endpoints)} of {len(routes)} routes fail, on every machine that serves them",
    )


def _no_requests(case: Case, fault: Fault, members: list[Fault], machines: list[str], every: list[str]) -> Reach:
    if fault.id == "migration_failed":
        return Reach("deploy", tuple(machines), why="a release's schema step failed; what served goes on serving")
    if any(g.process == "boot" for f in members for g in f.groups):
        up = [m for m in every if m not in machines]
        if machines and not up and every:
            return Reach("systemic", tuple(machines), why="no machine comes up")
        if fault.id in ("migration_failed", "deploy_failed") or not machines:
            return Reach("deploy", tuple(machines), why="the release did not come up while the old one serves")
        return Reach("machine", tuple(machines), why=f"{', '.join(machines)} does not come up; {len(up)} others serve")
    known = set(case.machines)
    if machines and len(known) > 1 and set(machines) != known and set(machines) != set(every):
        return Reach("machine", tuple(machines), why=f"only {', '.join(machines)}")
    if machines:
        return Reach("systemic", tuple(machines), why="every machine shows it")
    return Reach("unknown", why="the log names no machine")


def _sick_machines(
    case: Case, members: list[Fault], machines: list[str], every: list[str], endpoints: list[str]
) -> tuple[str, ...]:
    """The machines that are sick while others serve the same work, if chance cannot explain that only they fail."""
    if len(every) < 2 or not machines:
        return ()
    counts = dict.fromkeys(every, 0)
    for fault in members:
        for (machine, where), span in fault.places.items():
            if machine in counts and (" /" in where or where == ""):
                counts[machine] += span.count
    first = min((f.onset for f in members if f.onset is not None), default=None)
    last = max((f.last for f in members if f.last is not None), default=None)
    asked = {}
    for machine in every:
        cell = case.total(machines=[machine], endpoints=endpoints or None)
        asked[machine] = (
            sum(case.between(cell, first, last, i) for i in range(3)) if first is not None else cell.requests
        )
    total, failed = sum(asked.values()), sum(counts.values())
    ranked = sorted(every, key=lambda m: (-counts[m], m))
    for size in range(1, len(every)):
        sick, well = ranked[:size], ranked[size:]
        if sum(counts[m] for m in well) > 0.02 * failed:
            continue
        served = sum(asked[m] for m in well)
        if served < 3 or not total or any(counts[m] == 0 for m in sick):
            continue
        if (sum(asked[m] for m in sick) / total) ** failed < CHANCE:
            return tuple(sorted(sick))
    return ()


def _data(case: Case, fault: Fault) -> tuple[tuple[str, ...], tuple[str, ...], str] | None:
    """The one user, tenant or few whose data fail, if others are served by the same routes."""
    if fault.cause.level <= 2 or not fault.endpoints:
        return None
    users = {u for g in fault.groups for u in g.users}
    tenants = {t for g in fault.groups for t in g.tenants}
    served_users, served_tenants = case.served(fault.endpoints)
    count = fault.count
    if count < 3:
        return None
    if len(tenants) == 1 and len(served_tenants - tenants) >= 2:
        return (
            tuple(sorted(users)),
            tuple(tenants),
            f"every failure is of the tenant {next(iter(tenants))}; others are served by the same route",
        )
    few = len(users) == 1 or (len(users) == 2 and count >= 6 * len(users))
    if few and len(served_users - users) >= 2 and (len(tenants) <= 1 or len(users) == 1):
        return (
            tuple(sorted(users)),
            (),
            f"every failure is of the user {', '.join(sorted(users))}; others are served by the same route",
        )
    return None
