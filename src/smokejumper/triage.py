"""The steps in the playbook's order, to one verdict. Pure: the same evidence gives the same verdict, byte for byte."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from smokejumper.causes.case import Case
from smokejumper.causes.tell import Fault
from smokejumper.logs.events import CLIENT_ERRORS
from smokejumper.model.digest import ErrorGroup
from smokejumper.model.finding import worst_first
from smokejumper.model.verdict import (
    CauseFound,
    Coverage,
    Evidence,
    Fix,
    Grade,
    Http,
    RecordHit,
    ReleaseFound,
    Role,
    Severity,
    Trigger,
    Verdict,
    Window,
)
from smokejumper.steps import counting, coverage, faults as step_faults, following, noise as step_noise
from smokejumper.steps.deps import deps
from smokejumper.steps.faults import Judged
from smokejumper.steps.grade import grade
from smokejumper.steps.links import links
from smokejumper.steps.machines import machines
from smokejumper.steps.platform import only_by_fly
from smokejumper.steps.releases import Release, judge, releases
from smokejumper.steps.scope import Reach, reach
from smokejumper.steps.seconded import seconded
from smokejumper.steps.timeline import timeline
from smokejumper.steps.trigger import trigger
from smokejumper.wording import fill, number

CRITICAL, MAJOR = 0.2, 0.01
"""Shares of requests that fail while a fault is on."""
OVER_S = 15.0
OVER_REQUESTS = 30


@dataclass
class _Entry:
    """One entry of the verdict in the making."""

    judged: Judged
    reach: Reach
    members: list[Fault]
    evidence: list[str]
    confidence: float = 0.5
    grade: Grade = "likely"
    trigger: Trigger | None = None

    @property
    def fault(self) -> Fault:
        return self.judged.fault


def triage(case: Case, read: Sequence[str], app: str | None = None, environment: str | None = None) -> Verdict:
    """The verdict on a case. `read` names what was read, for `coverage`."""
    named = step_faults.name_groups(case)
    all_faults = step_faults.gather(case, named)
    nameless = step_faults.unnamed(case, all_faults)
    if nameless is not None:
        all_faults.append(nameless)
    all_faults += only_by_fly(case, all_faults)
    clients = [f for f in all_faults if f.clients]
    edges = [f for f in all_faults if not f.clients and (step_noise.at_edge(case, f) or step_noise.harmless(case, f))]
    rest = [f for f in all_faults if f not in clients and f not in edges]
    light = [f for f in rest if not step_faults.weighty(case, f)]
    judged = step_faults.reduce(case, [f for f in rest if f not in light] + light)
    light_ids = {id(f) for f in light}
    causes = [j for j in judged if j.role == "cause" and (id(j.fault) not in light_ids or _heavy(j, light_ids))]
    isolated = [j.fault for j in judged if j.role == "cause" and j not in causes]
    entries = [_entry(case, j) for j in causes]
    found = releases(case)
    entries.sort(key=lambda e: (-_weight(e), e.fault.onset or 0.0, e.fault.id))
    entries = _not_alone(entries)
    guilty, brought = judge(case, found, [(e.fault, e.reach.scope) for e in entries])
    noise = step_noise.noise(case, edges + isolated, clients)
    book = _Book(case)
    for entry in entries:
        _prove(case, entry, book, guilty if brought is entry.fault else None, found)
    return _beside(case, _verdict(case, entries, judged, found, noise, book, read, app, environment))


def _beside(case: Case, verdict: Verdict) -> Verdict:
    """The verdict with what machines and dependencies show beside it, where live sources were read."""
    if case.readings.fly is None and not case.readings.probes:
        return verdict
    found = (*machines(case, verdict.app).findings, *deps(case, verdict, verdict.app).findings)
    troubles = {(f.kind, f.machines): f for f in found if f.severity != "info"}
    return msgspec.structs.replace(verdict, findings=worst_first(troubles.values()))


def _heavy(judged: Judged, light: set[int]) -> bool:
    """Is a fault of few events all the same the reason for many?"""
    return judged.tell is not None or any(
        id(other.fault) not in light or _heavy(other, light) for other in judged.explained
    )


def _not_alone(entries: list[_Entry]) -> list[_Entry]:
    """Without those that are only a surface (a symptom, a raised text) beside a real cause, and far smaller."""
    strong = [e for e in entries if e.fault.cause.kind in ("cause", "evidence")]
    if not strong:
        return entries
    most = max(e.fault.count for e in strong)
    return [e for e in entries if e in strong or e.fault.count >= max(3, 0.2 * most)]


def _weight(entry: _Entry) -> float:
    users = len({u for f in entry.members for g in f.groups for u in g.users})
    requests = sum(g.span.count for f in entry.members for g in f.groups if g.process == "request")
    return requests * 1000 + users * 10 + entry.fault.count


def _entry(case: Case, judged: Judged) -> _Entry:
    members = _members(judged)
    return _Entry(judged, reach(case, judged.fault, judged.tell, members), members, [])


def _members(judged: Judged) -> list[Fault]:
    found = [judged.fault]
    for other in judged.explained:
        found += [f for f in _members(other) if f not in found]
    return found


class _Book:
    """The evidence list: what was observed, numbered as it is cited."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.items: list[Evidence] = []

    def add(
        self, claim: str, source: str, *, quote: str | None = None, figure: str | None = None, at: float | None = None
    ) -> str:
        id_ = f"e{len(self.items) + 1}"
        self.items.append(
            Evidence(id=id_, claim=claim, source=source, quote=quote, figure=figure, at=self.case.stamp(at))
        )
        return id_


