"""The machines as judgement sees them: those that count, what they did lately, and what was measured of them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from smokejumper.causes.case import PROXY_ANSWERS, Case
from smokejumper.logs.events import CLIENT_ERRORS
from smokejumper.model.finding import Finding, FindingKind, Level
from smokejumper.model.fly import Exit, FlyReading, Machine, MachineEvent, Release

HOUR_S, DAY_S = 3600.0, 86_400.0
SAME_S = 30.0
"""How far apart Fly and the log may date one thing; of a kill the log tells twice, by the kernel and by init."""
DEPLOY_S = 900.0
"""How long a deploy may go on before it is called half done: three times `fly deploy --wait-timeout`, which is 5m."""
BOOT_S = 60.0
"""How long a machine that has just started may fail its checks, and be asked nothing."""
FINAL = ("destroyed", "replaced", "migrated")
"""States in which a machine is no more (superfly/docs `machines/machine-states`)."""
IDLE = ("stopped", "suspended")
COMPAT = "bg_deployments_compat"
"""What the names of checks begin with that flyctl leaves out (superfly/fly-go `machine_types.go`)."""


class Fleet:
    """The machines that count: neither special nor gone. Where Fly did not name them, those of the log.

    `now` is when Fly was read, else the log's last line; None where neither is known.
    """

    def __init__(self, case: Case, app: str | None = None) -> None:
        self.case = case
        self.fly = case.readings.fly or FlyReading(at=case.last or 0.0)
        self.now = case.readings.fly.at if case.readings.fly is not None else case.last
        self.flag = f" -a {app}" if app else ""
        self.known = self.fly.machines is not None
        told = self.fly.machines if self.fly.machines is not None else _logged(case)
        self.machines = tuple(sorted((m for m in told if not m.special and m.state not in FINAL), key=lambda m: m.id))
        self.newest = max(self.fly.releases or (), key=lambda r: r.version, default=None)
        self.errors = _errors(case)
        self._series = {(s.name, s.machine): s.points for s in self.fly.series or ()}

    # ---- which

    def up(self, machine: Machine) -> bool:
        """Does it run, or is nothing else known?"""
        return machine.state == "started" or not self.known

    def groups(self) -> Iterator[tuple[Machine, ...]]:
        """The machines of each process group, without those that stand by for others."""
        found: dict[str, list[Machine]] = defaultdict(list)
        for machine in self.machines:
            if not machine.standby:
                found[machine.group].append(machine)
        for _, machines in sorted(found.items()):
            yield tuple(machines)

    def deployed(self) -> Iterator[tuple[Machine, ...]]:
        """The groups that `fly deploy` looks after: a machine that was run by hand has no group."""
        return (machines for machines in self.groups() if machines[0].group)

    # ---- what happened

    def exits(self, machine: Machine) -> list[tuple[float | None, Exit]]:
        """How it ended, newest first, with the time."""
        return [(e.exit.at if e.exit.at is not None else e.at, e.exit) for e in machine.events if e.exit is not None]

    def crashes(self, machine: Machine) -> int:
        """How often it ended within the last hour without an order and not well."""
        return sum(
            not e.requested and (e.oom or e.code != 0 or e.signal != 0) and self.recent(at)
            for at, e in self.exits(machine)
        )

    def kills(self, machine: Machine) -> list[float]:
        """When it was killed for its memory within the last hour, by Fly's events and by the log."""
        times = [at for at, e in self.exits(machine) if e.oom] + [e.at for _, e in self.case.events("oom", machine.id)]
        found: list[float] = []
        for at in sorted(t for t in times if t is not None and self.recent(t)):
            if not found or at - found[-1] > SAME_S:
                found.append(at)
        return found

    def started_at(self, machine: Machine) -> float | None:
        """Since when it runs; None where it does not, or no event tells."""
        if machine.state != "started":
            return None
        return next((e.at for e in machine.events if e.type in ("start", "restart", "launch")), None)

    def autostopped(self, machine: Machine) -> bool:
        """Does it lie idle because Fly's proxy had no work for it?"""
        if machine.state not in IDLE:
            return False
        stop = last_event(machine, "stop", "suspend")
        if stop is not None and stop.source == "proxy":
            return True
        if any(e.detail == machine.id and _near(e.at, stop) for _, e in self.case.events("autostop")):
            return True
        ended = next((e for _, e in self.exits(machine)), None)
        return machine.autostop and (stop is None or stop.source != "user") and (ended is None or ended.requested)

    def recent(self, at: float | None, within: float = HOUR_S) -> bool:
        """Does a time lie within the last hour, or so many seconds?"""
        return at is not None and self.now is not None and at >= self.now - within

    def deploying(self) -> bool:
        """Is the newest release still on its way, and not for too long?"""
        return (
            self.newest is not None
            and self.newest.status in ("running", "pending")
            and (self.newest.at is None or self.recent(self.newest.at, DEPLOY_S))
        )

    def refused(self, since: float | None) -> int:
        """Requests that Fly's proxy answered with 5xx itself, in groups of which one came after that time."""
        return sum(
            g.span.count
            for g in self.case.digest.groups.values()
            if g.kind == "platform"
            and g.name in PROXY_ANSWERS
            and (since is None or (g.span.last is not None and g.span.last > since))
        )

    def asked(self, machine: str, since: float | None = None) -> int:
        """Requests that it answered, from that time on."""
        cell = self.case.total(machines=[machine])
        return cell.requests if since is None else sum(self.case.between(cell, since, None, i) for i in range(3))

    # ---- what was measured

    def points(self, name: str, machine: str = "", within: float = HOUR_S) -> list[tuple[float, float]]:
        """A measurement over the last seconds, oldest first; empty where there is none."""
        return [(at, value) for at, value in self._series.get((name, machine), ()) if self.recent(at, within)]

    def latest(self, name: str, machine: str, within: float = 300.0) -> float | None:
        """The newest value, if it is not older than that many seconds."""
        points = self.points(name, machine, within)
        return points[-1][1] if points else None

    def memory(self, machine: str, within: float = HOUR_S) -> list[tuple[float, float]]:
        """The share of its memory that is in use, over time."""
        total = dict(self.points("memory_total", machine, within))
        free = self.points("memory_available", machine, within)
        return [(at, 1 - value / total[at]) for at, value in free if total.get(at)]

    def throttled(self, machine: str) -> float | None:
        """The share of the measurements of the last ten minutes in which its CPU was throttled; None for too few."""
        points = self.points("cpu_throttle", machine, 600.0)
        return sum(value > 0 for _, value in points) / len(points) if len(points) >= 3 else None

    # ---- what is said of it

    def finding(
        self,
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
        """A finding about these machines; `at` is a time in seconds."""
        return Finding(
            kind=kind,
            severity=severity,
            machines=tuple(sorted(m.id for m in machines)),
            figure=figure,
            why=why,
            at=self.case.stamp(at),
            action=action,
            command=command,
        )


def _near(at: float | None, event: MachineEvent | None) -> bool:
    """Could the log's time and an event of Fly mean the same? A time that is not known denies nothing."""
    return event is None or at is None or event.at is None or abs(at - event.at) <= SAME_S


def last_event(machine: Machine, *types: str) -> MachineEvent | None:
    """Its newest event of these types."""
    return next((e for e in machine.events if e.type in types), None)


def failing(machine: Machine) -> list[str]:
    """The names of its checks that fail."""
    return [c.name for c in machine.checks if c.status == "critical" and not c.name.startswith(COMPAT)]


def runs(machine: Machine, release: Release) -> bool | None:
    """Is it on the release's image? None where either is unknown."""
    if not release.image or not machine.image.name:
        return None
    return release.image in (machine.image.tag, machine.image.digest)


def images(group: Iterable[Machine]) -> int:
    """On how many images these machines are; what is unknown is none."""
    return len({m.image.name for m in group if m.image.name})


def split(group: tuple[Machine, ...]) -> bool:
    """Are they on several images, or on several releases?"""
    return images(group) > 1 or len({m.release for m in group if m.release is not None}) > 1


def _logged(case: Case) -> tuple[Machine, ...]:
    return tuple(Machine(id=m, state="", region=case.regions.get(m, "")) for m in case.machines)


def _errors(case: Case) -> Counter[str]:
    """Errors of the application by machine: no warnings, nothing that the platform says, no answers with 4xx."""
    found: Counter[str] = Counter()
    for group in case.groups:
        if group.level != "warning" and group.kind != "platform" and group.type not in CLIENT_ERRORS:
            for (machine, _), span in case.places[group.signature].items():
                if machine:
                    found[machine] += span.count
    return found
