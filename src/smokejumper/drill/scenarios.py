"""Generated worlds, one for each thing that goes wrong on Fly without a line of the application's code.

All end at the same moment. Where nothing else is said, three machines of one image serve light traffic in two regions.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from smokejumper.drill.life import Life, born
from smokejumper.drill.pen import REFUSED, Pen
from smokejumper.drill.scenario import ORG, Door, Executed, Past, Scenario
from smokejumper.drill.surroundings import (
    DAY_S,
    DEPLOYER,
    MEMORY_MB,
    VERSION,
    fly_toml,
    grants,
    image,
    old_secrets,
    quiet_page,
)
from smokejumper.logs.times import epoch
from smokejumper.model.fly import Exit, HostIssue, Release, Secret, Series
from smokejumper.model.outside import StatusIncident
from smokejumper.sources.metrics import queries

NOW = epoch("2026-11-25T03:15:00Z") or 0.0
SPAN_S = 900.0
SINCE = NOW - SPAN_S
EVERY_S = 0.8
STEP_S = 15.0
"""Between two samples of a metric."""
APP = "shop-practice"
REGIONS = {"32874406a92e85": "iad", "5683920b7e1038": "iad", "90806d4ef47683": "fra"}
_MEMORY = MEMORY_MB * 1024 * 1024.0

Shape = Callable[[float], float]
"""A measurement as a function of time."""


def steady() -> Scenario:
    """All is well."""
    return _scenario("steady", _fleet())


def odd_machine() -> Scenario:
    """One machine has no CPU balance left, is throttled, and fails a third of its requests; the others are well."""
    fleet = _fleet()
    odd = fleet[1]
    onset = SINCE + 300.0
    pen = Pen()
    pen.traffic(fleet, SINCE, NOW, EVERY_S, fails=lambda life, at: life is odd and at > onset and int(at) % 3 == 0)
    odd.check(NOW - 60.0, "warning", "gateway timeout")
    worn = _measured(
        fleet,
        {
            "cpu_balance": {odd.machine.id: lambda at: min(500.0, max(0.0, onset - at))},
            "cpu_throttle": {odd.machine.id: lambda at: 0.6 if at > onset else 0.0},
            "cpu_busy": {odd.machine.id: lambda at: 0.97 if at > onset else 0.12},
            "http_5xx_app": {odd.machine.id: lambda at: 0.14 if at > onset else 0.0},
            "http_5xx_edge": {"": lambda at: 0.14 if at > onset else 0.0},
        },
    )
    return _scenario("odd_machine", fleet, pen, metrics=worn)


def deploy_going_on() -> Scenario:
    """A release has reached one machine, is at the second, which a lease holds, and not at the third."""
    return _deploy("deploy_going_on", broken_off=False)


def half_done_deploy() -> Scenario:
    """A release was broken off: one machine has it, the second was left stopped, the third has the old one."""
    return _deploy("half_done_deploy", broken_off=True)


def _deploy(name: str, *, broken_off: bool) -> Scenario:
    fleet = _fleet()
    at = NOW - 120.0
    new, version = image(APP, "new"), VERSION + 1
    done, doing, waiting = fleet
    pen = Pen()
    pen.traffic(fleet, SINCE, at, EVERY_S)
    for life, reached in ((done, at), (doing, at + 60.0)):
        life.change(reached, leased_by=DEPLOYER)
        life.update(reached, new, version)
        pen.pull(reached, life)
        pen.stop(reached + 3.0, life)
        life.exit(reached + 4.0, Exit(requested=True), state="replacing")
    pen.boot(at + 5.0, done)
    done.start(at + 5.5, "user")
    done.check(at + 20.0, "passing", "200 OK")
    pen.check(at + 20.0, done, passes=True)
    done.change(at + 20.0, leased_by="")
    pen.traffic([done, waiting], at + 25.0, NOW, EVERY_S)
    statuses = [(at, "running")]
    if broken_off:
        statuses.append((NOW - 30.0, "interrupted"))
        doing.change(NOW - 30.0, state="stopped", leased_by="")
    return _scenario(name, fleet, pen, releases={version: _release(version, new.ref, statuses)})


def host_problem() -> Scenario:
    """The host of one machine cannot be reached; Fly says so to those who ask, and on no public page."""
    fleet = _fleet()
    lost = fleet[2]
    at = NOW - 400.0
    pen = Pen()
    pen.traffic(fleet, SINCE, at, EVERY_S)
    pen.traffic(fleet[:2], at, NOW, EVERY_S)
    for attempt in range(20):
        pen.proxy(at + attempt * 10.0, lost, "[PU03] unreachable worker host. this is a Fly issue.")
    lost.change(at, host_status="unreachable")
    issue = HostIssue(
        id="HI-1042",
        message="One of the hosts that your machines run on is unreachable. We are working on it.",
        created_at=at + 60.0,
        updated_at=NOW - 120.0,
    )
    return _scenario("host_problem", fleet, pen, host_issues=(issue,))


def autostop() -> Scenario:
    """Fly's proxy stopped a machine that was not needed: no fault at all."""
    fleet = _fleet(autostop=True)
    idle = fleet[1]
    at = NOW - 300.0
    pen = Pen()
    pen.traffic(fleet, SINCE, at, EVERY_S)
    pen.proxy(
        at,
        idle,
        f"App {APP} has excess capacity, autostopping machine {idle.machine.id}. 2 out of 3 machines left running "
        "(region=iad, process group=app)",
        level="info",
    )
    idle.event(at, "stop", "stopping", "proxy")
    pen.stop(at, idle)
    idle.exit(at + 1.0, Exit(requested=True))
    pen.traffic([fleet[0], fleet[2]], at + 2.0, NOW, EVERY_S)
    return _scenario("autostop", fleet, pen)


