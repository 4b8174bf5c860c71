"""Us or them: Fly, Supabase, the front door and third parties, each on the incident's time axis.

Nobody is accused by a status page alone, and a green page clears nobody: the own evidence decides, and a page supports.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

import msgspec

from smokejumper.causes import catalogue, match
from smokejumper.causes.case import Case
from smokejumper.logs.times import epoch
from smokejumper.model.digest import ErrorGroup, Span
from smokejumper.model.finding import Finding, Level, worst_first
from smokejumper.model.outside import Probe, StatusPage
from smokejumper.model.reports import Decision, Dependency, DependencyState, DepsReport, Party
from smokejumper.model.verdict import CauseFound, Gap, Verdict
from smokejumper.steps.conditions.hosts import host_problem
from smokejumper.steps.conditions.started import no_machine_started
from smokejumper.steps.conditions.traffic import silent_machine
from smokejumper.steps.fleet import Fleet
from smokejumper.wording import lasting, names, number

EDGE_FEW, EDGE_SHARE = 10.0, 0.2
"""Failures at the edge that count, and the share of them that the machines may have given at most."""
EDGE_S, RATE_S = 600.0, 60.0
"""How far back the edge is looked at, and over how long each of its rates is taken."""
QUIET_S, QUIET_TIMES, QUIET_AFTER = 60.0, 5.0, 20
"""Silence: at least so long, so many times the longest pause before, after at least so many requests."""
RELATED = {
    "fly": re.compile(
        r"\b(?:proxy|network|networking|anycast|routing|dns|volumes?|applications?|machines?|hosts?|6pn|wireguard"
        r"|certificates?|tls)\b",
        re.IGNORECASE,
    ),
    "supabase": re.compile(
        r"\b(?:database|postgres|postgrest|pooler|supavisor|pgbouncer|connections?|network|networking|compute|auth"
        r"|storage|realtime|api gateway)\b",
        re.IGNORECASE,
    ),
}
"""Components of a status page that requests to the application depend on; not its dashboard, builders or billing."""
APART = re.compile(
    r"\b(?:dashboard|studio|billing|builders?|deployments?|registry|support|management|docs)\b", re.IGNORECASE
)
"""Components that serve those who build, whatever else their name says."""
REGION = re.compile(r"([A-Z]{3}) - ")
"""Components of Fly's page that stand for a region begin with its code: `AMS - Amsterdam, Netherlands`."""
CONNECT = re.compile(r"\b(?:tcp|ssl) connect \((?P<host>[\w.-]+):\d+\)")
CALL = re.compile(
    r"\bhttps?://(?:[^\s/@\"]*@)?(?P<url>[\w.-]+)"
    r"|\{:(?:network|temporary|permanent)_failure, (?:~c)?[\"'](?P<smtp>[\w.-]+)[\"']"
    r"|\{:to_address, \{(?:~c)?[\"'](?P<httpc>[\w.-]+)[\"'], \d+\}\}"
    r"|\bhost: (?:~c)?\"(?P<finch>[\w.-]+)\""
)
HOSTS = {"http_client_": CALL, "rate_limited": CALL, "db_": CONNECT, "pooler_": CONNECT}
"""Where errors name the host that they spoke to, by how the cause's id begins: as gen_smtp, httpc, Finch and Postgrex
print it, or as a URL."""
SUPABASE = (".supabase.co", ".supabase.com", ".supabase.net")
PRIVATE = (".internal", ".flycast")
DOOR, DOORS, EDGE = "front door", "front door, by machine", "Fly's proxy to the machines"
FLYS_OWN = "PU03"
"""Unreachable worker host: what Fly's proxy calls its own fault (superfly/docs `monitoring/error-codes`)."""


class _Axis(msgspec.Struct, frozen=True):
    """The time of the incident; no end: it goes on. Without a beginning there is no incident."""

    onset: float | None = None
    ended: float | None = None

    def overlaps(self, since: float | None, until: float | None) -> bool | None:
        """Do both have a moment in common? None where a beginning is unknown."""
        if self.onset is None or since is None:
            return None
        return (self.ended is None or since <= self.ended) and (until is None or until >= self.onset)


