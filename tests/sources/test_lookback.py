"""Reading back leaves no hole and nothing twice, stays within its budget, and stops as soon as it is told to."""

import asyncio
from bisect import bisect_right
from dataclasses import dataclass

import pytest
from hypothesis import given, settings, strategies as st

from smokejumper.model.entry import LogEntry
from smokejumper.sources.lookback import NS, PAGE, PAGES, Look, look_back

NOW = 1_790_000_000 * NS


@dataclass
class Page:
    entries: tuple[LogEntry, ...]


class Log:
    """Entries behind an endpoint that gives pages from a time on, or the newest page."""

    def __init__(self, times: list[int], page: int = PAGE) -> None:
        self.entries = [
            LogEntry(id=str(i), at_ns=at, timestamp="", message=str(i)) for i, at in enumerate(sorted(times))
        ]
        self.page = page
        self.asked = 0
        self.fails_after = 10**9

    async def ask(self, after: int | None) -> Page:
        self.asked += 1
        if self.asked > self.fails_after:
            raise ConnectionError("the line is dead")
        if after is None:
            return Page(tuple(self.entries[-self.page :]))
        begin = bisect_right([e.at_ns for e in self.entries], after)
        return Page(tuple(self.entries[begin : begin + self.page]))


def look(log: Log, *, pages: int = PAGES, span_s: float = 900.0, enough: int = 10**9) -> Look:
    """What is read; `enough` entries are enough."""
    return asyncio.run(
        look_back(
            log.ask,
            begin_ns=lambda: NOW - int(span_s * NS),
            enough=lambda seen: len(seen.entries) >= enough,
            pages=pages,
        )
    )


pauses = st.sampled_from([0, 0, 1, 1_000, NS // 100, NS // 10, NS, 30 * NS])


@given(st.lists(pauses, max_size=1200), st.sampled_from([PAGE, 60]), st.integers(2, 80))
@settings(max_examples=60, deadline=None)
def test_no_hole_and_nothing_twice(gaps: list[int], page: int, pages: int) -> None:
    at, times = NOW, []
    for gap in gaps:
        at -= gap
        times.append(at)
    log = Log(times, page)
    found = look(log, pages=pages)
    assert log.asked == found.pages
    assert found.pages <= pages
    if found.since_ns is None:
        assert not times
        return
    inside = [e for e in log.entries if e.at_ns > found.since_ns]
    assert [e for e in found.entries if e.at_ns > found.since_ns] == inside
    assert len({e.id for e in found.entries}) == len(found.entries)


def test_entries_of_one_moment_are_not_lost_where_a_page_ends_amid_them() -> None:
    log = Log([NOW - 3 * NS] * 60 + [NOW - 2 * NS] * 90 + [NOW - NS] * 80)
    assert len(look(log).entries) == 230


def test_it_stops_as_soon_as_there_is_enough() -> None:
    log = Log([NOW - i * NS // 10 for i in range(3000)])
    found = look(log, enough=500)
    assert found.ended == "onset"
    assert 500 <= len(found.entries) < 2500


def test_it_stops_at_its_span() -> None:
    log = Log([NOW - i * NS for i in range(2000)])
    found = look(log, span_s=300.0)
    assert found.ended == "span"
    assert found.since_ns == NOW - 300 * NS


def test_it_stops_at_its_pages() -> None:
    log = Log([NOW - i * NS // 100 for i in range(9000)])
    found = look(log, pages=20)
    assert found.ended == "pages"
    assert len(found.entries) > 500


def test_a_log_without_lines_is_asked_once() -> None:
    log = Log([])
    found = look(log)
    assert (found.ended, found.since_ns, log.asked) == ("empty", None, 1)


def test_a_few_lines_in_a_day_take_few_pages() -> None:
    log = Log([NOW - 80_000 * NS, NOW - 40_000 * NS, NOW - 2 * NS])
    found = look(log)
    assert found.ended == "span"
    assert log.asked < 20


def test_what_was_read_before_a_failure_is_kept_and_the_failure_told() -> None:
    log = Log([NOW - i * NS // 10 for i in range(3000)])
    log.fails_after = 8
    found = look(log)
    assert found.ended == "the line is dead"
    assert len(found.entries) >= PAGE


def test_a_failure_of_the_newest_page_is_raised() -> None:
    log = Log([NOW])
    log.fails_after = 0
    with pytest.raises(ConnectionError):
        look(log)


def test_a_server_that_gives_the_same_page_for_ever_is_left() -> None:
    log = Log([NOW - i for i in range(PAGE)])

    async def stuck(_after: int | None) -> Page:
        log.asked += 1
        return Page(tuple(log.entries))

    found = asyncio.run(look_back(stuck, begin_ns=lambda: NOW - 900 * NS, enough=lambda _: False))
    assert found.pages <= PAGES
    assert len(found.entries) == PAGE
