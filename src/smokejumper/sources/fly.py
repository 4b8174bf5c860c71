"""What is asked of Fly about an application, and the reading it becomes; each part that fails is a gap of its own."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

import msgspec

from smokejumper.clients.fly import FlyClient
from smokejumper.clients.flyctl import Flyctl
from smokejumper.clients.http import ClientError
from smokejumper.model.fly import App, FlyReading, Machine, Release, Series
from smokejumper.model.verdict import Gap
from smokejumper.sources import metrics
from smokejumper.sources.about import BY_ID, Source

DEADLINE_S = 3.5
"""For each part: a source that hangs costs its own part, and no more time than this."""
NO_RIGHT = frozenset(("unauthorized", "forbidden", "not_found"))
"""How a token is refused that another one may not be: a deploy token is, on the log."""
REFUSED = NO_RIGHT | {"dns", "refused", "tls", "unreachable"}
"""How HTTP is refused in a way that flyctl, with its own login and network, may not be."""

UNDER_WAY = frozenset(("running", "pending"))
PASSING = frozenset(("starting", "stopping", "restarting", "updating", "replacing", "destroying"))
LEASE_S, LEASES = 1.0, 12
"""Seconds for a lease, and how many machines are asked about."""

T = TypeVar("T")


async def within(seconds: float, asked: Awaitable[T], source: Source, gaps: list[Gap], app: str) -> T | None:
    """What a source says within its deadline; None and a gap where it does not."""
    try:
        async with asyncio.timeout(seconds):
            return await asked
    except TimeoutError:
        gaps.append(source.gap(f"no answer within {seconds:g} s", app))
    except ClientError as wrong:
        gaps.append(source.gap(wrong.what, app, wrong.hint))
    return None


async def first_answer(
    by_token: Sequence[Callable[[], Awaitable[T]]], by_flyctl: Callable[[], Awaitable[T]] | None
) -> T:
    """What Fly says over HTTP, asked with each token until one may see it; where all are refused, what flyctl says.

    Raises:
        ClientError: nothing says anything; the words are those of the first.
    """
    first: ClientError | None = None
    for ask in by_token:
        try:
            return await ask()
        except ClientError as wrong:
            first = first or wrong
            if wrong.kind not in NO_RIGHT:
                break
    assert first is not None  # noqa: S101 - there is a token, if an empty one
    if by_flyctl is not None and first.kind in REFUSED:
        with contextlib.suppress(ClientError):
            return await by_flyctl()
    raise first


async def read(
    clients: Sequence[FlyClient],
    flyctl: Flyctl | None,
    *,
    org: str,
    now: Callable[[], float],
    deadline_s: float = DEADLINE_S,
) -> tuple[FlyReading, list[Gap]]:
    """What Fly says of an app, all asked at once, and the gaps.

    `clients` has one for each token, `now` is Fly's clock, `deadline_s` for each part.
    """
    gaps: list[Gap] = []
    app = clients[0].app

    async def ask(
        id_: str,
        asked: Callable[[FlyClient], Awaitable[T]],
        instead: Callable[[Flyctl, str], Awaitable[T]] | None = None,
    ) -> T | None:
        by_flyctl = partial(instead, flyctl, app) if flyctl is not None and instead is not None else None
        told = first_answer([partial(asked, client) for client in clients], by_flyctl)
        return await within(deadline_s, told, BY_ID[id_], gaps, app)

    async def app_and_series() -> tuple[App | None, tuple[Series, ...] | None]:
        said = await ask("fly-app", FlyClient.application)
        where = org or (said.org if said is not None else "")
        if where:
            return said, await ask("fly-metrics", lambda client: _series(client, where, now()))
        gaps.append(BY_ID["fly-metrics"].gap("the organisation is not known", app, "smokejumper doctor"))
        return said, None

    (said, series), machines, releases, secrets, issues = await asyncio.gather(
        app_and_series(),
        ask("fly-machines", FlyClient.machines, Flyctl.machines),
        ask("fly-releases", FlyClient.releases, Flyctl.releases),
        ask("fly-secrets", FlyClient.secrets, Flyctl.secrets),
        ask("fly-hosts", FlyClient.host_issues, Flyctl.host_issues),
    )
    if machines is not None and _moving(machines, releases):
        machines = await _with_leases(clients[0], machines)
    reading = FlyReading(
        at=now(), app=said, machines=machines, releases=releases, secrets=secrets, host_issues=issues, series=series
    )
    return reading, sorted(gaps, key=lambda g: g.source)


def _moving(machines: tuple[Machine, ...], releases: tuple[Release, ...] | None) -> bool:
    """Is something under way that holds leases: a release that runs, a machine between two states?"""
    newest = max(releases or (), key=lambda r: r.version, default=None)
    return (newest is not None and newest.status in UNDER_WAY) or any(m.state in PASSING for m in machines)


async def _with_leases(client: FlyClient, machines: tuple[Machine, ...]) -> tuple[Machine, ...]:
    """The machines, each with who holds it; as they were where that is not told at once."""

    async def holder(machine: Machine) -> Machine:
        with contextlib.suppress(ClientError, TimeoutError):
            async with asyncio.timeout(LEASE_S):
                held = await client.lease(machine.id)
                return msgspec.structs.replace(machine, leased_by=held[0]) if held is not None else machine
        return machine

    few = await asyncio.gather(*map(holder, machines[:LEASES]))
    return (*few, *machines[LEASES:])


async def _series(client: FlyClient, org: str, now: float) -> tuple[Series, ...]:
    begin = now - metrics.SPAN_S
    found = await asyncio.gather(
        *(
            client.series(org, query, name, begin, now, metrics.STEP_S)
            for name, query in metrics.queries(client.app).items()
        )
    )
    return tuple(series for each in found for series in each)
