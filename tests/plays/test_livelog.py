"""A log that is followed: what is written meanwhile is taken in once, by pages or from the stream."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable

from tests import living
from tests.recordings import folder

from smokejumper.causes.case import Case
from smokejumper.clients.errors import ClientError
from smokejumper.clients.fly import FlyClient
from smokejumper.clients.http import Http
from smokejumper.drill.clock import Clock
from smokejumper.drill.recording import of_recording
from smokejumper.drill.world import World
from smokejumper.model.entry import LogEntry
from smokejumper.model.readings import Readings
from smokejumper.model.verdict import Verdict
from smokejumper.plays.gather import digest_of
from smokejumper.plays.livelog import LiveLog
from smokejumper.plays.running import run
from smokejumper.sources.files import live_log
from smokejumper.triage import triage

SCENARIO = of_recording(folder("phoenix/coupon_match_error_deploy"))
BEFORE_S = 40.0
"""How long before the end of the recording the log is read: amid the failures."""
LONG_S = 60.0
"""Only a test that fails takes so long."""


def followed(stream: Callable[[], AsyncIterator[LogEntry]] | None = None) -> tuple[LiveLog, list[Verdict]]:
    """A log that was read, then followed while the rest was written, until all of it is there; then Ctrl-C."""
    seen: list[Verdict] = []
    with World(SCENARIO, clock=Clock(SCENARIO.now - BEFORE_S)) as world:

        def judge(data: bytes) -> Verdict:
            verdict = triage(Case(digest_of([live_log(data, "fly")]), Readings()), ("log",))
            seen.append(verdict)
            if verdict.counts.lines >= len(SCENARIO.entries):
                os.kill(os.getpid(), signal.SIGINT)
            return verdict

        async def read_and_follow() -> LiveLog:
            async with Http() as http:
                target = living.target_in(world)
                client = FlyClient(http, SCENARIO.app, target.token, target.endpoints)
                log = LiveLog([client], None, world.clock.now, judge, redraw_s=0.0)
                await log.read(None)
                world.clock.advance(BEFORE_S)
                await log.follow(LONG_S, stream() if stream is not None else None)
                return log

        return run(read_and_follow()), seen


class _Broken:
    """A stream that ends before it says anything."""

    def __aiter__(self) -> "_Broken":
        return self

    async def __anext__(self) -> LogEntry:
        raise ClientError("cut", "the stream ended")


def test_pages_are_taken_in_until_ctrl_c() -> None:
    log, seen = followed()
    assert [e.id for e in log.look.entries] == [e.id for e in SCENARIO.entries]
    assert not any(verdict.ended_at for verdict in seen[:1])
    assert seen[-1].counts.http_5xx == 21


def test_a_stream_is_joined_without_a_hole() -> None:
    async def stream() -> AsyncIterator[LogEntry]:
        for entry in SCENARIO.entries[-30:]:
            yield entry
        await asyncio.Event().wait()

    log, _ = followed(stream)
    assert [e.at_ns for e in log.look.entries] == [e.at_ns for e in SCENARIO.entries]


def test_a_stream_that_breaks_off_gives_way_to_pages() -> None:
    log, _ = followed(_Broken)
    assert [e.id for e in log.look.entries] == [e.id for e in SCENARIO.entries]
    assert [(gap.source, gap.why) for gap in log.gaps if gap.source == "fly-stream"] == [
        ("fly-stream", "the stream ended")
    ]
