"""What a machine says of itself, where Fly's metrics cannot be read: disk, memory and load, by a shipped script."""

import asyncio
import re
from collections.abc import Iterator, Sequence
from functools import partial

from smokejumper.clients.errors import ClientError
from smokejumper.clients.fly import MACHINE, FlyClient
from smokejumper.model.fly import Machine, Series
from smokejumper.model.verdict import Gap
from smokejumper.sources.about import BY_ID
from smokejumper.sources.fly import first_answer

SCRIPT_S = 2
MOST = 8
"""Machines that are asked."""
_LINES = (
    ("memory_total", re.compile(r"^memory MemTotal ([0-9]{1,12})$", re.MULTILINE), 1024),
    ("memory_available", re.compile(r"^memory MemAvailable ([0-9]{1,12})$", re.MULTILINE), 1024),
    ("load", re.compile(r"^load ([0-9]{1,6}\.[0-9]+) ", re.MULTILINE), 1),
)
_DISK = re.compile(r"^disk ([0-9]{1,15}) ([0-9]{1,15}) ", re.MULTILINE)


async def read(
    clients: Sequence[FlyClient], machines: Sequence[Machine], at: float, deadline_s: float
) -> tuple[tuple[Series, ...], list[Gap]]:
    """One point of each measurement for each started machine, named as those of Fly's metrics are."""
    started = [m.id for m in machines if m.state == "started" and not m.special][:MOST]

    async def one(machine: str) -> tuple[Series, ...] | ClientError:
        try:
            async with asyncio.timeout(deadline_s):
                told = await first_answer([partial(c.execute, machine, MACHINE, SCRIPT_S) for c in clients], None)
        except TimeoutError:
            return ClientError("timeout", f"machine {machine} does not answer within {deadline_s:g} s")
        except ClientError as wrong:
            return wrong
        return tuple(measured(told.stdout, machine, at))

    found = await asyncio.gather(*map(one, started))
    series = tuple(s for each in found if not isinstance(each, ClientError) for s in each)
    failed = next((each for each in found if isinstance(each, ClientError)), None)
    gaps = [BY_ID["fly-exec"].gap(failed.what, clients[0].app, failed.hint)] if failed is not None else []
    return series, gaps


def measured(told: str, machine: str, at: float) -> Iterator[Series]:
    """What the script printed, as series of one point; a line that is odd is left out."""
    for name, pattern, scale in _LINES:
        if found := pattern.search(told):
            yield _point(name, machine, at, float(found[1]) * scale)
    full = [float(disk[2]) / float(disk[1]) for disk in _DISK.finditer(told) if float(disk[1])]
    if full:
        yield _point("disk_used", machine, at, max(full))


def _point(name: str, machine: str, at: float, value: float) -> Series:
    return Series(name=name, machine=machine, points=((at, value),))