def deps(
    case: Case, verdict: Verdict | None = None, app: str | None = None, environment: str | None = None
) -> DepsReport:
    """Each dependency with its state and time, and whose trouble it is. `verdict` is what triage says of the case."""
    fleet = Fleet(case, app)
    incident = verdict if verdict is not None and verdict.is_incident else None
    axis = _Axis(
        epoch(incident.started_at or "") if incident else None, epoch(incident.ended_at or "") if incident else None
    )
    found = [
        *(_page(fleet, page, axis) for page in case.readings.pages),
        *_hosts(fleet, axis),
        *_door(fleet, axis),
        *_edge(fleet, axis),
        *_others(case, axis),
    ]
    findings = _findings(fleet, found)
    decision, why = _decide(fleet, incident, found) if incident is not None else _calm(fleet, findings)
    return DepsReport(
        app=app,
        environment=environment,
        at=case.stamp(fleet.now),
        gaps=_gaps(case, fleet.flag),
        onset=incident.started_at if incident else None,
        ended=incident.ended_at if incident else None,
        decision=decision,
        why=why,
        findings=findings,
        dependencies=tuple(found),
    )


# ---- what is said


def _page(fleet: Fleet, page: StatusPage, axis: _Axis) -> Dependency:
    """A status page; what it tells of is related where a part of it could be one that fails here."""
    told = [i for i in page.incidents if not (i.maintenance and i.status == "scheduled")]
    related = [i for i in told if _related(fleet, page.of, i.components)]
    shown = related or told
    overlaps = {axis.overlaps(i.started_at, i.resolved_at) for i in shown}
    states: dict[str, DependencyState] = {"none": "ok", "critical": "down", "unknown": "unknown"}
    figures = [f"{i.name} ({', '.join(i.components) or 'no component named'}), {i.status}" for i in shown]
    return Dependency(
        name="Fly's platform" if page.of == "fly" else "Supabase",
        owner=page.of,
        state=states.get(page.indicator, "degraded"),
        figure="; ".join(figures) or ", ".join(page.degraded) or page.description or "no incident",
        since=fleet.case.stamp(min((i.started_at for i in shown if i.started_at is not None), default=None)),
        overlaps=True if True in overlaps else False if overlaps == {False} else None,
        related=bool(related) or (not told and _related(fleet, page.of, page.degraded)),
        source="status page",
    )


def _related(fleet: Fleet, of: str, components: Iterable[str]) -> bool:
    """Is one of these components a region of ours, or a part that requests to the application go through?"""
    regions = {m.region.upper() for m in fleet.machines if m.region}
    for name in components:
        code = REGION.match(name) if of == "fly" else None
        if code is not None and code[1] in regions:
            return True
        if code is None and RELATED[of].search(name) and not APART.search(name):
            return True
    return False


def _hosts(fleet: Fleet, axis: _Axis) -> Iterator[Dependency]:
    """The hosts below our machines, as Fly sees them."""
    if not fleet.known and fleet.fly.host_issues is None:
        return
    problem = next(host_problem(fleet), None)
    since = epoch(problem.at) if problem is not None and problem.at else None
    lost = any(m.host_status == "unreachable" for m in fleet.machines)
    yield Dependency(
        name="Fly's hosts",
        owner="fly",
        state="ok" if problem is None else "down" if lost else "degraded",
        figure=problem.figure if problem is not None else f"{number(len(fleet.machines), 'machine')}, no host problem",
        since=problem.at if problem is not None else None,
        overlaps=axis.overlaps(since, None) if problem is not None else None,
        related=problem is not None,
        source="fly",
    )