def quote(group: ErrorGroup) -> str | None:
    """The line of a group's sample that says most."""
    lines = [line.strip() for line in group.text.split("\n") if line.strip()]
    banner = [x for x in lines if "** (" in x and not x.rstrip().endswith("an exception was raised:")]
    line = (
        banner[-1] if group.kind.startswith("exit") and banner else banner[0] if banner else lines[0] if lines else None
    )
    if not line:
        return None
    line = line.partition("message=>")[0][:300]  # what follows there is spelt in bytes
    return msgspec.json.encode(line)[1:-1].decode() if group.escaped else line


def _prove(case: Case, entry: _Entry, book: _Book, guilty: Release | None, found: list[Release]) -> None:
    fault, judged = entry.fault, entry.judged
    group = fault.main
    cite = entry.evidence
    line = quote(group)
    if line:
        cite.append(book.add(f"{fault.count} times: {fault.cause.what}", "log", quote=line, at=group.span.first))
    if group.culprit is not None:
        shown = next((f for f in group.frames if group.culprit.function in f), None)
        if shown:
            cite.append(book.add("where it is raised in the application", "log", quote=shown, at=group.span.first))
    cite.append(book.add(f"its reach: {entry.reach.why}", "log", figure=_figure(case, entry), at=fault.first))
    if judged.tell is not None:
        t = judged.tell
        cite.append(book.add(t.why, t.source, quote=t.quote, figure=t.figure, at=t.at))
    if guilty is not None:
        cite.append(book.add(f"{guilty.image}: {guilty.why}", "log", figure=_swaps(case, guilty), at=guilty.at))
    for other in judged.explained[:2]:
        shown_ = quote(other.fault.main)
        if shown_ and other.fault.main is not group:
            cite.append(
                book.add(
                    f"follows from it: {other.fault.id}, {other.fault.count} times",
                    "log",
                    quote=shown_,
                    at=other.fault.first,
                )
            )
    other_source = seconded(case, fault)
    if other_source is not None:
        claim, figure = other_source.claim, other_source.figure
        cite.append(book.add(claim, other_source.source, figure=figure, at=other_source.at))
    entry.trigger = trigger(fault, entry.reach, guilty, found)
    entry.grade, entry.confidence = grade(judged, entry.reach, guilty, proven=other_source is not None)


def _swaps(case: Case, release: Release) -> str | None:
    shown = [
        f"{m} {case.stamp(t)}" for m, t in sorted(release.swapped.items(), key=lambda x: x[1] or 0) if t is not None
    ]
    return "up on " + ", ".join(shown) if shown else None


def _figure(case: Case, entry: _Entry) -> str:
    fault, r = entry.fault, entry.reach
    if r.scope == "job":
        lost = sum(g.lost for g in fault.groups)
        gone = f", {number(lost, 'job')} lost" if lost else ""
        return f"{number(fault.count, 'attempt')} failed of {', '.join(fault.jobs)}{gone}"
    where = r.endpoints or tuple(fault.endpoints)
    if where:
        cell = case.total(endpoints=where)
        others = case.total()
        return (
            f"{cell.failed} of {number(cell.requests, 'request')} failed on {', '.join(where)}; "
            f"{others.failed - cell.failed} of {others.requests - cell.requests} on all other routes"
        )
    return f"{number(fault.count, 'time')} on {', '.join(fault.machines) or 'machines that the log does not name'}"


