"""What can be the matter with machines: one function for each, which says nothing where the evidence is thin."""

import math
import shlex
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator

from smokejumper.model.finding import Finding, FindingKind, Level
from smokejumper.model.fly import Check, Exit, Machine, Release
from smokejumper.steps.fleet import COMPAT, DEPLOY_S, IDLE, Fleet, failing, last_event, runs
from smokejumper.wording import lasting, names, number

DAY_S = 86_400.0
STUCK_S = {
    "starting": 300.0,
    "stopping": 300.0,
    "restarting": 300.0,
    "destroying": 300.0,
    "updating": 600.0,
    "replacing": 600.0,
}
"""How long a passing state may last (superfly/docs `machines/machine-states`; replacing is how an update is done)."""
BOOT_S = 60.0
"""How long a machine that has just started may fail its checks."""
FULL, FILLING = 0.9, 0.7
"""Shares of memory in use: too much at any rate, and too much to go on growing."""
GROWING_S, SOON_S = 600.0, 3600.0
"""How long memory must have been seen to grow, and how soon it would be full."""
STEADY = 0.8
"""How much of the ups and downs of memory a straight line must explain."""
THROTTLED = 0.5
ASKED, CHANCE = 30, 0.01
"""Requests that others must have answered before silence means anything, and how improbable it must be."""

Condition = Callable[[Fleet], Iterator[Finding]]


def host_problem(fleet: Fleet) -> Iterator[Finding]:
    """Fly does not reach a host, or tells of a problem with one; neither is on the public status page."""
    sick = [m for m in fleet.machines if m.host_status != "ok"]
    issues = fleet.fly.host_issues or ()
    if not sick and not issues:
        return
    told = [f"host of {m.id} ({m.region}) {m.host_status}" for m in sick]
    told += [f"Fly: {issue.message.strip()}" for issue in issues]
    since = min((i.created_at for i in issues if i.created_at is not None), default=None)
    severity: Level = "major" if any(m.host_status == "unreachable" for m in sick) else "minor"
    yield _finding(
        fleet,
        "host_problem",
        severity if sick or since is None or fleet.recent(since, DAY_S) else "info",
        sick,
        "; ".join(told),
        "a host of Fly is in trouble: the machine on it may serve nothing, and changes to it may fail",
        at=since,
        action="serve from other machines until Fly mends it; a volume on that host cannot be moved meanwhile",
        command=f"fly incidents hosts list{fleet.flag}",
    )


def no_machine_started(fleet: Fleet) -> Iterator[Finding]:
    """A group of which nothing runs; stopped by Fly's proxy for want of work is ordinary, unless requests come."""
    if not fleet.known:
        return
    if not fleet.machines:
        yield _finding(
            fleet,
            "no_machine_started",
            "critical",
            (),
            "0 machines",
            "the application has no machine at all",
            action="look whether it was scaled to 0",
            command=f"fly releases{fleet.flag}",
        )
    for group in fleet.groups():
        if any(m.state not in (*IDLE, "failed", "created") for m in group):
            continue
        asleep = [m for m in group if fleet.autostopped(m)]
        since = max((e.at for m in group if (e := last_event(m, "stop", "suspend", "exit")) and e.at), default=None)
        if len(asleep) == len(group):
            refused = fleet.refused(since)
            if refused:
                yield _finding(
                    fleet,
                    "autostop",
                    "critical",
                    group,
                    f"0 of {number(len(group), 'machine')} started, {number(refused, 'request')} failed at Fly's proxy",
                    "all were stopped for want of work, and do not come up for the requests that come now",
                    at=since,
                    action="look why a start fails",
                    command=f"fly logs{fleet.flag} -n",
                )
            else:
                yield _asleep(fleet, asleep, len(group))
            continue
        states = ", ".join(f"{n} {state}" for state, n in sorted(Counter(m.state for m in group).items()))
        yield _finding(
            fleet,
            "no_machine_started",
            "critical",
            group,
            f"0 of {number(len(group), 'machine')} started{_of(group)}: {states}",
            f"nothing of this group runs{_by_whom(group)}",
            at=since,
            action="look how they ended, then start one",
            command=f"fly machine start {group[0].id}{fleet.flag}",
        )


