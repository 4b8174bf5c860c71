"""What changed in the hour before the onset, from all sources, on one axis. It accuses nobody: triage does that."""

from collections.abc import Iterable, Iterator

import msgspec

from smokejumper.causes.case import Case
from smokejumper.model.fly import FlyReading, Machine, MachineEvent, Release
from smokejumper.model.repo import Between, Commit
from smokejumper.model.reports import Change, ChangeKind, CommitMade, Deployed, RecentReport, SettingChange, Touched
from smokejumper.model.verdict import Gap, ReleaseFound
from smokejumper.steps.fleet import DEPLOY_S, HOUR_S, SAME_S
from smokejumper.steps.releases import releases as swaps
from smokejumper.wording import names

CLOSE_S = 300.0
"""How shortly before the onset a change must have come to be marked."""
WEEK_S = 604_800.0
TOGETHER_S = 60.0
"""Like things that follow each other this closely on several machines are one."""
SLACK_S = 2.0
"""How much later than what it brought a change may be dated: clocks differ."""
STATUS: dict[str, ChangeKind] = {"fly": "fly_status", "supabase": "supabase_status"}
OPEN = frozenset(("fly_status", "supabase_status", "maintenance"))
"""What is told if it was open in that hour, though it began before."""
BY_PROXY = "{machines} stopped by Fly's proxy"

Judged = tuple[ReleaseFound, ...]


class _Seen(msgspec.Struct, kw_only=True):
    """A change as one source tells it, before like ones are joined."""

    kind: ChangeKind
    at: float
    what: str
    """`{machines}` stands for those it happened to."""
    machines: list[str] = []
    who: str = ""
    sources: set[str]
    first: float | None = None
    """When it first reached a machine, where that is later."""
    last: float = 0.0
    times: int = 1
    deployed: Deployed | None = None


def recent(
    case: Case,
    onset: float | None,
    found: Judged = (),
    app: str | None = None,
    environment: str | None = None,
) -> RecentReport:
    """What changed in the hour before the onset, or before now where that is None, in order of time.

    `found` are the releases as triage judged them; `app` and `environment` are named.
    """
    fly, flag = case.readings.fly, f" -a {app}" if app else ""
    now = fly.at if fly is not None else case.last
    end = onset if onset is not None else now
    if end is None or case.dateless:
        why = "neither Fly nor a line of log was read" if end is None else "the lines have no date"
        gap = Gap("log", why, "when anything changed", f"fly releases{flag}")
        return RecentReport(app=app, environment=environment, gaps=(*case.readings.gaps, gap))
    since = end - HOUR_S
    seen = [s for s in _all(case, since, end, found) if since <= s.at <= end + SLACK_S or s.kind in OPEN]
    return RecentReport(
        app=app,
        environment=environment,
        at=case.stamp(now),
        gaps=_gaps(case, flag),
        onset=case.stamp(onset),
        since=case.stamp(since),
        changes=tuple(_change(case, s, end, incident=onset is not None) for s in _joined(seen)),
        touched=_touched(case, end),
    )


def _all(case: Case, since: float, end: float, found: Judged) -> Iterator[_Seen]:
    fly = case.readings.fly or FlyReading(at=end)
    deploys = _releases(case, fly, since, end, found)
    yield from deploys
    yield from _swapped(case, fly, deploys, found)
    yield from _secrets(fly)
    machines = [m for m in fly.machines or () if not m.special]
    told = [seen for m in machines for seen in _events(m) if not _brought(seen, m, deploys)]
    yield from _autostops(case, told)
    yield from told
    yield from _hosts(fly)
    yield from _pages(case, since, end)


# ---- releases


def _releases(case: Case, fly: FlyReading, since: float, end: float, found: Judged) -> list[_Seen]:
    """The releases of that time, each with its commits, its settings, and when it reached each machine."""
    ordered = sorted(fly.releases or (), key=lambda r: r.version)
    seen = []
    for older, release, newer in zip([None, *ordered], ordered, [*ordered[1:], None], strict=False):
        if release.at is None or not since <= release.at <= end + SLACK_S:
            continue
        until = release.at + DEPLOY_S
        if newer is not None and newer.at is not None:
            until = min(until, newer.at)
        reached = _reached(case, fly, release, release.at - SAME_S, until)
        told = " ".join((release.description or release.reason).split())
        status = f", {release.status}" if release.status not in ("", "complete") else ""
        seen.append(
            _Seen(
                kind="release",
                at=release.at,
                what=f"release v{release.version}{status}{': ' + told if told else ''}",
                machines=sorted(reached),
                who=release.user,
                sources={"fly"},
                first=min((t for t in reached.values() if t is not None), default=None),
                deployed=_deployed(case, older, release, found),
            )
        )
    return seen


