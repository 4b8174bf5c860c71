"""From error groups to faults: name each group, gather what is one failure, take away what follows from another."""

from collections import Counter
from dataclasses import dataclass, field

from smokejumper.causes import catalogue, match
from smokejumper.causes.case import Case
from smokejumper.causes.tell import Fault, Tell
from smokejumper.logs.groups import function_key
from smokejumper.model.cause import Cause, Remedy
from smokejumper.model.digest import ErrorGroup, Span

SLACK_S = 10.0
"""How much later than its consequence a cause may print."""
AFTER_S = 60.0
"""How long after a cause's end something may still follow from it."""
ENOUGH = 3
GRAVE = frozenset(("oom", "gave_up", "signalled", "host_failure"))
"""What takes a machine down: once is enough."""
CODE_LEVEL = 5
"""From this level on a cause lies in code: two functions are two faults."""

UNKNOWN = Cause(
    id="unknown",
    title="something fails and the evidence does not name why",
    owner="us",
    scope="unknown",
    kind="symptom",
    level=11,
    what="Requests or processes fail, and no text in the evidence says what a known failure would say.",
    remedy=Remedy(
        mitigate="Roll back the last change if the failures began with it; otherwise take the failing part out of use.",
        repair="Read the whole text of one failing request, then decide.",
        do_not="Do not restart everything: it loses the evidence and may not help.",
    ),
)
APP_RAISED = "app_raised"


@dataclass
class Judged:
    """A fault with its place among the others."""

    fault: Fault
    role: str = "cause"
    of: str | None = None
    tell: Tell | None = None
    explained: list["Judged"] = field(default_factory=list)


def name_groups(case: Case) -> list[tuple[ErrorGroup, Cause, float]]:
    """Each error group, its cause, and how exactly it shows: 1 code or text, 0.8 class, 0.6 frame, 0.4 nothing."""
    named = []
    for group in case.groups:
        if group.level == "warning":
            continue
        sight = match.name(group)
        if sight is None:
            known = catalogue.get(APP_RAISED) if group.kind in ("error", "throw") else None
            if group.kind == "platform" or (group.kind == "log" and group.process == "other"):
                continue  # an error line that says nothing known is no fault by itself
            named.append((group, known or UNKNOWN, 0.4))
        else:
            named.append((group, sight.cause, (1.0, 1.0, 0.8, 0.6)[sight.by]))
    return named


def _in_migration(case: Case, group: ErrorGroup) -> bool:
    """Was it raised on machines that ran a schema step and served nothing?"""
    machines = {m for m, _ in case.places[group.signature] if m}
    ran = {m for m, e in case.events("command") if "migrate" in e.detail} | {m for m, _ in case.events("running")}
    return bool(machines) and machines <= ran and not machines & set(case.serving) and group.kind != "platform"


def gather(case: Case, named: list[tuple[ErrorGroup, Cause, float]]) -> list[Fault]:
    """Groups that are one failure, as faults: one cause, and in code one function."""
    faults: dict[tuple[str, str], Fault] = {}
    migration = catalogue.get("migration_failed")
    for group, cause, sure in named:
        cause_ = cause
        if migration is not None and "unmigrated" not in cause.traits and _in_migration(case, group):
            cause_ = migration
        where = "crash" if cause_.kind == "client" and not match.answered(group) else ""
        key = (cause_.id, where if cause_.level < CODE_LEVEL else _key(group))
        fault = faults.setdefault(key, Fault(cause_, []))
        fault.groups.append(group)
        fault.sure = max(fault.sure, sure)
        for place, span in case.places[group.signature].items():
            fault.places.setdefault(place, Span()).join(span)
    return sorted(faults.values(), key=lambda f: (-f.count, f.id))


def _key(group: ErrorGroup) -> str:
    if group.kind == "platform":
        return ""
    if group.culprit is not None:
        return function_key(group.culprit)
    if group.process == "oban":
        return group.names[0] if group.names else group.skeleton
    if group.kind.startswith("exit") and group.name:
        return group.name
    return group.skeleton


def unnamed(case: Case, faults: list[Fault]) -> Fault | None:
    """Answers with 5xx for which the log has no error text, as a fault without a name; None for fewer than three."""
    known: Counter[tuple[str, str]] = Counter()
    for fault in faults:
        for group in fault.groups:
            if group.process == "request":
                for place, span in case.places[group.signature].items():
                    known[place] += span.count
    left = {}
    for place, cell in case.cells.items():
        surplus = cell.failed - known[place]
        if surplus > 0 and place[0]:
            left[place] = surplus
    total = sum(left.values())
    if total < ENOUGH or total < 0.2 * sum(c.failed for c in case.cells.values()):
        return None
    group = ErrorGroup("unnamed", "none", "request", "answers with 5xx and no error text")
    fault = Fault(UNKNOWN, [group], sure=0.3)
    for place, count in left.items():
        cell = case.cells[place]
        buckets = [b for b, three in cell.series.items() if three[2]]
        span = Span(count, float(min(buckets)) if buckets else None, float(max(buckets)) if buckets else None)
        fault.places[place] = span
        group.span.join(span)
    case.places.setdefault("unnamed", dict(fault.places))
    return fault


def weighty(case: Case, fault: Fault) -> bool:
    """Is this more than an isolated error: three events, a lost job, a boot that failed, a machine that was killed?"""
    main = fault.main
    if fault.clients:
        return False
    if any(g.lost for g in fault.groups):
        return True
    if main.kind == "platform":
        return any(g.name in GRAVE for g in fault.groups) or fault.count >= ENOUGH
    if any(g.process == "boot" for g in fault.groups):
        return True
    if fault.count >= ENOUGH:
        return True
    if fault.count == ENOUGH - 1 and fault.endpoints:
        since = fault.first
        cell = case.total(endpoints=fault.endpoints)
        asked = case.between(cell, since, None) + fault.count
        return asked <= 2 * fault.count and fault.sure >= 0.8
    return False


