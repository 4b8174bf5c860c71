"""The live log: read back until the onset lies well inside, and followed for a while where that was asked for."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import msgspec

from smokejumper import bundle
from smokejumper.clients.fly import FlyClient, LogPage
from smokejumper.clients.flyctl import Flyctl
from smokejumper.clients.http import ClientError
from smokejumper.logs.times import epoch, stamp
from smokejumper.masking import mask_line
from smokejumper.model.entry import LogEntry
from smokejumper.model.verdict import Gap, Verdict
from smokejumper.sources.about import BY_ID
from smokejumper.sources.fly import DEADLINE_S, first_answer
from smokejumper.sources.lookback import PAGE, PAGES, Look, key, look_back
from smokejumper.sources.selection import moment

LOOK_S = 7.0
"""For looking back, as long as pages come; one page that does not is given up before that."""
SPAN_S = 900.0
"""How far it looks back by itself."""
PATIENT_S = 120.0
MANY_PAGES = 1000
"""Where somebody asked for more of the past."""
BEFORE_S, BEFORE_REQUESTS = 120.0, 30
"""How much of ordinary times before the onset is wanted."""
REDRAW_S = 2.0
SHORTEST_S, LONGEST_S = 0.25, 4.0
"""Pauses between new pages: at most as long as flyctl's (superfly/flyctl `logs/polling.go`)."""

Judge = Callable[[bytes], Verdict]


@dataclass
class LiveLog:
    """What was read of the log, masked, and what of it could not be read."""

    clients: Sequence[FlyClient]
    """One for each token; the first that may read the log goes on."""
    flyctl: Flyctl | None
    now: Callable[[], float]
    """Fly's clock."""
    judge: Judge
    deadline_s: float = DEADLINE_S
    """For each page."""
    redraw_s: float = REDRAW_S
    """At least so much time lies between two verdicts, while it is followed."""
    look: Look = field(default_factory=Look)
    verdict: Verdict | None = None
    gaps: list[Gap] = field(default_factory=list)
    _drawn: float = 0.0

    @property
    def app(self) -> str:
        """Whose log it is."""
        return self.clients[0].app

    @property
    def data(self) -> bytes:
        """Its lines, as a bundle keeps them."""
        return bundle.lines(self.look.entries)

    async def read(self, since: str | None) -> None:
        """Look back; with `since`, an age or a time, as far as that."""

        def begin_ns() -> int:
            return int((moment(since, self.now()) if since else self.now() - SPAN_S) * 1e9)

        try:
            async with asyncio.timeout(PATIENT_S if since else LOOK_S):
                self.look = await look_back(
                    self._page,
                    begin_ns=begin_ns,
                    enough=lambda look: self._take(look) and since is None,
                    pages=MANY_PAGES if since else PAGES,
                )
        except TimeoutError:
            self.look.ended = "time"
        except ClientError as wrong:
            self.gaps.append(BY_ID["fly-log"].gap(wrong.what, self.app, wrong.hint))
            return
        self.gaps += _unread(self.look, self.app, asked=since is not None)

    async def follow(self, seconds: float, stream: AsyncIterator[LogEntry] | None = None) -> None:
        """Take in what is written from now on, for so many seconds or until Ctrl-C; from a stream if there is one."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, stop.set)
        tasks = [asyncio.create_task(self._take_in(stream)), asyncio.create_task(stop.wait())]
        try:
            await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            loop.remove_signal_handler(signal.SIGINT)
            for task in tasks:
                task.cancel()
            for wrong in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(wrong, ClientError):
                    self.gaps.append(BY_ID["fly-log"].gap(wrong.what, self.app, wrong.hint))

    async def _page(self, after_ns: int | None) -> LogPage:
        """A page, masked; the newest one from flyctl, where HTTP is refused."""

        async def by_http(client: FlyClient) -> LogPage:
            try:
                async with asyncio.timeout(self.deadline_s):
                    page = await client.logs(after_ns)
            except TimeoutError:
                raise ClientError("timeout", f"a page of the log did not come within {self.deadline_s:g} s") from None
            self.clients = (client,)
            return page

        async def by_flyctl(flyctl: Flyctl) -> LogPage:
            return LogPage(entries=await flyctl.logs(self.app), next_token=None)

        instead = partial(by_flyctl, self.flyctl) if self.flyctl is not None and after_ns is None else None
        page = await first_answer([partial(by_http, client) for client in self.clients], instead)
        return msgspec.structs.replace(page, entries=tuple(map(_masked, page.entries)))

    def _take(self, look: Look) -> bool:
        """Judge what is there by now; does the incident begin well inside of it?"""
        self.look = look
        if not look.entries:
            return False
        self.verdict = self.judge(self.data)
        return _onset_inside(self.verdict)

    async def _take_in(self, stream: AsyncIterator[LogEntry] | None) -> None:
        """Take in a stream; page by page, where there is none or it breaks off.

        Raises:
            ClientError: a page cannot be read.
        """
        if stream is not None:
            try:
                await self._stream(stream)
            except ClientError as wrong:
                self.gaps.append(BY_ID["fly-stream"].gap(wrong.what, self.app, wrong.hint))
        pause = SHORTEST_S
        while True:
            pause = SHORTEST_S if await self._newest() else min(LONGEST_S, pause * 2)
            self._redraw()
            await asyncio.sleep(pause)

    async def _stream(self, stream: AsyncIterator[LogEntry]) -> None:
        """Take in a stream, and before its first entry what was written since the last page."""
        joined = False
        async for entry in stream:
            while not joined and await self._newest():
                pass
            joined = True
            if not self.look.entries or entry.at_ns > self.look.entries[-1].at_ns:
                self.look.entries.append(_masked(entry))
            self._redraw()

    async def _newest(self) -> bool:
        """Take in the next page; was there anything new?"""
        entries = self.look.entries
        last = entries[-1].at_ns if entries else int(self.now() * 1e9)
        known = {key(e) for e in entries[-2 * PAGE :]}
        page = await self._page(last - 1)
        fresh = [e for e in page.entries if key(e) not in known]
        entries += fresh
        return bool(fresh)

    def _redraw(self) -> None:
        if time.monotonic() - self._drawn >= self.redraw_s:
            self._take(self.look)
            self._drawn = time.monotonic()


def _masked(entry: LogEntry) -> LogEntry:
    return msgspec.structs.replace(entry, message=mask_line(entry.message))


def _onset_inside(verdict: Verdict) -> bool:
    first, onset = epoch(verdict.window.start or ""), epoch(verdict.started_at or "")
    if not verdict.is_incident or first is None or onset is None:
        return False
    return onset - first >= BEFORE_S and verdict.counts.requests >= BEFORE_REQUESTS


def _unread(look: Look, app: str, *, asked: bool) -> list[Gap]:
    """What of the log was not looked at, where that could matter; `asked`: somebody said how far to look."""
    if look.ended == "empty":
        return [BY_ID["fly-log"].gap("Fly has no line of the last 24 hours", app, f"fly status -a {app}")]
    if look.since_ns is None:
        return [BY_ID["fly-log"].gap("no answer in time", app)]
    if look.ended == "onset" or (look.ended == "span" and asked):
        return []
    since = stamp(look.since_ns / 1e9)[11:19]
    why = {
        "span": "that is how far it looks by itself",
        "pages": f"{look.pages} pages are its limit",
        "time": "there was no time for more",
    }.get(look.ended, look.ended)
    could = "what began before that is seen from there on only"
    return [Gap(f"log before {since}", f"not read: {why}", could, f"smokejumper --since 1h -a {app}")]