def _reached(case: Case, fly: FlyReading, release: Release, begin: float, until: float) -> dict[str, float | None]:
    """The machines that were brought to a release in that time, and when; by Fly's events and by the log."""
    reached: dict[str, float | None] = {}
    for m in fly.machines or ():
        times = [e.at for e in m.events if e.type in ("update", "launch") and e.at is not None]
        inside = [t for t in times if begin <= t < until]
        if inside and not m.special and m.release is not None and m.release >= release.version:
            reached[m.id] = min(inside)
    for swap in swaps(case):
        if swap.image == release.image and swap.at is not None and begin <= swap.at < until:
            for machine, at in swap.swapped.items():
                known = [t for t in (reached.get(machine), at) if t is not None]
                reached[machine] = min(known, default=None)
    return reached


def _deployed(case: Case, older: Release | None, release: Release, found: Judged) -> Deployed:
    repo = case.readings.repo
    between = next(
        (b for b in (repo.between if repo else ()) if b.newer == release.version),
        Between(older=None, newer=release.version),
    )
    judged = next((f for f in found if f.version == release.version), None)
    judged = judged or next((f for f in found if f.version is None and f.image == release.image), None)
    return Deployed(
        version=release.version,
        image=release.image or None,
        status=release.status or None,
        settings=_settings(older, release),
        commits=tuple(_commit(case, c) for c in between.commits),
        more_commits=between.more,
        insertions=between.insertions,
        deletions=between.deletions,
        files=between.files,
        migrations=between.migrations,
        verdict=judged.verdict if judged else None,
        why=judged.why if judged else None,
    )


def _settings(older: Release | None, newer: Release) -> tuple[SettingChange, ...]:
    """What differs between the configurations of two releases; nothing where either could not be read."""
    if older is None or not older.settings or not newer.settings:
        return ()
    keys = sorted({*older.settings, *newer.settings})
    pairs = [(key, older.settings.get(key), newer.settings.get(key)) for key in keys]
    return tuple(SettingChange(key, was, now) for key, was, now in pairs if was != now)


def _commit(case: Case, commit: Commit) -> CommitMade:
    return CommitMade(commit.id, case.stamp(commit.at), commit.author, commit.subject)


def _swapped(case: Case, fly: FlyReading, deploys: list[_Seen], found: Judged) -> Iterator[_Seen]:
    """Changes of image that the log shows and no release of Fly's explains.

    A machine that starts again pulls the image of its old release once more: that is no change.
    """
    for swap in swaps(case):
        same = [d for d in deploys if d.deployed is not None and d.deployed.image == swap.image]
        if swap.at is None or any(d.at - SAME_S <= swap.at <= d.at + DEPLOY_S for d in same):
            continue
        if any(r.image == swap.image and r.at is not None and r.at <= swap.at for r in fly.releases or ()):
            continue
        judged = next((f for f in found if f.image == swap.image and f.at == case.stamp(swap.at)), None)
        yield _Seen(
            kind="image",
            at=swap.at,
            what=f"image {swap.image}" + (", of no release that Fly lists" if fly.releases is not None else ""),
            machines=sorted(swap.pulled),
            sources={"log"},
            first=min((t for t in swap.swapped.values() if t is not None), default=None),
            deployed=Deployed(
                image=swap.image,
                verdict=judged.verdict if judged else None,
                why=judged.why if judged else None,
            ),
        )


# ---- secrets, machines, the platform


def _secrets(fly: FlyReading) -> Iterator[_Seen]:
    for secret in fly.secrets or ():
        at = secret.updated_at if secret.updated_at is not None else secret.created_at
        if at is not None:
            verb = "set" if secret.created_at == at else "changed"
            what = f"secret {secret.name} {verb} (digest {secret.digest})"
            yield _Seen(kind="secret", at=at, what=what, sources={"fly"})


def _events(m: Machine) -> Iterator[_Seen]:
    """What happened to a machine; an exit by order belongs to what ordered it, a start to what made it necessary."""
    orders = [e.at for e in m.events if e.type in ("stop", "suspend", "restart", "update") and e.at is not None]
    ends = orders + [e.at for e in m.events if e.exit is not None and e.at is not None]
    launches = [e.at for e in m.events if e.type == "launch" and e.at is not None]
    for event in m.events:
        told = _told(m, event)
        if told is None or event.at is None:
            continue
        if event.exit is not None and event.exit.requested and _after(event.at, orders):
            continue
        if event.type == "start" and _after(event.at, ends + launches):
            continue
        who = event.source if event.source in ("user", "proxy", "flyd") else ""
        yield _Seen(kind=told[0], at=event.at, what=told[1], machines=[m.id], who=who, sources={"fly"})


def _after(at: float, times: list[float]) -> bool:
    return any(0 <= at - t <= TOGETHER_S for t in times)