def oom_loop(*, kills: int = 5) -> Scenario:
    """One machine grows until the kernel kills it, is started again, and grows again."""
    fleet = _fleet()
    hungry = fleet[0]
    period = (SPAN_S - 60.0) / kills
    pen = Pen()
    pen.traffic(fleet[1:], SINCE, NOW, EVERY_S)
    for kill in range(kills):
        begin, end = SINCE + kill * period, SINCE + (kill + 1) * period
        pen.traffic([hungry], begin + 8.0, end - 2.0, EVERY_S * 3)
        pen.oom(end, hungry, MEMORY_MB * 820)
        hungry.exit(end, Exit(code=137, signal=9, oom=True, restarting=True, restarts=kill + 1))
        pen.check(end + 0.8, hungry, passes=False)
        hungry.check(end + 0.8, "critical", "connect: connection refused")
        pen.proxy(end + 1.0, hungry, f"[PC01] {REFUSED}")
        pen.boot(end + 1.2, hungry)
        hungry.start(end + 1.7, "flyd")
        pen.check(end + 7.0, hungry, passes=True)
        hungry.check(end + 7.0, "passing", "200 OK")
    sawtooth = _measured(
        fleet,
        {
            "memory_available": {
                hungry.machine.id: lambda at: _MEMORY * (0.6 - 0.58 * (max(0.0, at - SINCE) % period) / period)
            },
            "exit_oom": {hungry.machine.id: lambda at: 1.0 if at > SINCE + period else 0.0},
        },
    )
    return _scenario("oom_loop", fleet, pen, metrics=sawtooth)


def no_machine_started() -> Scenario:
    """Every machine used up its restarts; the proxy finds nobody to ask."""
    fleet = _fleet()
    at = NOW - 300.0
    pen = Pen()
    pen.traffic(fleet, SINCE, at, EVERY_S)
    for place, life in enumerate(fleet):
        down = at + place
        for restart in range(1, 11):
            died = down + restart * 2.0
            again = restart < 10
            pen.line(died, life, " INFO Main child exited normally with code: 1")
            life.exit(died, Exit(code=1, restarting=again, restarts=restart))
            if restart == 1:
                pen.check(died + 0.4, life, passes=False)
                life.check(died + 0.4, "critical", "connect: connection refused")
            if again:
                pen.boot(died + 0.5, life)
                life.start(died + 1.0, "flyd")
        pen.runner(down + 20.5, life, "machine has reached its max restart count of 10")
    for attempt in range(30):
        pen.proxy(
            at + 30.0 + attempt * 5.0,
            fleet[0],
            "[PR03] could not find a good candidate within 40 attempts at load balancing. "
            f"last error: [PC01] {REFUSED}",
        )
    return _scenario("no_machine_started", fleet, pen)


