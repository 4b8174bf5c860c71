"""The live sources, asked at the same time: logs, Fly, status pages, the front door, the repository.

Each has its own deadline; what fails is a gap. What was read becomes the same `Inputs` that a saved bundle gives.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from smokejumper import bundle
from smokejumper.causes.case import Case
from smokejumper.clients import door, nats, statuspage
from smokejumper.clients.fly import FlyClient
from smokejumper.clients.flyctl import Flyctl
from smokejumper.clients.git import Git
from smokejumper.clients.http import Http
from smokejumper.masking import mask
from smokejumper.model.entry import LogEntry
from smokejumper.model.fly import FlyReading, Release
from smokejumper.model.outside import Probe, StatusPage
from smokejumper.model.readings import Readings
from smokejumper.model.repo import RepoReading
from smokejumper.model.verdict import Gap, Verdict
from smokejumper.plays.gather import digest_of
from smokejumper.plays.livelog import Judge, LiveLog
from smokejumper.plays.running import run
from smokejumper.plays.target import Target
from smokejumper.sources import fly, inside as machines_inside, repo
from smokejumper.sources.about import BY_ID
from smokejumper.sources.files import Inputs, live_log
from smokejumper.sources.fly import DEADLINE_S, within
from smokejumper.sources.selection import moment
from smokejumper.triage import triage

SKEW_S = 30.0
"""Clocks that lie further apart put what is done here at a wrong place of the timeline."""
MACHINES_KNOCKED = 8

Tick = Callable[[Verdict], None]
Wanted = Literal["all", "log", "inside"]
"""All sources; the log alone; or all, and the machines themselves where Fly's metrics cannot be read."""


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What is asked of live sources."""

    target: Target
    wanted: Wanted = "all"
    since: str | None = None
    """How far back the log is read: an age, or a time."""
    follow_s: float | None = None
    """For how long it is followed from there."""
    tick: Tick | None = None
    """Is given each verdict on the way."""
    deadline_s: float = DEADLINE_S
    """For each source; the log goes on as long as each page comes within it."""


def read(ask: Ask) -> Inputs:
    """What live sources say.

    Raises:
        InputError: `since` cannot be understood.
    """
    if ask.since:
        moment(ask.since, time.time())
    return run(_read(ask))


def save(inputs: Inputs, path: Path) -> None:
    """Write what live sources said as a bundle.

    Raises:
        InputError: it cannot be written there.
    """
    head = bundle.Head(app=inputs.app, environment=inputs.environment, readings=inputs.readings)
    bundle.write(path, head, b"".join(log.data or b"" for log in inputs.logs))


async def _read(ask: Ask) -> Inputs:
    app, endpoints = ask.target.environment.app, ask.target.endpoints
    async with Http() as http:

        def skew() -> float | None:
            told = (http.skew(endpoints.api), http.skew(endpoints.machines))
            return next((each for each in told if each is not None), None)

        def now() -> float:
            return time.time() + (skew() or 0.0)

        clients = [FlyClient(http, app, token, endpoints) for token in ask.target.tokens or (ask.target.token,)]
        log = LiveLog(clients, Flyctl.found(), now, _judge(ask), ask.deadline_s)
        if ask.wanted == "log":
            await log.read(ask.since)
            readings = Readings()
        else:
            readings = await _all(ask, http, clients, log)
        gaps = (*log.gaps, *readings.gaps, *_clock(skew()))
    data = log.data
    return Inputs(
        logs=[live_log(data, "fly")] if data else [],
        readings=msgspec.structs.replace(readings, gaps=gaps),
        notes=list(ask.target.notes),
        live=True,
        app=app,
        environment=ask.target.environment.name,
    )


async def _all(ask: Ask, http: Http, clients: Sequence[FlyClient], log: LiveLog) -> Readings:
    """Read the log, and at the same time what all others say; the gaps are those of the others."""
    target, now, deadline_s = ask.target, log.now, ask.deadline_s
    until = time.monotonic() + deadline_s
    async with asyncio.TaskGroup() as tasks:
        reading_log = tasks.create_task(log.read(ask.since))
        asking_pages = tasks.create_task(_pages(http, target, deadline_s))
        said, gaps = await fly.read(clients, log.flyctl, org=target.environment.org, now=now, deadline_s=deadline_s)
        if ask.wanted == "inside" and said.series is None and said.machines:
            series, more = await machines_inside.read(clients, said.machines, now(), deadline_s)
            said, gaps = msgspec.structs.replace(said, series=series or None), [*gaps, *more]
        knocking = tasks.create_task(_knock(http, _front_door(target, said), said, now, until))
        await reading_log
        looking = tasks.create_task(_repo(target, said.releases or (), log.verdict, deadline_s))
        if ask.follow_s:
            await log.follow(ask.follow_s, _stream(target, said))
        pages, page_gaps = await asking_pages
        probes = await knocking
        checkout, repo_gaps = await looking
    nothing = all(getattr(said, part) is None for part in FlyReading.__struct_fields__ if part != "at")
    return Readings(
        fly=None if nothing else said,
        pages=pages,
        probes=probes,
        repo=checkout,
        gaps=(*gaps, *page_gaps, *repo_gaps),
    )


def _judge(ask: Ask) -> Judge:
    """Judges the log alone, on the way."""
    environment = ask.target.environment

    def judge(data: bytes) -> Verdict:
        case = Case(digest_of([live_log(data, "fly")]), Readings())
        verdict = triage(case, ("log",), environment.app, environment.name)
        if ask.tick is not None:
            ask.tick(verdict)
        return verdict

    return judge


def _stream(target: Target, said: FlyReading) -> AsyncIterator[LogEntry] | None:
    """Fly's live stream of the log, where its address is set; it lies within the private network."""
    org = target.environment.org or (said.app.org if said.app is not None else "")
    return nats.follow(target.stream, org, target.environment.app, target.token) if target.stream and org else None


