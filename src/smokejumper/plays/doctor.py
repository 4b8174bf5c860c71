"""Can the other commands see? Every source and right is tested at once; one that hangs costs its own line only."""

import asyncio
import importlib.util
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Literal, TypeVar

from smokejumper.clients import door, statuspage
from smokejumper.clients.fly import FlyClient
from smokejumper.clients.flyctl import Flyctl
from smokejumper.clients.git import Git
from smokejumper.clients.http import Http
from smokejumper.config import Endpoints, Token, find_tokens
from smokejumper.errors import InputError, SmokejumperError
from smokejumper.model.doctor import DoctorLine, DoctorReport
from smokejumper.plays.live import SKEW_S
from smokejumper.plays.running import run
from smokejumper.plays.target import Target, resolve
from smokejumper.sources import metrics
from smokejumper.sources.about import BY_ID
from smokejumper.sources.fly import DEADLINE_S, first_answer
from smokejumper.sources.project import find
from smokejumper.wording import number

REFUSED = ("unauthorized", "forbidden")
"""Kinds of an error that say: it is there, and you may not."""
LOGIN = "fly auth login"
READONLY = "fly tokens create readonly"
NOT_HERE = "this folder is not of the app that was named"
NAME_IT = "smokejumper doctor --app NAME"

T = TypeVar("T")
Test = Callable[[], Awaitable[str]]
"""Says what it found; raises a SmokejumperError, with what mends it, where it does not work."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """Something that is tested: what is not known without it, and what mends it where the error does not say."""

    name: str
    blinds: str
    mend: str
    test: Test
    optional: bool = False


def doctor(start: Path, *, env: str | None = None, app: str | None = None, environ: Mapping[str, str]) -> DoctorReport:
    """Test all that is asked about the target of a folder (see `resolve`); without one, what can be tested anyhow.

    Raises:
        InputError: a variable holds an address that may not be asked.
    """
    endpoints = Endpoints.from_environ(environ)
    chosen: Target | InputError
    try:
        chosen = resolve(start, env=env, app=app, environ=environ)
    except InputError as wrong:
        chosen = wrong
    target = chosen if isinstance(chosen, Target) else None
    tokens, notes = (target.tokens, target.notes) if target is not None else find_tokens(environ)
    lines = run(_examine(_here(start, chosen, tokens, named=app is not None), endpoints, target))
    return DoctorReport(
        app=target.environment.app if target is not None else None,
        environment=target.environment.name if target is not None else None,
        lines=lines,
        notes=notes,
    )


async def _examine(local: Iterable[Part], endpoints: Endpoints, target: Target | None) -> tuple[DoctorLine, ...]:
    async with Http() as http:
        fly, app = _Fly(http, target), target.environment.app if target is not None else "APP"
        parts = (
            *local,
            Part(name="token rights", blinds="which apps the token reaches", mend=READONLY, test=fly.rights),
            _of("machines API", "fly-machines", fly.machines, app),
            _of("logs", "fly-log", fly.logs, app),
            _of("releases", "fly-releases", fly.releases, app),
            _of("secrets", "fly-secrets", fly.secrets, app),
            _of("host problems", "fly-hosts", fly.host_problems, app),
            _of("metrics", "fly-metrics", fly.metrics, app),
            _of("Fly status page", "status-pages", lambda: _page(http, "fly", endpoints.fly_status)),
            _of("Supabase status page", "status-pages", lambda: _page(http, "supabase", endpoints.supabase_status)),
            _of("front door", "front-door", fly.front_door, app),
            _of("flyctl", "flyctl", _flyctl, optional=True),
            _of("live stream", "fly-stream", _stream, optional=True),
        )
        lines = await asyncio.gather(*map(tested, parts))
        clock = Part(
            name="clock",
            blinds="where on the timeline stands what is done from here",
            mend="timedatectl set-ntp true",
            test=lambda: _clock(http.skew(endpoints.api)),
        )
        return (*lines, await tested(clock))  # it is known from the answers


def _of(name: str, source: str, test: Test, app: str = "APP", *, optional: bool = False) -> Part:
    """The test of a source, in the words of `sources/about.py`."""
    about = BY_ID[source]
    by_hand = about.by_hand.format(app=app, org="ORG")
    return Part(name=name, blinds=about.blind, mend=by_hand or about.get, test=test, optional=optional)


async def tested(part: Part) -> DoctorLine:
    """What a test says within its deadline."""
    refused, hint = False, ""
    try:
        async with asyncio.timeout(DEADLINE_S):
            return DoctorLine(name=part.name, state="works", detail=await part.test())
    except TimeoutError:
        detail = f"no answer within {DEADLINE_S:g} s"
    except SmokejumperError as wrong:
        detail, hint = wrong.what.rstrip("."), wrong.hint
        refused = getattr(wrong, "kind", "") in REFUSED
    return DoctorLine(
        name=part.name,
        state="optional" if part.optional else "refused" if refused else "missing",
        detail=detail,
        blinds=part.blinds,
        mend=hint or part.mend,
    )


# ---- here


def _here(start: Path, chosen: Target | InputError, tokens: tuple[Token, ...], *, named: bool) -> Iterator[Part]:
    """What needs no answer from outside. The folder may be of another application, if an app was named."""
    elsewhere = named and isinstance(chosen, Target) and chosen.project is None
    yield Part(
        name="project",
        blinds="environments, the names of variables, and the lines around a failing frame",
        mend="start in the application's checkout",
        test=lambda: _project(None if elsewhere else start),
        optional=elsewhere,
    )
    yield Part(
        name="environment",
        blinds="whom all of this is about",
        mend=NAME_IT,
        test=lambda: _environment(chosen),
    )
    yield _of("git", "repo", lambda: _git(None if elsewhere else start), optional=elsewhere)
    yield Part(
        name="token",
        blinds="all that Fly says: it answers nobody without one",
        mend=LOGIN,
        test=lambda: _token(tokens),
    )


async def _project(start: Path | None) -> str:
    here = find(start) if start is not None else None
    if here is None:
        raise InputError("this folder is of no application" if start is not None else NOT_HERE)
    files = ", ".join(file.path for file in here.fly_files) or "no fly.toml"
    return f"{here.root} ({files})" + (f", OTP application {here.otp_app}" if here.otp_app else "")


async def _environment(chosen: Target | InputError) -> str:
    if isinstance(chosen, InputError):
        raise chosen
    return f"{chosen.environment.name}, the app {chosen.environment.app}"


async def _git(start: Path | None) -> str:
    if start is None:
        raise InputError(NOT_HERE)
    head = await Git(start).head()
    where = f"{head.branch or 'no branch'} at {head.commit[:12] or 'no commit yet'}"
    return where + (", with changes that are not committed" if head.dirty else "")


async def _token(tokens: tuple[Token, ...]) -> str:
    if not tokens:
        raise InputError("there is none in the environment, the key store or flyctl's login")
    token = tokens[0]
    kind = "made by `fly tokens create`" if token.kind == "macaroon" else "a login"
    return f"{token.source}, {kind}"


async def _flyctl() -> str:
    found = Flyctl.found()
    if found is None:
        raise InputError("it is not installed", BY_ID["flyctl"].get)
    return await found.version()


async def _stream() -> str:
    if importlib.util.find_spec("nats") is None:
        raise InputError("nats-py is not installed", "pipx inject smokejumper nats-py")
    return "nats-py is installed"


async def _clock(skew: float | None) -> str:
    if skew is None:
        raise InputError("Fly's clock is not known: it did not answer", "smokejumper doctor")
    told = f"{abs(skew):.0f} s {'behind' if skew > 0 else 'ahead of'} Fly's"
    if abs(skew) >= SKEW_S:
        raise InputError(told)
    return told if abs(skew) >= 1 else "as Fly's"


# ---- outside


class _Fly:
    """What Fly and the application answer."""

    def __init__(self, http: Http, target: Target | None) -> None:
        self._http = http
        self._target = target

    @property
    def _chosen(self) -> Target:
        if self._target is None:
            raise InputError("there is no app to ask about", NAME_IT)
        return self._target

    @cached_property
    def _clients(self) -> tuple[FlyClient, ...]:
        target = self._chosen
        if not target.tokens:
            raise InputError("there is no token", LOGIN)
        return tuple(FlyClient(self._http, target.environment.app, t, target.endpoints) for t in target.tokens)

    async def _ask(self, asked: Callable[[FlyClient], Awaitable[T]]) -> T:
        """With the first token that may, as the commands do."""
        return await first_answer([partial(asked, client) for client in self._clients], None)

    async def rights(self) -> str:
        client = self._clients[0]
        if self._chosen.token.kind == "oauth":
            return f"all that its user may do; `{READONLY}` makes one that only reads"
        rights = await client.rights()
        apps = ", ".join(rights.apps) or "all apps"
        of = f" of {', '.join(rights.organisations)}" if rights.organisations else ""
        return f"{apps}{of}" + (f", machine {rights.machine} only" if rights.machine else "")

    async def machines(self) -> str:
        machines = [machine for machine in await self._ask(FlyClient.machines) if not machine.special]
        return f"{number(len(machines), 'machine')}, {sum(machine.state == 'started' for machine in machines)} started"

    async def logs(self) -> str:
        entries = (await self._ask(lambda client: client.logs())).entries
        return f"the newest line is of {entries[-1].timestamp[:19]}" if entries else "no line of the last 24 hours"

    async def releases(self) -> str:
        releases = await self._ask(lambda client: client.releases())
        return f"the newest is v{releases[0].version}, {releases[0].status or 'state unknown'}" if releases else "none"

    async def secrets(self) -> str:
        return f"{number(len(await self._ask(FlyClient.secrets)), 'name')}, no values"

    async def host_problems(self) -> str:
        issues = await self._ask(FlyClient.host_issues)
        return f"{len(issues)}, the first: {issues[0].message}" if issues else "none"

    async def metrics(self) -> str:
        org = self._chosen.environment.org or (await self._ask(FlyClient.application)).org
        if not org:
            raise InputError("the organisation is not known", "set org in smokejumper.toml")
        name, end = "memory_total", time.time() + (self._http.skew(self._chosen.endpoints.api) or 0.0)
        query = metrics.queries(self._chosen.environment.app)[name]
        series = await self._ask(lambda c: c.series(org, query, name, end - 10 * metrics.STEP_S, end, metrics.STEP_S))
        return f"those of {number(len(series), 'machine')}"

    async def front_door(self) -> str:
        url = self._chosen.url
        if not url:
            hostname = (await self._ask(FlyClient.application)).hostname
            if not hostname:
                raise InputError("its address is not known", "set url in smokejumper.toml")
            url = f"https://{hostname}"
        probe = await door.knock(self._http, url, machine="", at=time.time())
        if probe.status is None:
            raise InputError(f"{url} does not answer: {probe.error}", f"curl -sS -o /dev/null {url}")
        return f"{url}: {probe.status}" + (f", {probe.ms:.0f} ms" if probe.ms is not None else "")


async def _page(http: Http, of: Literal["fly", "supabase"], url: str) -> str:
    page = await statuspage.page(http, of, url)
    return page.description or page.indicator