def autostop(fleet: Fleet) -> Iterator[Finding]:
    """Machines that Fly's proxy stopped for want of work, while others run."""
    for group in fleet.groups():
        asleep = [m for m in group if fleet.autostopped(m)]
        if asleep and any(fleet.up(m) for m in group):
            yield _asleep(fleet, asleep, len(group))


def _asleep(fleet: Fleet, asleep: list[Machine], of: int) -> Finding:
    return _finding(
        fleet,
        "autostop",
        "info",
        asleep,
        f"{len(asleep)} of {number(of, 'machine')} stopped by Fly's proxy",
        "there was no work for them; the next requests start them again",
        at=max((e.at for m in asleep if (e := last_event(m, "stop", "suspend")) and e.at), default=None),
    )


def _of(group: tuple[Machine, ...]) -> str:
    return f" in {group[0].group}" if group[0].group else ""


def _by_whom(group: tuple[Machine, ...]) -> str:
    stops = [e for m in group if (e := last_event(m, "stop", "suspend"))]
    return "; a person stopped them" if len(stops) == len(group) and all(e.source == "user" for e in stops) else ""


def half_done_deploy(fleet: Fleet) -> Iterator[Finding]:
    """One group on different images or releases, a release that failed or hangs, or one that did not arrive.

    That a release is `complete` proves nothing: where an update cannot be carried out, the machine goes back to its old
    image, is healthy, and the deploy reports success (superfly/flyctl pull request 4921).
    """
    newest = fleet.newest
    mixed = [group for group in fleet.deployed() if _split(group)]
    everywhere = [m for group in fleet.deployed() for m in group]
    behind = [m for m in everywhere if newest is not None and runs(m, newest) is False]
    leased = [m for m in everywhere if m.leased_by]
    status = newest.status if newest is not None else ""
    broken = status in ("failed", "interrupted")
    hanging = status in ("running", "pending") and not fleet.deploying()
    if not (mixed or behind or broken or hanging or (fleet.deploying() and leased)):
        return
    parts = [f"v{newest.version} is {status or 'of unknown state'}"] if newest is not None else []
    parts += [_spread(group) for group in mixed]
    if behind and not mixed and newest is not None:
        parts.append(f"{names(m.id for m in behind)} not on {newest.image}")
    severity: Level = "minor"
    if fleet.deploying():
        severity = "minor" if mixed and any(_images(g) > 1 for g in mixed) else "info"
        why = "a deploy is going on: for as long as it lasts two versions serve"
    elif any(_images(group) > 1 for group in mixed):
        severity = "major"
        why = "two versions serve at once; migrations may have run, and nodes of different images form no cluster"
    elif mixed:
        why = "some machines missed the newest release: its secrets and settings are not theirs"
    elif hanging:
        why = f"a deploy begun more than {lasting(DEPLOY_S)} ago has not ended"
    elif broken:
        severity = "minor" if newest is None or newest.at is None or fleet.recent(newest.at, DAY_S) else "info"
        why = "the newest release is not what runs well, yet new machines may be given its image"
    else:
        why = "the release reports success, but these machines went back to, or stayed on, another image"
    yield _finding(
        fleet,
        "half_done_deploy",
        severity,
        [m for group in mixed for m in group] or behind or leased,
        "; ".join(parts) + (f"; leased by {leased[0].leased_by}" if leased else ""),
        why,
        at=newest.at if newest is not None else None,
        action="let it end" if severity == "info" else "bring all machines to one image",
        command=_deploy(fleet, newest, mixed),
    )