def _severity(case: Case, entry: _Entry) -> Severity:
    """By the share of requests that fail while the fault is on; lost jobs and machines that are down are major."""
    if any(g.lost for f in entry.members for g in f.groups):
        return "major"
    first = entry.fault.onset
    last = max((f.last for f in entry.members if f.last is not None), default=None)
    cell = case.total()
    failed = sum(g.span.count for f in entry.members for g in f.groups if g.process == "request")
    spared = case.between(cell, first, last, 0) + case.between(cell, first, last, 1)
    share = failed / (failed + spared) if failed else 0.0
    if share >= CRITICAL:
        return "critical"
    if share >= MAJOR or entry.reach.scope in ("machine", "systemic"):
        return "major"
    return "minor"


def ended(case: Case, entry: _Entry) -> float | None:
    """The last event, if since then 15 s passed and 30 requests of its scope went well."""
    last = entry.fault.last
    if last is None or case.last is None or case.last - last < OVER_S:
        return None
    scope = entry.reach.scope
    machines = entry.reach.machines if scope == "machine" else None
    endpoints = entry.reach.endpoints or entry.fault.endpoints if scope in ("endpoint", "data") else None
    if scope == "job":
        return None
    good = case.between(case.total(machines=machines, endpoints=endpoints), last + 1, None)
    return last if good >= OVER_REQUESTS else None


def _verdict(
    case: Case,
    entries: list[_Entry],
    judged: list[Judged],
    found: list[Release],
    noise: list[Any],
    book: _Book,
    read: Sequence[str],
    app: str | None,
    environment: str | None,
) -> Verdict:
    top = max(entries, key=lambda e: (_weight(e), e.confidence), default=None)
    causes = [_cause(case, e) for e in entries]
    for entry in entries:
        causes += [_follower(case, j, entry) for j in judged if _follows(j, entry)]
    app = app or max(case.digest.apps, key=lambda a: (case.digest.apps[a], a), default=None)
    starts = [e.fault.onset for e in entries if e.fault.onset is not None]
    ends = [ended(case, e) for e in entries]
    users = sorted({u for e in entries for f in e.members for g in f.groups for u in g.users}) if entries else []
    hit = counting.counts(case)
    reach_ = top.reach if top else Reach("none" if "log" in read else "unknown")
    if top is not None and reach_.scope == "data":
        users = list(reach_.users)
    gaps = coverage.gaps(case, [e.fault for e in entries], app)
    shown = reach_.machines if top else tuple(case.machines)
    return Verdict(
        app=app,
        environment=environment,
        window=Window(case.stamp(case.first), case.stamp(case.last)),
        is_incident=bool(entries),
        severity=_severity(case, top) if top else None,
        scope=reach_.scope,
        machines=reach_.machines,
        endpoints=reach_.endpoints,
        jobs=tuple(top.fault.jobs) if top and reach_.scope == "job" else (),
        regions=tuple(sorted({case.regions[m] for m in reach_.machines if m in case.regions})),
        users=tuple(users[:50]),
        users_count=max(len(users), hit.users_hit) if entries else 0,
        records=tuple(RecordHit("tenant", t) for t in reach_.tenants),
        started_at=case.stamp(min(starts, default=None)),
        ended_at=case.stamp(max((x for x in ends if x is not None), default=None))
        if ends and None not in ends
        else None,
        causes=tuple(causes),
        counts=hit,
        by_machine=counting.by_machine(case),
        by_endpoint=counting.by_endpoint(case),
        by_region=counting.by_region(case),
        releases=tuple(
            ReleaseFound(
                image=r.image,
                version=r.version,
                at=case.stamp(r.at),
                machines={m: case.stamp(t) for m, t in r.swapped.items()},
                verdict=r.verdict,
                why=r.why,
            )
            for r in found
        ),
        noise=tuple(noise),
        evidence=tuple(book.items),
        coverage=Coverage(tuple(read), gaps, case.digest.unparsed + case.digest.oversized),
        next=following.next_step(case, [(e.fault, e.reach, e.confidence) for e in entries], found, app),
        links=links(app, shown) if app and case.readings.fly is not None else {},
        timeline=timeline(case, found),
    )


def _follows(judged: Judged, entry: _Entry) -> bool:
    """Is it a symptom of the entry's fault, or how that came about?"""
    if judged.of != entry.fault.id:
        return False
    return judged.role == "mechanism" or (judged.role == "symptom" and judged in entry.judged.explained)