def empty_logs() -> Scenario:
    """Machines run, nobody asks them for anything, and not one line is in the log."""
    fleet = _fleet()
    unasked = _measured(fleet, {"http_edge": {"": lambda _: 0.0}})
    return _scenario("empty_logs", fleet, Pen(), metrics=unasked)


def silent_machine() -> Scenario:
    """One machine was taken out of the proxy's routing and gets no requests."""
    fleet = _fleet()
    silent = fleet[2]
    at = SINCE + 60.0
    silent.event(at, "cordon", "started", "user")
    silent.change(at, cordoned=True)
    pen = Pen()
    pen.traffic(fleet, SINCE, at, EVERY_S)
    pen.traffic(fleet[:2], at, NOW, EVERY_S)
    return _scenario("silent_machine", fleet, pen)


def changed_secret() -> Scenario:
    """A secret was set anew ten minutes ago; since then every machine fails half of its requests."""
    fleet = _fleet()
    at = NOW - 600.0
    pen = Pen()
    pen.traffic(fleet, SINCE, NOW, EVERY_S, fails=lambda _life, when: when > at + 30.0 and int(when) % 2 == 0)
    first, *others = old_secrets(SINCE)
    anew: Secret = msgspec.structs.replace(first, digest="c0ffee0123456789", updated_at=at)
    version = VERSION + 1
    for place, life in enumerate(fleet):
        reached = at + place * 8.0
        life.update(reached, life.machine.image, version)
        pen.stop(reached, life)
        life.exit(reached + 1.0, Exit(requested=True), state="replacing")
        pen.boot(reached + 2.0, life)
        life.start(reached + 2.5, "user")
    releases = {version: _release(version, fleet[0].machine.image.ref, [(at, "running"), (at + 40.0, "complete")])}
    return _scenario("changed_secret", fleet, pen, releases=releases, secrets=(anew, *others))


def platform_incident() -> Scenario:
    """Fly's status page tells of an incident in one region, and Supabase's of one that is over."""
    at = NOW - 500.0
    fly = msgspec.structs.replace(
        quiet_page("fly", NOW),
        indicator="major",
        description="Partial System Outage",
        degraded=("FRA - Frankfurt (partial_outage)",),
        incidents=(
            StatusIncident(
                id="fly-1",
                name="Network trouble in FRA",
                status="identified",
                impact="major",
                components=("FRA - Frankfurt",),
                started_at=at,
                updated_at=NOW - 60.0,
                latest="The cause has been identified and a fix is being made.",
                link="https://status.flyio.net/incidents/fly-1",
            ),
        ),
    )
    supabase = msgspec.structs.replace(
        quiet_page("supabase", NOW),
        incidents=(
            StatusIncident(
                id="supabase-1",
                name="Elevated errors of Auth",
                status="resolved",
                impact="minor",
                components=("Auth",),
                started_at=NOW - 7200.0,
                updated_at=NOW - 3600.0,
                resolved_at=NOW - 3600.0,
                latest="This incident has been resolved.",
            ),
        ),
    )
    return msgspec.structs.replace(_scenario("platform_incident", _fleet()), fly_status=fly, supabase_status=supabase)


ALL: Mapping[str, Callable[[], Scenario]] = {
    build.__name__: build
    for build in (
        steady,
        odd_machine,
        deploy_going_on,
        half_done_deploy,
        host_problem,
        autostop,
        oom_loop,
        no_machine_started,
        empty_logs,
        silent_machine,
        changed_secret,
        platform_incident,
    )
}
"""By name."""


# ---- what they are made of


def _fleet(*, autostop: bool = False) -> list[Life]:
    """The machines, as they were before anything happened."""
    before = image(APP, "before")
    return [born(id_, region, before, SINCE, autostop=autostop) for id_, region in REGIONS.items()]