def reduce(case: Case, faults: list[Fault]) -> list[Judged]:
    """Roles: what is explained by something deeper becomes a symptom of it; the rest are causes."""
    judged = [Judged(f) for f in faults]
    _settle_shutdown(judged)
    tells = _second_signals(case, judged)
    for tell_id, tell in sorted(tells, key=lambda told: (-told[1].proven, -told[1].confidence)):
        _convict(judged, tell_id, tell)
    for x in sorted(judged, key=lambda j: (_rank(j), j.fault.onset or 0.0)):
        if x.role != "cause":
            continue
        for y in judged:
            if y is not x and y.role == "cause" and _explains(case, x, y):
                y.role, y.of = "symptom", x.fault.id
                x.explained.append(y)
    return judged


def _rank(judged: Judged) -> int:
    order = {"cause": 0, "evidence": 1, "symptom": 2, "client": 3}
    return order[judged.fault.cause.kind] if judged.tell is None else 0


def _second_signals(case: Case, judged: list[Judged]) -> list[tuple[str, Tell]]:
    faults = [j.fault for j in judged if j.role == "cause"]
    deeper = {f.id for f in faults if f.cause.kind == "cause" and f.count >= ENOUGH}
    told = []
    for id_, ask in catalogue.second_signals().items():
        tell = ask(case, faults)
        if tell is not None and not (not tell.proven and any(_beneath(d, tell) for d in deeper - {id_})):
            told.append((id_, tell))
    proven = [t for t in told if t[1].proven]
    ruled = {s for _, t in proven for s in t.explains}
    return [t for t in told if t[1].proven or not ruled & set(t[1].explains)]


def _beneath(id_: str, tell: Tell) -> bool:
    """Does a cause that was seen outright already explain what the tell would?"""
    cause = catalogue.get(id_)
    return cause is not None and bool(set(cause.explains) & set(tell.explains))


def _convict(judged: list[Judged], id_: str, tell: Tell) -> None:
    """Put a second signal into the list: as support of the fault that bears its id, or as a fault of its own."""
    cause = catalogue.get(id_)
    if cause is None:
        return
    present = next((j for j in judged if j.fault.id == id_ and j.role == "cause"), None)
    if tell.mechanism_of is not None:
        of = next((j for j in judged if j.fault.id == tell.mechanism_of and j.role == "cause"), None)
        if of is not None:
            fault = Fault(cause, list(of.fault.groups), dict(of.fault.places), 1.0)
            judged.append(Judged(fault, "mechanism", of.fault.id, tell))
        return
    victims = [
        j
        for j in judged
        if j.role == "cause" and j.fault.id in tell.explains and set(j.fault.machines) & set(tell.machines)
    ]
    if not victims and present is None:
        return
    if present is None:
        fault = Fault(cause, [g for j in victims for g in j.fault.groups], {}, 1.0)
        for victim in victims:
            for place, span in victim.fault.places.items():
                fault.places.setdefault(place, Span()).join(span)
        present = Judged(fault, tell=tell)
        judged.append(present)
    else:
        present.tell = tell
    for victim in victims:
        victim.role, victim.of = "symptom", id_
        present.explained.append(victim)


def _explains(case: Case, x: Judged, y: Judged) -> bool:
    """Does fault x explain fault y: by the catalogue, in time, and on the same machines?"""
    a, b = x.fault, y.fault
    if b.id not in a.cause.explains and not (x.tell is not None and b.id in x.tell.explains) and not _same_stack(a, b):
        return False
    on = set(a.machines)
    if on and set(b.machines) - on and not _global(case, a):
        return False
    if a.onset is None or b.onset is None or a.last is None:
        return True
    return a.onset <= b.onset + SLACK_S and b.onset <= max(a.last, a.onset) + AFTER_S


def _same_stack(a: Fault, b: Fault) -> bool:
    """Is b the carrier of a: an exit, a crash or a job whose text holds a's error at the same function?"""
    if b.cause.kind != "symptom" or a.cause.kind == "symptom":
        return False
    mine = {function_key(g.culprit) for g in a.groups if g.culprit is not None}
    return any(g.culprit is not None and function_key(g.culprit) in mine for g in b.groups)


def _global(case: Case, fault: Fault) -> bool:
    """Does it concern what all machines share: the database, an upstream, or simply all of them?"""
    serving = set(case.serving) or set(case.machines)
    return set(fault.machines) >= serving or (fault.cause.level <= 3 and len(fault.machines) >= 2)


def _settle_shutdown(judged: list[Judged]) -> None:
    """57P01 is only an event: what the reconnects say decides (restart, unreachable server, full slots)."""
    shutdown = next((j for j in judged if j.fault.id == "db_shutdown"), None)
    if shutdown is not None:
        said: Counter[str] = Counter()
        for j in judged:
            for group in j.fault.groups:
                if "failed to connect" in group.text.split("\n", 1)[0]:
                    said[j.fault.id] += group.span.count
        if said:
            winner = said.most_common(1)[0][0]
            other = next((j for j in judged if j.fault.id == winner), None)
            if other is not None and other is not shutdown:
                shutdown.role, shutdown.of = "symptom", winner
                other.explained.append(shutdown)
            elif other is shutdown:
                for j in judged:
                    if (
                        j is not shutdown
                        and j.fault.id in ("db_unreachable", "db_connection_dropped")
                        and j.fault.id in said
                    ):
                        j.role, j.of = "symptom", "db_shutdown"
                        shutdown.explained.append(j)