def _split(group: tuple[Machine, ...]) -> bool:
    return _images(group) > 1 or len({m.release for m in group if m.release is not None}) > 1


def _images(group: tuple[Machine, ...]) -> int:
    return len({m.image.name for m in group if m.image.name})


def _spread(group: tuple[Machine, ...]) -> str:
    """Which machines of a group are on what: by image where these differ, else by release."""
    on: dict[str, list[str]] = defaultdict(list)
    by_image = _images(group) > 1
    for m in group:
        on[m.image.name if by_image else f"v{m.release}"].append(m.id)
    return "; ".join(f"{names(ids)} on {what or 'an unknown image'}" for what, ids in sorted(on.items()))


def _deploy(fleet: Fleet, newest: Release | None, mixed: list[tuple[Machine, ...]]) -> str:
    """The command that brings all machines to the newest complete release; else the one that lists releases."""
    complete = [r for r in fleet.fly.releases or () if r.status == "complete" and r.image_ref]
    target = max(complete, key=lambda r: r.version, default=None)
    if fleet.deploying() or target is None or not (mixed or target is newest):
        return f"fly releases{fleet.flag} --image"
    return f"fly deploy{fleet.flag} --image {shlex.quote(target.image_ref)} --yes"


def leased(fleet: Fleet) -> Iterator[Finding]:
    """Machines that somebody holds, though no deploy is going on."""
    held = [m for m in fleet.machines if m.leased_by]
    if held and not fleet.deploying():
        yield _finding(
            fleet,
            "leased",
            "info",
            held,
            f"{number(len(held), 'machine')} leased by {held[0].leased_by}",
            "while a lease is held nobody else can change or start the machine; it runs out by itself",
            command=f"fly machine leases view {held[0].id}{fleet.flag}",
        )


def oom(fleet: Fleet) -> Iterator[Finding]:
    """Killed for its memory: twice or more within an hour is a loop."""
    for m in fleet.machines:
        kills = fleet.kills(m)
        if not kills and fleet.latest("exit_oom", m.id):
            yield _killed(fleet, m, "oom", "killed for its memory within the last hour", None)
        elif len(kills) == 1:
            yield _killed(fleet, m, "oom", "killed once for its memory", kills[0])
        elif kills:
            figure = f"killed {len(kills)} times for its memory within {lasting(kills[-1] - kills[0])}"
            yield _killed(fleet, m, "oom_loop", figure, kills[-1])


def _killed(fleet: Fleet, m: Machine, kind: FindingKind, figure: str, at: float | None) -> Finding:
    restarts = next((e.restarts for _, e in fleet.exits(m) if e.oom), 0)
    size = f", it has {m.memory_mb} MB" if m.memory_mb else ""
    again = f", restart count {restarts}" if restarts else ""
    group = f" -g {m.group}" if m.group else ""
    return _finding(
        fleet,
        kind,
        "major" if kind == "oom_loop" else "minor",
        (m,),
        figure + size + again,
        "the kernel kills the node when memory is used up: every request, socket and job on it is lost",
        at=at,
        action="give it more memory for now, and find what grows",
        command=f"fly scale memory {2 * m.memory_mb}{group}{fleet.flag}" if m.memory_mb else _status(fleet, m),
    )


def crash_loop(fleet: Fleet) -> Iterator[Finding]:
    """What flyctl calls a crash loop (superfly/flyctl `internal/machine/leasable_machine.go`), if it is of late."""
    for m in fleet.machines:
        at, ended = next(iter(fleet.exits(m)), (None, Exit()))
        loops = not ended.requested and ended.restarting and ended.restarts > 1 and ended.code != 0
        if loops and not ended.oom and (fleet.recent(at) or m.state != "started"):
            yield _finding(
                fleet,
                "crash_loop",
                "major",
                (m,),
                f"exit code {ended.code}, started again {ended.restarts} times",
                "it ends by itself soon after each start; after 10 restarts in 5 minutes Fly leaves it stopped",
                at=at,
                action="read its last words",
                command=f"fly logs{fleet.flag} --instance {m.id} -n",
            )