def _scenario(
    name: str,
    fleet: Sequence[Life],
    pen: Pen | None = None,
    *,
    releases: Mapping[int, Past[Release]] | None = None,
    secrets: tuple[Secret, ...] | None = None,
    host_issues: tuple[HostIssue, ...] = (),
    metrics: Mapping[str, tuple[Series, ...]] | None = None,
) -> Scenario:
    """A world; without a pen its machines serve ordinary traffic."""
    if pen is None:
        pen = Pen()
        pen.traffic(fleet, SINCE, NOW, EVERY_S)
    before = SINCE - DAY_S
    first = _release(VERSION, image(APP, "before").ref, [(before - 60.0, "running"), (before, "complete")])
    return Scenario(
        name=name,
        app=APP,
        now=NOW,
        entries=pen.entries,
        machines={life.machine.id: life.past for life in fleet},
        releases={VERSION: first} | dict(releases or {}),
        configs={VERSION: fly_toml(APP)},
        secrets=old_secrets(SINCE) if secrets is None else secrets,
        host_issues=host_issues,
        metrics=_measured(fleet, {}) if metrics is None else metrics,
        fly_status=quiet_page("fly", NOW),
        supabase_status=quiet_page("supabase", NOW),
        door=Door(),
        grants=grants(ORG, APP),
        executed={"machine.sh": {"": _HALF_FULL}},
    )


_HALF_FULL = Executed(
    "disk 8154588 3842104 /\n"
    "memory MemTotal 481120\nmemory MemAvailable 288672\nmemory SwapTotal 524284\nmemory SwapFree 524284\n"
    "load 0.08 0.05 0.01\nuptime 86400\n"
)


def _release(version: int, image_ref: str, statuses: Iterable[tuple[float, str]]) -> Past[Release]:
    """A release that had one status after the other."""
    at_first = list(statuses)
    return tuple(
        (
            at,
            Release(
                id=f"release-{version}",
                version=version,
                status=status,
                description="Release",
                user=DEPLOYER,
                image_ref=image_ref,
                at=at_first[0][0],
            ),
        )
        for at, status in at_first
    )


_USUAL: Mapping[str, Shape] = {
    "memory_available": lambda _: _MEMORY * 0.6,
    "memory_total": lambda _: _MEMORY,
    "cpu_busy": lambda _: 0.12,
    "cpu_throttle": lambda _: 0.0,
    "cpu_balance": lambda _: 500.0,
    "load": lambda _: 0.1,
    "disk_used": lambda _: 0.47,
    "exit_oom": lambda _: 0.0,
    "http_5xx_app": lambda _: 0.0,
}
"""Of each machine."""
_WHOLE: Mapping[str, Shape] = {"http_edge": lambda _: 1 / EVERY_S, "http_5xx_edge": lambda _: 0.0}
"""Of the application."""


def _measured(fleet: Sequence[Life], unusual: Mapping[str, Mapping[str, Shape]]) -> Mapping[str, tuple[Series, ...]]:
    """Measurements of an hour by query.

    What is not usual stands by name, and by machine (or `` for the application).
    """
    asked = queries(APP)
    of_machines = {
        asked[name]: tuple(_series(name, unusual.get(name, {}).get(life.machine.id, usual), life) for life in fleet)
        for name, usual in _USUAL.items()
    }
    of_all = {asked[name]: (_series(name, unusual.get(name, {}).get("", usual)),) for name, usual in _WHOLE.items()}
    return of_machines | of_all


def _series(name: str, shape: Shape, life: Life | None = None) -> Series:
    """The samples of the last hour; a machine gives none while it does not run, or nobody can reach it."""
    times = [NOW - 3600.0 + i * STEP_S for i in range(int(3600 / STEP_S) + 1)]
    if life is None:
        return Series(name=name, points=tuple((at, shape(at)) for at in times))
    ran = {at for at in times if (was := life.at(at)).state == "started" and was.host_status == "ok"}
    return Series(
        name=name,
        machine=life.machine.id,
        labels={"region": life.machine.region},
        points=tuple((at, shape(at)) for at in times if at in ran),
    )
