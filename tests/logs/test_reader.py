"""From bytes to a digest: units of any length, cut anywhere."""

import re

import pytest
from tests.reading import assert_same

from smokejumper.logs import digest as digests
from smokejumper.logs.envelopes import sniff
from smokejumper.logs.layout import Layout
from smokejumper.logs.reader import MAX_UNIT, Reader
from smokejumper.model.digest import LogDigest

NEEDLES: dict[str, re.Pattern[str]] = {}
MACHINE = b"2026-03-02T10:00:%02dZ app[4d891b6fe12e18] iad [info]"


def line(second: int, text: bytes) -> bytes:
    """One line of `fly logs`."""
    return MACHINE % second + b"10:00:%02d.000 " % second + text + b"\n"


def request(second: int, rid: bytes, status: int = 200) -> bytes:
    """The two lines of a request."""
    return line(second, b"request_id=%s [info] GET /parcels/7" % rid) + line(
        second, b"request_id=%s [info] Sent %d in 3ms" % (rid, status)
    )


def ids(count: int) -> list[bytes]:
    """Request ids as Plug makes them."""
    return [b"F0dQb7mXk2aPq9sA%04d" % n for n in range(count)]


def layout_of(log: bytes) -> Layout:
    """The layout of a log."""
    layout = sniff(log[:65536])
    assert layout is not None
    return layout


def whole(log: bytes) -> LogDigest:
    """The digest of a log that is read at once."""
    layout = layout_of(log)
    return digests.complete(digests.part(log, layout, NEEDLES, start=True), layout, NEEDLES)


@pytest.mark.parametrize("size", [1 << 10, 1 << 16, 1 << 19, 1 << 23])
def test_a_line_that_is_too_long_is_passed_over_however_it_arrives(size: int) -> None:
    """A line of three megabytes is counted and not read, in one piece or in many."""
    log = b"".join(request(n % 60, rid) for n, rid in enumerate(ids(20)))
    log += line(30, b"[info] " + b"x" * (3 * MAX_UNIT)) + request(31, b"F0dQb7mXk2aPq9sAZZZZ")
    layout = layout_of(log)
    reader = Reader(layout, NEEDLES)
    for at in range(0, len(log), size):
        reader.feed(log[at : at + size])
    digest = digests.complete(reader.part(), layout, NEEDLES)
    assert digest.oversized == 1
    assert_same(digest, whole(log))
    assert sum(sum(row.statuses.values()) for row in digest.answers.values()) == 21


@pytest.mark.parametrize("cut", [2000, 1_000_000, 2_000_000, 3_000_000])
def test_a_line_that_is_too_long_is_passed_over_where_two_parts_meet(cut: int) -> None:
    """A cut inside of a line that is too long changes nothing."""
    log = b"".join(request(n % 60, rid) for n, rid in enumerate(ids(8)))
    log += line(30, b"[info] " + b"x" * (3 * MAX_UNIT)) + request(31, b"F0dQb7mXk2aPq9sAZZZZ")
    layout = layout_of(log)
    parts = [digests.part(part, layout, NEEDLES) for part in (log[:cut], log[cut:])]
    joined = digests.complete(digests.merge(parts[0], parts[1], layout, NEEDLES), layout, NEEDLES)
    assert_same(joined, whole(log))


def test_a_request_id_may_be_any_bytes() -> None:
    """Bytes that are no UTF-8 in a request id are read as replaced ones."""
    log = b"".join(request(n % 60, rid) for n, rid in enumerate(ids(20)))
    log += request(40, b"F0dQb7mXk\xef2aPq9sA0001") + line(
        41, b"request_id=F0dQb7mXk\xcc2aPq9sA0002 [info] GET /parcels/8"
    )
    digest = whole(log)
    assert sum(sum(row.statuses.values()) for row in digest.answers.values()) == 21
    assert len(digest.started) == 1


def test_an_impossible_time_is_unparsed_and_not_1970() -> None:
    """A line whose envelope holds an impossible time is counted as unparsed and does not stretch the window."""
    log = b"".join(request(n % 60, rid) for n, rid in enumerate(ids(20)))
    log += request(40, b"F0dQb7mXk2aPq9sA9999").replace(b"T10:00:40Z", b"T99:99:99Z")
    digest = whole(log)
    assert digest.unparsed == 2
    assert digest.first is not None
    assert digest.first > 1_700_000_000


def test_a_headless_error_behind_a_request_line_belongs_to_no_message_of_before() -> None:
    """After a request line, counted in bulk, a bare error begins a message of its own, wherever the log is cut."""
    log = b"".join(request(n % 60, rid) for n, rid in enumerate(ids(20)))
    log += (
        MACHINE % 41
        + b"** (RuntimeError) depot is closed\n"
        + MACHINE % 41
        + b"    (depot 1.0.0) lib/depot.ex:3: Depot.open/0\n"
    )
    layout = layout_of(log)
    expected = whole(log)
    for cut in range(len(log) - 200, len(log), 13):
        parts = [digests.part(part, layout, NEEDLES) for part in (log[:cut], log[cut:])]
        joined = digests.complete(digests.merge(parts[0], parts[1], layout, NEEDLES), layout, NEEDLES)
        assert_same(joined, expected)
    assert [group.type for group in whole(log).groups.values()] == ["RuntimeError"]
