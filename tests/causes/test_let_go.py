"""What was let go of for want of room is not counted twice."""

import pytest
from tests.reading import layout_of

from smokejumper.causes.case import Case
from smokejumper.logs import digest as digests, tally
from smokejumper.model.readings import Readings

LINE = "2026-03-02T10:00:{second:02d}Z app[4d891b6fe12e18] iad [{level}]10:00:{second:02d}.000 request_id={rid} "


def answered(second: int, rid: str) -> str:
    """A request that failed, without a word about why."""
    line = LINE.format(second=second, level="info", rid=rid)
    return f"{line}[info] GET /parcels/7\n{line}[info] Sent 500 in 3ms\n"


def raised(second: int, rid: str) -> str:
    """The error of a request."""
    return LINE.format(second=second, level="error", rid=rid) + "[error] ** (RuntimeError) depot is closed\n"


def test_an_error_whose_answer_was_let_go_is_no_second_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of thirty answers five are remembered; the errors of all thirty follow in the next part: thirty failed."""
    monkeypatch.setattr(tally, "OPEN_LIMIT", 5)
    rids = [f"F0dQb7mXk2aPq9sA{n:04d}" for n in range(30)]
    first = "".join(answered(n, rid) for n, rid in enumerate(rids)).encode()
    second = "".join(raised(30 + n % 30, rid) for n, rid in enumerate(rids)).encode()
    layout = layout_of(first)
    parts = [digests.part(part, layout, {}, start=not n) for n, part in enumerate((first, second))]
    whole = digests.complete(digests.merge(parts[0], parts[1], layout, {}), layout, {})
    assert whole.dropped["failed"] > 0
    assert sum(cell.failed for cell in Case(whole, Readings()).cells.values()) == 30