def gave_up(fleet: Fleet) -> Iterator[Finding]:
    """Machines that lie still because they failed: out of restarts, not restarted, or never come up."""
    for m in fleet.machines:
        if m.state == "failed":
            yield _still(fleet, m, "failed", "state failed", "Fly could not bring it up", None)
            continue
        if m.state != "stopped":
            continue
        at, ended = next(iter(fleet.exits(m)), (None, None))
        if ended is None or ended.requested or ended.restarting:
            continue
        limit = max((int(e.detail) for _, e in fleet.case.events("gave_up", m.id) if e.detail), default=ended.restarts)
        if ended.code or ended.oom or ended.signal:
            tries = f" after {number(limit, 'restart')}" if limit else ""
            how = "killed for its memory" if ended.oom else f"exit code {ended.code}"
            yield _still(fleet, m, "gave_up", f"stopped{tries}: {how}", "Fly does not start it again by itself", at)
        else:
            yield _finding(
                fleet,
                "ended",
                "info",
                (m,),
                "exit code 0, without an order",
                "the application ended by itself, and Fly starts such a machine again only for a request",
                at=at,
            )


def _still(fleet: Fleet, m: Machine, kind: FindingKind, figure: str, why: str, at: float | None) -> Finding:
    return _finding(
        fleet,
        kind,
        "major",
        (m,),
        figure,
        why,
        at=at,
        action="read its last words, then start it",
        command=f"fly logs{fleet.flag} --instance {m.id} -n",
    )


def check_failing(fleet: Fleet) -> Iterator[Finding]:
    """Checks that fail on machines that run; the reason they give stands in no log."""
    by_check: dict[str, list[tuple[Machine, Check]]] = defaultdict(list)
    for m in fleet.machines:
        for check in m.checks:
            if fleet.up(m) and check.status == "critical" and not check.name.startswith(COMPAT):
                by_check[check.name].append((m, check))
    for name, rows in sorted(by_check.items()):
        sick = [m for m, _ in rows]
        peers = [m for m in fleet.machines if fleet.up(m) and m.group in {s.group for s in sick}]
        booting = all(_young(fleet, m) for m in sick)
        said = next((c.output.strip().split("\n", 1)[0] for _, c in rows if c.output.strip()), "")
        yield _finding(
            fleet,
            "check_failing",
            "info" if booting else "critical" if len(sick) == len(peers) else "major",
            sick,
            f"{name} fails on {len(sick)} of {number(len(peers), 'started machine')}{': ' + said if said else ''}",
            "it has just started" if booting else "Fly's proxy sends it no requests, and never restarts it for that",
            at=min((c.changed_at for _, c in rows if c.changed_at is not None), default=None),
            action="" if booting else "ask what the check asks, from inside the machine",
            command=f"fly checks list{fleet.flag}",
        )


def _young(fleet: Fleet, m: Machine) -> bool:
    return fleet.recent(fleet.started_at(m), BOOT_S)


def stuck(fleet: Fleet) -> Iterator[Finding]:
    """Machines in a state that should have passed."""
    for m in fleet.machines:
        times = [t for t in (m.updated_at, *(e.at for e in m.events[:1])) if t is not None]
        limit = STUCK_S.get(m.state)
        if limit is None or not times or fleet.now is None or fleet.now - max(times) <= limit:
            continue
        yield _finding(
            fleet,
            "stuck",
            "major",
            (m,),
            f"{m.state} for {lasting(fleet.now - max(times))}",
            f"this should be over within {lasting(limit)}",
            at=max(times),
            action="look at its events; Fly's support can free it",
            command=_status(fleet, m),
        )