async def _pages(http: Http, target: Target, deadline_s: float) -> tuple[tuple[StatusPage, ...], list[Gap]]:
    gaps: list[Gap] = []
    source, app = BY_ID["status-pages"], target.environment.app
    found = await asyncio.gather(
        within(deadline_s, statuspage.page(http, "fly", target.endpoints.fly_status), source, gaps, app),
        within(deadline_s, statuspage.page(http, "supabase", target.endpoints.supabase_status), source, gaps, app),
    )
    return tuple(page for page in found if page is not None), gaps


def _front_door(target: Target, said: FlyReading) -> str:
    """The address that was set, that Fly knows, or else that every app has."""
    hostname = said.app.hostname if said.app is not None else ""
    return target.url or f"https://{hostname or f'{target.environment.app}.fly.dev'}"


async def _knock(http: Http, url: str, said: FlyReading, now: Callable[[], float], until: float) -> tuple[Probe, ...]:
    """One GET of the front door, and one for each started machine, as far as there is time."""
    left = max(1.0, until - time.monotonic())

    async def knock(machine: str) -> Probe:
        at = now()
        try:
            async with asyncio.timeout(left):
                return await door.knock(http, url, machine=machine, at=at)
        except TimeoutError:
            return Probe(url=mask(url), machine=machine, error=f"timeout: no answer within {left:.1f} s", at=at)

    started = [m.id for m in said.machines or () if m.state == "started" and not m.special][:MACHINES_KNOCKED]
    return tuple(await asyncio.gather(*map(knock, ("", *started))))


async def _repo(
    target: Target, releases: tuple[Release, ...], verdict: Verdict | None, deadline_s: float
) -> tuple[RepoReading | None, list[Gap]]:
    """The repository, where there is one; after the log, which says whose line to look for."""
    if target.project is None or target.project.git_root is None:
        return None, []
    frames = tuple(
        (frame.file, frame.line)
        for cause in (verdict.causes if verdict is not None else ())
        if (frame := cause.culprit_frame) is not None and frame.file and frame.line
    )
    gaps: list[Gap] = []
    told = await within(
        deadline_s,
        repo.read(Git(target.project.git_root), releases, frames),
        BY_ID["repo"],
        gaps,
        target.environment.app,
    )
    return (told[0], [*gaps, *told[1]]) if told is not None else (None, gaps)


def _clock(skew: float | None) -> list[Gap]:
    if skew is None or abs(skew) < SKEW_S:
        return []
    which = "behind" if skew > 0 else "ahead of"
    return [
        Gap(
            "clock",
            f"this machine's clock is {abs(skew):.0f} s {which} Fly's; Fly's is taken",
            "times of things that are done here",
            "timedatectl set-ntp true",
        )
    ]