def _told(m: Machine, event: MachineEvent) -> tuple[ChangeKind, str] | None:
    """What an event is called, and the sentence on it; None for one that says nothing."""
    if event.exit is not None:
        how = "killed for its memory" if event.exit.oom else f"exited with code {event.exit.code}"
        return ("stop", "{machines} stopped") if event.exit.requested else ("exit", f"{{machines}} {how}")
    if event.type == "launch" and (event.status, event.source) == ("created", "flyd"):
        return "moved", "{machines} moved to another host"
    if event.type in ("stop", "suspend") and event.source == "proxy":
        return "autostop", BY_PROXY
    plain: dict[str, tuple[ChangeKind, str]] = {
        "launch": ("created", f"{{machines}} created in {m.region}"),
        "start": ("start", "{machines} started"),
        "stop": ("stop", "{machines} stopped by order"),
        "suspend": ("stop", "{machines} suspended by order"),
        "restart": ("restart", "{machines} restarted by order"),
        "update": ("update", "{machines} updated"),
        "destroy": ("destroyed", "{machines} destroyed"),
        "cordon": ("cordon", "{machines} cordoned: no requests any more"),
        "uncordon": ("cordon", "{machines} uncordoned"),
    }
    return plain.get(event.type)


def _brought(seen: _Seen, m: Machine, deploys: list[_Seen]) -> bool:
    """Is it a part of a deploy: an ordinary step of a machine that the release reached at that time?"""
    ordinary = seen.kind in ("update", "start", "stop", "restart", "created", "destroyed")
    return ordinary and any(m.id in d.machines and d.at - SAME_S <= seen.at <= d.at + DEPLOY_S for d in deploys)


def _autostops(case: Case, told: list[_Seen]) -> Iterator[_Seen]:
    """Stops by Fly's proxy in the log; one that Fly tells of too becomes known as such, and is not told twice."""
    for _, event in case.events("autostop"):
        if event.at is None or not event.detail:
            continue
        at = event.at
        stops = [s for s in told if s.kind in ("stop", "autostop") and event.detail in s.machines]
        same = next((s for s in stops if abs(s.at - at) <= SAME_S), None)
        if same is None:
            yield _Seen(kind="autostop", at=at, what=BY_PROXY, machines=[event.detail], who="proxy", sources={"log"})
        else:
            same.kind, same.what, same.who = "autostop", BY_PROXY, "proxy"
            same.sources.add("log")


def _hosts(fly: FlyReading) -> Iterator[_Seen]:
    for issue in fly.host_issues or ():
        if issue.created_at is not None:
            what = f"host problem: {' '.join(issue.message.split())}"
            yield _Seen(kind="host", at=issue.created_at, what=what, sources={"fly"})


def _pages(case: Case, since: float, end: float) -> Iterator[_Seen]:
    """Incidents and maintenances of status pages that were open at that time, whenever they began."""
    for page in case.readings.pages:
        for told in page.incidents:
            over = told.resolved_at
            if told.started_at is None or told.started_at > end + SLACK_S or (over is not None and over < since):
                continue
            kind: ChangeKind = "maintenance" if told.maintenance else STATUS[page.of]
            parts = f" ({', '.join(told.components)})" if told.components else ""
            what = f"{page.of.capitalize()}: {told.name}{parts}, {told.status}"
            yield _Seen(kind=kind, at=told.started_at, what=what, sources={f"{page.of} status page"})


# ---- one axis


def _joined(all_: Iterable[_Seen]) -> list[_Seen]:
    """Like things that happened to machines within a minute of each other, as one; in order of time."""
    found: list[_Seen] = []
    for seen in sorted(all_, key=lambda s: (s.kind, s.what, s.who, s.at)):
        before = found[-1] if found else None
        alike = before is not None and (before.kind, before.what, before.who) == (seen.kind, seen.what, seen.who)
        if before is not None and alike and seen.machines and seen.at - before.last <= TOGETHER_S:
            before.machines = sorted({*before.machines, *seen.machines})
            before.sources |= seen.sources
            before.times += 1
        else:
            before = seen
            found.append(seen)
        before.last = seen.at
    return sorted(found, key=lambda s: (s.at, s.kind, s.what))


def _change(case: Case, seen: _Seen, end: float, *, incident: bool) -> Change:
    began = max(seen.at, seen.first) if seen.first is not None and seen.first <= end + SLACK_S else seen.at
    again = f", {seen.times} times" if seen.times > len(seen.machines) > 0 else ""
    return Change(
        kind=seen.kind,
        at=case.stamp(seen.at),
        seconds_before=round(end - began, 1),
        close=incident and -SLACK_S <= end - began <= CLOSE_S,
        what=seen.what.replace("{machines}", names(seen.machines)) + again,
        who=seen.who or None,
        machines=tuple(seen.machines),
        sources=tuple(sorted(seen.sources)),
        deployed=seen.deployed,
    )


def _touched(case: Case, end: float) -> tuple[Touched, ...]:
    repo = case.readings.repo
    return tuple(
        Touched(
            file=line.file,
            line=line.line,
            commit=_commit(case, line.commit),
            close=0 <= end - line.commit.at <= WEEK_S,
        )
        for line in (repo.blamed if repo is not None else ())
    )


def _gaps(case: Case, flag: str) -> tuple[Gap, ...]:
    """What was asked for and not read; and Fly, where it was never asked."""
    gaps = case.readings.gaps
    if case.readings.fly is not None or any(gap.source.startswith("fly") for gap in gaps):
        return gaps
    could = "releases, secrets, settings and what happened to machines"
    return (*gaps, Gap("fly", "Fly was not asked: only what the log shows", could, f"fly releases{flag}"))