def memory_pressure(fleet: Fleet) -> Iterator[Finding]:
    """Memory that is nearly used up, or will be soon if it grows on as it does."""
    for m in fleet.machines:
        used = fleet.memory(m.id)
        late = [value for at, value in used if fleet.recent(at, 300.0)]
        if not fleet.up(m) or len(late) < 3:
            continue
        left = _until_full(used)
        if min(late) < FULL and (late[-1] < FILLING or left is None):
            continue
        size = f" of {m.memory_mb} MB" if m.memory_mb else ""
        growth = f", full in {lasting(left)} if it grows on" if left is not None else ""
        yield _finding(
            fleet,
            "memory_pressure",
            "minor",
            (m,),
            f"{late[-1]:.0%}{size} in use{growth}",
            "when it is full the kernel kills the node",
            at=used[-1][0],
            action="find what grows before it is killed",
            command=f"smokejumper console {m.id}{fleet.flag}",
        )


def _until_full(used: list[tuple[float, float]]) -> float | None:
    """Seconds until memory is used up, where it has grown steadily for ten minutes and that is less than an hour."""
    if len(used) < 5 or used[-1][0] - used[0][0] < GROWING_S:
        return None
    times, shares = [at for at, _ in used], [share for _, share in used]
    mean_t, mean_s = sum(times) / len(times), sum(shares) / len(shares)
    across = sum((t - mean_t) * (s - mean_s) for t, s in used)
    spread_t, spread_s = sum((t - mean_t) ** 2 for t in times), sum((s - mean_s) ** 2 for s in shares)
    if across <= 0 or across**2 < STEADY * spread_t * spread_s:
        return None
    left = (1 - shares[-1]) * spread_t / across
    return left if left <= SOON_S else None


def throttled(fleet: Fleet) -> Iterator[Finding]:
    """Machines whose share of the CPU is used up, most of the time."""
    for m in fleet.machines:
        share = fleet.throttled(m.id)
        if share is None or share < THROTTLED or not fleet.up(m):
            continue
        busy = fleet.latest("cpu_busy", m.id)
        kind = " ".join(x for x in (m.cpu_kind, f"x{m.cpus}" if m.cpus else "") if x)
        yield _finding(
            fleet,
            "throttled",
            "minor",
            (m,),
            f"throttled in {share:.0%} of the last 10 min{f', CPU {busy:.0%} busy' if busy is not None else ''}",
            f"it wants more CPU than its size{f' ({kind})' if kind else ''} gives: all that runs on it is slow",
            action="find what is busy, or give it a larger size",
            command=f"fly scale show{fleet.flag}",
        )