def _door(fleet: Fleet, axis: _Axis) -> Iterator[Dependency]:
    """The front door, from outside and for each machine; only now, whatever was before."""
    outside = [p for p in fleet.case.readings.probes if not p.machine]
    single = [p for p in fleet.case.readings.probes if p.machine]
    for probe in outside:
        yield Dependency(
            name=DOOR,
            owner=None,
            state=_answered(probe),
            figure=_answer(probe),
            since=fleet.case.stamp(probe.at),
            overlaps=axis.overlaps(probe.at, probe.at),
            source=probe.url,
        )
    if single:
        bad = [p for p in single if _answered(p) in ("down", "degraded")]
        untold = [p for p in single if _answered(p) == "unknown"]
        good = len(single) - len(bad) - len(untold)
        told = "; ".join(f"{p.machine}: {_answer(p)}" for p in (*bad, *untold)[:3])
        yield Dependency(
            name=DOORS,
            owner=None,
            state="ok" if good == len(single) else "unknown" if not bad else "down" if not good else "degraded",
            figure=f"{good} of {number(len(single), 'machine')} answered{'; ' + told if told else ''}",
            since=fleet.case.stamp(single[0].at),
            overlaps=axis.overlaps(single[0].at, single[-1].at),
            source=single[0].url,
        )


def _answered(probe: Probe) -> DependencyState:
    """How a GET ended: any answer below 500 is one; one by another machine than was asked says nothing of it."""
    if probe.status is None:
        return "down"
    if probe.machine and probe.answered_by and probe.answered_by != probe.machine:
        return "unknown"
    return "ok" if probe.status < 500 else "degraded"


def _answer(probe: Probe) -> str:
    if probe.status is None:
        return probe.error or "no answer"
    if _answered(probe) == "unknown":
        return f"{probe.answered_by} answered instead"
    return f"{probe.status}" + (f" in {probe.ms:.0f} ms" if probe.ms is not None else "")


def _edge(fleet: Fleet, axis: _Axis) -> Iterator[Dependency]:
    """Failures at the edge against those of the machines: what only the edge shows reached no machine.

    Where machines were measured, and none has a series of failures, they had none.
    """
    edge = fleet.points("http_5xx_edge", within=EDGE_S)
    if len(edge) < 2:
        return
    step = (edge[-1][0] - edge[0][0]) / (len(edge) - 1)
    inside: dict[float, float] = defaultdict(float)
    measured = [s for s in fleet.fly.series or () if s.machine]
    for series in measured:
        for at, value in series.points if series.name == "http_5xx_app" else ():
            inside[at] += value
    at_edge, at_app = sum(v for _, v in edge) * step, sum(inside[at] for at, _ in edge) * step
    only = at_edge >= EDGE_FEW and at_app <= EDGE_SHARE * at_edge and bool(measured)
    since = next((at for at, value in edge if value > 0), None) if only else None
    told = f", {at_app:.0f} on the machines" if measured else ""
    yield Dependency(
        name=EDGE,
        owner=None,
        state="degraded" if only else "ok" if measured or at_edge < EDGE_FEW else "unknown",
        figure=f"{at_edge:.0f} answers with 5xx at the edge{told} in {lasting(EDGE_S)}",
        since=fleet.case.stamp(since),
        overlaps=axis.overlaps(since, None) if only else None,
        source="fly metrics",
    )


def _others(case: Case, axis: _Axis) -> Iterator[Dependency]:
    """The hosts that our errors name; or, where a call out names none, the code that made it."""
    spans: dict[str, Span] = {}
    kinds: dict[str, set[str]] = defaultdict(set)
    for group in case.groups:
        sight = match.name(group)
        if sight is not None:
            for name in _spoken_to(group, sight.cause.id):
                spans.setdefault(name, Span()).join(group.span)
                kinds[name].add(sight.cause.id)
    for name, span in sorted(spans.items(), key=lambda x: (-x[1].count, x[0])):
        yield Dependency(
            name=name,
            owner=_owner(name),
            state="degraded",
            figure=f"{number(span.count, 'error')}: {', '.join(sorted(kinds[name]))}",
            since=case.stamp(span.first),
            overlaps=axis.overlaps(span.first, span.last),
            source="log",
        )


def _spoken_to(group: ErrorGroup, cause: str) -> list[str]:
    pattern = next((pattern for begin, pattern in HOSTS.items() if cause.startswith(begin)), None)
    if pattern is None:
        return []
    named = (host.lower().strip(".") for m in pattern.finditer(group.text) for host in m.groups() if host)
    hosts = list(dict.fromkeys(host for host in named if "." in host))
    caller = group.culprit.function if group.culprit is not None else next(iter(group.names), "")
    return hosts or ([f"what {caller} calls"] if pattern is CALL and caller else [])