def _cause(case: Case, entry: _Entry) -> CauseFound:
    return _found(
        case,
        entry.fault,
        entry.reach,
        role="cause",
        of=None,
        grade=entry.grade,
        confidence=entry.confidence,
        trigger_=entry.trigger,
        severity=_severity(case, entry),
        evidence=tuple(entry.evidence),
        ended_at=ended(case, entry),
        members=entry.members,
    )


def _follower(case: Case, judged: Judged, entry: _Entry) -> CauseFound:
    grade: Grade = "likely" if judged.role == "mechanism" else "symptom"
    if judged.tell is not None and judged.tell.proven:
        grade = "proven"
    confidence = judged.tell.confidence if judged.tell is not None else 0.5
    return _found(
        case,
        judged.fault,
        entry.reach,
        role="mechanism" if judged.role == "mechanism" else "symptom",
        of=entry.fault.id,
        grade=grade,
        confidence=confidence,
        trigger_=None,
        severity=None,
        evidence=tuple(entry.evidence),
        ended_at=None,
        members=[judged.fault],
    )


def _found(
    case: Case,
    fault: Fault,
    r: Reach,
    *,
    role: Role,
    of: str | None,
    grade: Grade,
    confidence: float,
    trigger_: Trigger | None,
    severity: Severity | None,
    evidence: tuple[str, ...],
    ended_at: float | None,
    members: list[Fault],
) -> CauseFound:
    group = fault.main
    culprit = group.culprit or next((g.culprit for g in fault.groups if g.culprit is not None), None)
    names = fill_in(case, fault, r)
    users = sorted({u for f in members for g in f.groups for u in g.users})
    remedy = fault.cause.remedy
    return CauseFound(
        id=fault.id,
        parent=fault.cause.parent,
        role=role,
        of=of,
        grade=grade,
        confidence=confidence,
        title=fill(fault.cause.title, names),
        scope=r.scope,
        machines=r.machines,
        endpoints=r.endpoints,
        jobs=tuple(fault.jobs),
        regions=tuple(sorted({case.regions[m] for m in r.machines if m in case.regions})),
        severity=severity,
        started_at=case.stamp(fault.onset),
        ended_at=case.stamp(ended_at),
        kind=group.kind,
        exception_type=group.type,
        message=group.message.split("\n", 1)[0] or None if group.kind != "none" else None,
        culprit_frame=culprit,
        top_frame=group.top,
        process=group.process,
        http=_http(fault),
        sqlstate=group.sqlstate,
        client_error=group.type in CLIENT_ERRORS,
        count=fault.count,
        first_at=case.stamp(fault.first),
        last_at=case.stamp(fault.last),
        users=tuple(users[:50]),
        users_count=len(users),
        request_ids=tuple(sorted({x for g in fault.groups for x in g.request_ids})[:5]),
        signatures=tuple(sorted(g.signature for g in fault.groups)),
        trigger=trigger_,
        owner=fault.cause.owner,
        evidence=evidence,
        fix=Fix(
            *(
                fill(x, names) if x else None
                for x in (remedy.mitigate, remedy.repair, remedy.do_not, remedy.undo, remedy.prevent)
            )
        ),
    )


def _http(fault: Fault) -> Http | None:
    for group in fault.groups:
        if group.http is not None:
            return Http(group.http[0], group.http[1].split("?", 1)[0])
    if fault.endpoints:
        paths = [p for g in fault.groups for p in g.paths if p]
        method = fault.endpoints[0].partition(" ")[0]
        return Http(method, min(paths)) if paths else None
    return None


def fill_in(case: Case, fault: Fault, r: Reach) -> dict[str, str]:
    """The names and numbers of this incident for the catalogue's sentences."""
    group = fault.main
    culprit = group.culprit
    machines = r.machines or tuple(fault.machines)
    return {
        "endpoint": ", ".join((r.endpoints or tuple(fault.endpoints))[:3]),
        "machine": machines[0] if len(machines) == 1 else "each of its machines" if len(machines) > 1 else "",
        "machines": ", ".join(machines[:5]),
        "release": "",
        "exception": group.type or "",
        "message": group.message.split("\n", 1)[0][:120],
        "frame": f"{culprit.file}:{culprit.line} {culprit.function}"
        if culprit and culprit.file
        else culprit.function
        if culprit
        else "",
        "host": "",
        "count": str(fault.count),
        "users": str(len({u for g in fault.groups for u in g.users})),
        "first_at": case.stamp(fault.first) or "",
    }