def disk_full(fleet: Fleet) -> Iterator[Finding]:
    """File systems of which hardly anything is left."""
    for m in fleet.machines:
        used = fleet.latest("disk_used", m.id)
        if used is not None and used > FULL:
            yield _finding(
                fleet,
                "disk_full",
                "major" if used > 0.97 else "minor",
                (m,),
                f"{used:.0%} of its fullest file system in use",
                "writes fail when it is full; what lies on the root file system is gone after a restart",
                action="see what fills it",
                command=f'fly ssh console{fleet.flag} --machine {m.id} -C "df -h"',
            )


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
        if fleet.asked(m.id, begin) or others < ASKED or chance(0, others, share) >= CHANCE:
            continue
        yield _finding(
            fleet,
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


def chance(hits: int, total: int, share: float) -> float:
    """How probable it is at most that so many of all fall where that share of them belongs, or even more unlikely ones.

    Chernoff's bound, in the direction that was seen; exact for none and for all.
    """
    seen = hits / total
    divergence = sum(p * math.log(p / q) for p, q in ((seen, share), (1 - seen, 1 - share)) if p > 0)
    return math.exp(-total * divergence)


def cordoned(fleet: Fleet) -> Iterator[Finding]:
    """Machines that were taken out of routing by order."""
    out = [m for m in fleet.machines if m.cordoned and fleet.up(m)]
    if not out:
        return
    routed = [m for m in fleet.machines if fleet.up(m) and not m.cordoned and m.group in {o.group for o in out}]
    yield _finding(
        fleet,
        "cordoned",
        "info" if fleet.deploying() else "minor" if routed else "critical",
        out,
        f"{len(out)} of {number(len(out) + len(routed), 'started machine')} cordoned",
        "somebody, or a deploy, took it out of routing: it runs and gets no request",
        action="put it back if nobody means it so",
        command=f"fly machine uncordon {' '.join(m.id for m in out)}{fleet.flag}",
    )


def standby(fleet: Fleet) -> Iterator[Finding]:
    """A machine that runs because the one it stands by for failed."""
    for m in fleet.machines:
        if m.standby and m.state == "started":
            yield _finding(
                fleet,
                "standby",
                "info",
                (m,),
                "a standby runs",
                "Fly starts it when the host of the machine that it stands by for fails",
                at=fleet.started_at(m),
            )


def moved(fleet: Fleet) -> Iterator[Finding]:
    """Machines that Fly moved to another host: `launch`, `created`, by `flyd` (superfly/flyctl `machine/status.go`)."""
    for m in fleet.machines:
        for event in m.events:
            if (event.type, event.status, event.source) == ("launch", "created", "flyd") and fleet.recent(event.at):
                yield _finding(
                    fleet,
                    "moved",
                    "info",
                    (m,),
                    "moved to another host",
                    "Fly did this; its private address has changed",
                    at=event.at,
                )


def mixed_config(fleet: Fleet) -> Iterator[Finding]:
    """A minority of a group that has one image but another size or configuration than most."""
    for group in fleet.deployed():
        if len(group) < 3 or _split(group):
            continue
        size = _minority({m.id: _size(m) for m in group if m.memory_mb is not None})
        config = _minority({m.id: m.config_digest for m in group if m.config_digest})
        if size is None and config is None:
            continue
        ids, odd, most = size or config or ((), "", "")
        yield _finding(
            fleet,
            "mixed_config",
            "minor",
            [m for m in group if m.id in ids],
            f"{odd}, the others {most}" if size else f"{len(ids)} of {len(group)} configured differently",
            "it was changed by hand, or missed a change",
            action="compare its configuration with another's",
            command=f"fly machine status {ids[0]}{fleet.flag} -d",
        )


def _size(m: Machine) -> str:
    return f"{m.cpu_kind or 'CPU'} x{m.cpus or '?'} {m.memory_mb} MB"


def _minority(of: dict[str, str]) -> tuple[tuple[str, ...], str, str] | None:
    """Who differs from what more than half have, from what in what; None where all differ, or none does."""
    counts = Counter(of.values())
    most, n = max(counts.items(), key=lambda x: (x[1], x[0]), default=("", 0))
    odd = tuple(sorted(m for m, value in of.items() if value != most))
    return (odd, of[odd[0]], most) if odd and n >= 2 and 2 * n > len(of) else None


def _status(fleet: Fleet, m: Machine) -> str:
    return f"fly machine status {m.id}{fleet.flag}"


def _finding(
    fleet: Fleet,
    kind: FindingKind,
    severity: Level,
    machines: Iterable[Machine],
    figure: str,
    why: str,
    *,
    at: float | None = None,
    action: str = "",
    command: str = "",
) -> Finding:
    ids = tuple(sorted(m.id for m in machines))
    stamp = fleet.case.stamp(at)
    return Finding(
        kind=kind, severity=severity, machines=ids, figure=figure, why=why, at=stamp, action=action, command=command
    )


CONDITIONS: tuple[Condition, ...] = (
    host_problem,
    no_machine_started,
    oom,
    crash_loop,
    gave_up,
    check_failing,
    half_done_deploy,
    stuck,
    silent_machine,
    memory_pressure,
    disk_full,
    throttled,
    cordoned,
    mixed_config,
    leased,
    autostop,
    standby,
    moved,
)
