"""Counts as sentences say them."""

import pytest

from smokejumper.wording import number


@pytest.mark.parametrize(
    ("count", "expected"), [(0, "0 requests"), (1, "1 request"), (2, "2 requests"), (1_000, "1000 requests")]
)
def test_one_is_singular(count: int, expected: str) -> None:
    """One thing is named without its s."""
    assert number(count, "request") == expected
