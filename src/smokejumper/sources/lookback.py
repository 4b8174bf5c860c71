"""How far back a live log is read: in pages from now until the onset lies well inside, or the budget is spent.

Fly's endpoint gives at most 100 entries from a start time on, and no end time (superfly/docs
`monitoring/logs-api-options`), so the past is cut into stretches, newest first; the pages of one are read forwards,
some stretches side by side.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Protocol

from smokejumper.model.entry import LogEntry

NS = 1_000_000_000
PAGE = 100
"""Entries of a full page."""
PAGES = 60
SIDE_BY_SIDE = 4
"""Stretches read at once: the endpoint's limits are not known, so few."""
STRETCH_PAGES = 3
GROWTH = 8
SHORTEST_NS = NS


class Page(Protocol):
    """A page of the log."""

    @property
    def entries(self) -> tuple[LogEntry, ...]:
        """Oldest first."""


Ask = Callable[[int | None], Awaitable[Page]]
"""Asks for the page that follows a time in nanoseconds; for the newest page without one."""


@dataclass
class Look:
    """What was read of a log, without a hole from `since_ns` to the newest entry."""

    entries: list[LogEntry] = field(default_factory=list)
    """In order of time; those of one moment as they came."""
    since_ns: int | None = None
    """From here on all is known; None where nothing was read."""
    pages: int = 0
    ended: str = ""
    """Why no more was read: `empty`, `onset`, `span`, `pages`, or what went wrong."""


async def look_back(
    ask: Ask,
    *,
    begin_ns: Callable[[], int],
    enough: Callable[[Look], bool],
    pages: int = PAGES,
) -> Look:
    """Read back from now until `enough` says so, `pages` were read, or the time of `begin_ns` is reached.

    `enough` is asked after the newest page and after each round. What a cancelled call has read stays in the `Look`
    that `enough` was given. `begin_ns` is asked once the first page is there, since that tells Fly's clock.

    Raises:
        Whatever `ask` raises for the newest page; a later failure ends the look and is told in `ended`.
    """
    look = Look(list((await ask(None)).entries), pages=1)
    begin = begin_ns()
    if not look.entries:
        look.ended = "empty"
        enough(look)
        return look
    look.since_ns = look.entries[0].at_ns
    length = _covered(look.entries) * PAGE * STRETCH_PAGES // len(look.entries)
    while True:
        if enough(look):
            look.ended = look.ended or "onset"
        elif look.since_ns <= begin:
            look.ended = look.ended or "span"
        elif look.pages >= pages:
            look.ended = look.ended or "pages"
        if look.ended:
            return look
        length = await _round(ask, look, begin, max(SHORTEST_NS, length), pages)


def _covered(entries: list[LogEntry]) -> int:
    """The nanoseconds that entries cover, without the longest pause among them."""
    pauses = sorted(b.at_ns - a.at_ns for a, b in pairwise(entries))
    return sum(pauses[:-1])


async def _round(ask: Ask, look: Look, begin: int, length: int, pages: int) -> int:
    """Read the next stretches before what is known, keep those that join it without a hole; how long the next ones are.

    They grow where little was found, and shrink where much. The newest may take all pages that are left, the others
    few: what they have read is lost where it does not join.
    """
    stretches: list[tuple[int, int]] = []
    until = look.since_ns or 0
    side_by_side = SIDE_BY_SIDE if look.pages > 1 else 2  # at first little is known of how dense the log is
    while len(stretches) < side_by_side and until > begin:
        stretches.append((max(begin, until - length), until))
        until = stretches[-1][0]
    budget = _Budget(pages - look.pages)
    found = await asyncio.gather(
        *(_stretch(ask, *s, budget, most=2 * STRETCH_PAGES if i else pages) for i, s in enumerate(stretches)),
        return_exceptions=True,
    )
    look.pages += budget.spent
    counts = []
    for (since, _), entries in zip(stretches, found, strict=True):
        if isinstance(entries, Exception):
            look.ended = str(entries)
            break
        if isinstance(entries, BaseException):
            raise entries
        if entries is None:
            break
        known = {key(e) for e in look.entries[:PAGE]}
        look.entries = [e for e in entries if key(e) not in known] + look.entries
        look.since_ns = since
        counts.append(len(entries))
    if not counts:
        return length // GROWTH
    return int(length * min(GROWTH, max(1 / GROWTH, PAGE * STRETCH_PAGES * len(counts) / max(1, sum(counts)))))


class _Budget:
    """Pages that may still be asked for."""

    def __init__(self, left: int) -> None:
        self.left = left
        self.spent = 0

    def take(self) -> bool:
        if self.spent >= self.left:
            return False
        self.spent += 1
        return True


def key(entry: LogEntry) -> tuple[int, str, str, str]:
    """What tells entries apart; that an id alone would is not promised."""
    return entry.at_ns, entry.id, entry.machine, entry.message


async def _stretch(ask: Ask, since: int, until: int, budget: _Budget, *, most: int) -> list[LogEntry] | None:
    """The entries from `since` up to `until`; None where that takes more than `most` pages, or than are left.

    A page may end amid entries of one moment, and the next one begins behind the time that is asked for: so that time
    is a nanosecond less than the last entry, and what came twice is taken once.
    """
    found: list[LogEntry] = []
    seen: set[tuple[int, str, str, str]] = set()
    after, asked = since - 1, 0
    while asked < most and budget.take():
        asked += 1
        page = (await ask(after)).entries
        fresh = [e for e in page if key(e) not in seen]
        seen.update(map(key, fresh))
        found += [e for e in fresh if e.at_ns <= until]
        if not page or page[-1].at_ns > until or (not fresh and after == page[-1].at_ns):
            return found
        share = max(1, page[-1].at_ns - since) / (until - since)
        if asked > 1 and asked / share > asked + budget.left - budget.spent:
            return None  # at this pace it cannot be finished
        after = page[-1].at_ns - 1 if fresh else page[-1].at_ns
    return None