def _owner(host: str) -> Party:
    """To whom a host belongs, by its name: a private one is ours."""
    return "supabase" if host.endswith(SUPABASE) else "us" if host.endswith(PRIVATE) else "third_party"


# ---- what follows from it


def _findings(fleet: Fleet, found: list[Dependency]) -> tuple[Finding, ...]:
    told = [finding for d in found if d.state in ("down", "degraded") and (finding := _finding(d)) is not None]
    for condition in (host_problem, no_machine_started, silence, silent_machine):
        told += condition(fleet)
    return worst_first(told)


def _finding(d: Dependency) -> Finding | None:
    """What a dependency in trouble means; the hosts have a finding of their own, and what is private is ours."""
    figure = f"{d.name}: {d.figure}"
    severity: Level = "critical" if d.state == "down" else "major"
    if d.source == "status page":
        related = d.related and d.overlaps is not False
        why = "their page tells of it" + ("" if related else ": of another time, or of other parts")
        return Finding(kind="status_page", severity="minor" if related else "info", figure=figure, why=why, at=d.since)
    if d.source == "log" and d.owner != "us":
        during: Level = "minor" if d.overlaps else "info"
        return Finding(kind="calls_failing", severity=during, figure=figure, why="what we call there fails", at=d.since)
    if d.name == EDGE:
        why = "Fly's proxy answered for machines that it could not reach"
        return Finding(kind="edge_errors", severity=severity, figure=figure, why=why, at=d.since)
    if d.name == DOOR:
        return Finding(kind="front_door", severity=severity, figure=d.figure, why="so a user is answered now")
    if d.name == DOORS:
        return Finding(
            kind="front_door", severity=severity, figure=d.figure, why="asked one by one, through Fly's proxy"
        )
    return None


def silence(fleet: Fleet) -> Iterator[Finding]:
    """No request at all in the last stretch, though machines run and requests came before; health checks do not count.

    The end is Fly's clock where Fly was read. Where Fly's metrics show requests, it is the log that is behind.
    """
    cell = fleet.case.total()
    buckets = sorted(bucket for bucket, answers in cell.series.items() if sum(answers))
    if len(buckets) < 3 or cell.requests < QUIET_AFTER or fleet.now is None:
        return
    last = float(buckets[-1] + fleet.case.width)
    quiet, pause = fleet.now - last, max(b - a for a, b in pairwise(buckets))
    if quiet < max(QUIET_S, QUIET_TIMES * pause) or not any(fleet.up(m) for m in fleet.machines):
        return
    edge = [value for _, value in fleet.points("http_edge", within=quiet - RATE_S)]
    if any(value > 0 for value in edge):
        return
    spoken = fleet.case.last is not None and fleet.case.last > last
    seconded = "Fly's edge counts none either" if edge else "the log goes on without them" if spoken else ""
    yield Finding(
        kind="silence",
        severity="major" if seconded else "minor",
        machines=tuple(m.id for m in fleet.machines if fleet.up(m)),
        figure=f"no request for {lasting(quiet)}; {number(cell.requests, 'request')} before, at most {pause} s apart",
        why=f"machines run and nobody reaches them: {seconded or 'or the log stopped, which has no line since either'}",
        at=fleet.case.stamp(last),
        action="ask the front door: DNS, certificate, Fly's proxy",
        command=f"fly certs list{fleet.flag}",
    )


def _calm(fleet: Fleet, findings: Iterable[Finding]) -> tuple[Decision, str]:
    """What can be said where triage sees no incident: nothing fails, unless something else does not fit to that."""
    if not fleet.case.digest.lines:
        return "undecided", "no log was read: whether anything fails is not known"
    beside = next((f for f in findings if f.severity in ("critical", "major")), None)
    if beside is not None:
        return "undecided", f"the log shows no incident, yet {beside.kind.replace('_', ' ')}: {beside.figure}"
    return "none", "nothing fails above its usual level in what was read"


