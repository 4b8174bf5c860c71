"""Small readings for tests of judgement: three healthy machines of a web application, and what may happen to them."""

from collections.abc import Iterable

from msgspec.structs import replace
from tests.reading import read

from smokejumper.causes.case import Case
from smokejumper.logs.layout import Layout
from smokejumper.logs.times import epoch, stamp
from smokejumper.model.digest import LogDigest
from smokejumper.model.fly import Check, Exit, FlyReading, Image, Machine, MachineEvent, Release, Series
from smokejumper.model.readings import Readings

A, B, C = "4d891b6fe12e1a", "4d891b6fe12e1b", "4d891b6fe12e1c"
NOW = epoch("2026-03-02T10:00:00Z") or 0.0
DAY = 86_400.0
OLD, NEW = "deployment-01KJAAAAAAAAAAAAAAAAAAAAAA", "deployment-01KJBBBBBBBBBBBBBBBBBBBBBB"
STEP_S = 30.0


def event(type_: str, ago: float, source: str = "user", status: str = "") -> MachineEvent:
    """Something that happened to a machine so many seconds ago."""
    return MachineEvent(type=type_, status=status, source=source, at=NOW - ago)


def ended(ago: float, **how: object) -> MachineEvent:
    """An end of a machine so many seconds ago."""
    how_ = replace(Exit(at=NOW - ago), **how)
    return MachineEvent(type="exit", status="stopped", source="flyd", at=NOW - ago, exit=how_)


def image(tag: str = NEW) -> Image:
    """An image in Fly's registry."""
    return Image(registry="registry.fly.io", repository="acme", tag=tag)


def machine(id_: str = A, **more: object) -> Machine:
    """A healthy machine that has run for a day; `more` is what differs."""
    healthy = Machine(
        id=id_,
        state="started",
        region="fra",
        group="app",
        image=image(),
        release=42,
        cpus=1,
        cpu_kind="shared",
        memory_mb=512,
        config_digest="c0ffee",
        updated_at=NOW - DAY,
        checks=(Check(name="servicecheck-00-http-8080", status="passing", changed_at=NOW - DAY),),
        events=(event("start", DAY), event("launch", DAY)),
    )
    return replace(healthy, **more)


def three(**more: object) -> tuple[Machine, Machine, Machine]:
    """Three machines alike."""
    return machine(A, **more), machine(B, **more), machine(C, **more)


def stopped(id_: str, *events: MachineEvent, **more: object) -> Machine:
    """A machine that lies still after these events."""
    return machine(id_, **{"state": "stopped", "checks": (), "events": events, **more})


def release(version: int = 42, ago: float = DAY, tag: str = NEW, **more: object) -> Release:
    """A complete release so many seconds ago."""
    ref = f"registry.fly.io/acme:{tag}"
    return replace(Release(version=version, at=NOW - ago, status="complete", user="jo", image_ref=ref), **more)


def fly(*machines: Machine, **more: object) -> FlyReading:
    """What Fly says of these machines; all parts were read."""
    told = FlyReading(at=NOW, machines=machines, releases=(release(),), secrets=(), host_issues=(), series=())
    return replace(told, **more)


def series(name: str, values: Iterable[float], machine_: str = "") -> Series:
    """A measurement every half minute, the last one now."""
    given = list(values)
    points = tuple((NOW - STEP_S * (len(given) - 1 - i), value) for i, value in enumerate(given))
    return Series(name=name, machine=machine_, points=points)


def memory(id_: str, shares: Iterable[float]) -> tuple[Series, Series]:
    """Shares of 512 MB in use."""
    used = list(shares)
    size = 512.0 * 2**20
    return series("memory_total", [size] * len(used), id_), series(
        "memory_available", [size * (1 - s) for s in used], id_
    )


def line(at: float, message: str, id_: str = A, provider: str = "app", level: str = "info") -> str:
    """A line of `fly logs`, a time in seconds before now."""
    return f"{stamp(NOW - at)[:19]}Z {provider}[{id_}] fra [{level}]{message}"


def requests(id_: str, count: int, status: int = 200, since: float = 600.0, until: float = 10.0) -> list[str]:
    """Requests of one machine, evenly spread over a time that ends so many seconds ago."""
    rows = []
    for i in range(count):
        at = since - (since - until) * i / max(1, count - 1)
        clock = stamp(NOW - at)[11:23]
        meta = f"{clock} request_id=F{id_[-1]}{status}{i:06d}AAAAAAAA [info] "
        rows += [line(at, f"{meta}GET /orders", id_), line(at, f"{meta}Sent {status} in 12ms", id_)]
    return rows


def error(id_: str, ago: float, text: str) -> list[str]:
    """An error in the log, of no request."""
    first, *more = text.split("\n")
    return [line(ago, f"{stamp(NOW - ago)[11:23]} [error] {first}", id_), *(line(ago, x, id_) for x in more)]


def case(reading: FlyReading | None = None, rows: Iterable[str] = (), **more: object) -> Case:
    """The case of what Fly says, lines of log in order of time, and other readings."""
    lines = sorted(rows, key=lambda row: row[:20])
    digest = read(("\n".join(lines) + "\n").encode(), Layout("fly_text")) if lines else LogDigest()
    return Case(digest, replace(Readings(fly=reading), **more))