def _decide(fleet: Fleet, incident: Verdict, found: list[Dependency]) -> tuple[Decision, str]:
    """Whose trouble it is, and the timing that shows it."""
    since = f"since {incident.started_at[11:19]}" if incident.started_at else "at a time that is not known"
    lost = {m.id for m in fleet.machines if m.host_status == "unreachable"}
    if incident.machines and set(incident.machines) <= lost:
        return "fly", f"exactly the machines fail {since} whose host Fly does not reach: {names(incident.machines)}"
    pages = [d for d in found if d.source == "status page" and d.related and d.overlaps]
    cause = next((c for c in incident.causes if c.role == "cause"), None)
    if cause is None or cause.id == "unknown":
        told = f"; {pages[0].name} had an incident at that time: {pages[0].figure}" if pages else ""
        return "undecided", f"what fails {since} is not named by the evidence{told}"
    told = f"{cause.id}, {number(cause.count, 'time')} {since}"
    known = catalogue.get(cause.id)
    if known is not None and "platform" in known.traits:
        return _below(fleet, told, pages)
    if cause.grade == "symptom" or cause.owner not in ("us", "supabase", "third_party"):
        return "undecided", f"{told}: only how it shows is known, not what is beneath"
    if cause.owner == "us":
        beside = f"; {pages[0].name} had an incident too, of which these errors do not speak" if pages else ""
        return "us", f"{told}: that lies in our code, settings or sizes{beside}"
    hosts = [d for d in found if d.source == "log" and d.overlaps]
    return _theirs(fleet, cause, cause.owner, told, [*pages, *hosts])


def _below(fleet: Fleet, told: str, pages: list[Dependency]) -> tuple[Decision, str]:
    """What Fly's proxy says of machines that it cannot reach: theirs where it says so, or where their page does."""
    own = sum(g.span.count for g in fleet.case.groups if g.kind == "platform" and g.name == FLYS_OWN)
    page = next((d for d in pages if d.owner == "fly"), None)
    if own:
        return "fly", f"{told}: Fly's proxy calls {number(own, 'failure')} its own ({FLYS_OWN})"
    if page is not None:
        return "fly", f"{told}, while their page tells of {page.figure}"
    return "undecided", f"{told}: it can come from our machines and from Fly; look at the machines first"


def _theirs(
    fleet: Fleet, cause: CauseFound, owner: Party, told: str, at_that_time: list[Dependency]
) -> tuple[Decision, str]:
    """Supabase or a third party, unless only one of several machines cannot reach it, or it lies with us."""
    serving = set(fleet.case.serving) or set(fleet.case.machines)
    spared = sorted(serving - set(cause.machines))
    if cause.scope == "machine" and spared:
        return "undecided", f"{told}, but only on {names(cause.machines)}: {names(spared)} reach it well"
    if cause.trigger is not None and cause.trigger.kind in ("release", "config"):
        return "us", f"{told}, brought by a change of ours: {cause.trigger.why}"
    hosts = {d.name: d.owner for d in at_that_time if d.source == "log"}
    if hosts and owner not in hosts.values():
        return "undecided", f"{told}: {names(sorted(hosts))} is none of theirs by its name"
    told += f" at {names(sorted(name for name, whose in hosts.items() if whose == owner))}" if hosts else ""
    page = next((d for d in at_that_time if d.source == "status page" and d.owner == owner), None)
    where = f"on {len(cause.machines)} machines" if len(cause.machines) > 1 else "on one machine"
    if page is not None:
        return owner, f"{told} {where}, while their page tells of {page.figure}"
    if len(cause.machines) > 1:
        return owner, f"{told} {where}, and no change of ours brought it"
    return "undecided", f"{told} {where}: it could be that machine's network, or theirs"


def _gaps(case: Case, flag: str) -> tuple[Gap, ...]:
    """What was asked for and not read, and what was never asked."""
    found = list(case.readings.gaps)
    asked = {gap.source for gap in found}
    wanted = (
        ("status-pages", bool(case.readings.pages), "an incident at Fly or Supabase", "fly platform status"),
        ("front-door", bool(case.readings.probes), "how the application answers from outside", f"fly status{flag}"),
        ("fly", case.readings.fly is not None, "hosts and machines", f"fly incidents hosts list{flag}"),
    )
    for source, read, could, command in wanted:
        if not read and not any(a.startswith(source) for a in asked):
            found.append(Gap(source, "it was not asked", could, command))
    return tuple(found)
