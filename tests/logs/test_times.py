"""Times as logs print them."""

import pytest

from smokejumper.logs.times import epoch, refine

NOON = 1_795_521_600.0  # 2026-11-24T12:00:00Z


@pytest.mark.parametrize(
    ("stamp", "at"),
    [
        ("2026-11-24T12:00:00Z", NOON),
        ("2026-11-24T12:00:00", NOON),
        ("2026-11-24T12:00:00.5Z", NOON + 0.5),
        ("2026-11-24T12:00:00.123456789Z", NOON + 0.123456789),
        ("2026-11-24T14:00:00.25+02:00", NOON + 0.25),
        ("2026-11-24T07:00:00-05:00", NOON),
        ("2026-99-99T99:99:99Z", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_stamps_of_any_precision_are_read(stamp: str, at: float | None) -> None:
    """RFC 3339 with any fraction and offset gives seconds; what is none gives nothing."""
    got = epoch(stamp)
    assert got == at if at is None else got == pytest.approx(at, abs=1e-6)


@pytest.mark.parametrize(
    ("at", "clock", "exact"),
    [
        (NOON, "12:00:00.415", NOON + 0.415),
        (NOON + 1, "12:00:00.9", NOON + 0.9),
        (NOON, "11:59:59,500", NOON - 0.5),
        (NOON, "13:30:00.250", NOON + 0.25),
        (NOON, "12:00:30.000", NOON),
        (NOON + 0.7, "12:00:00.415", NOON + 0.7),
        (NOON, None, NOON),
    ],
)
def test_the_clock_of_the_app_makes_a_whole_second_exact(at: float, clock: str | None, exact: float) -> None:
    """The app's milliseconds complete the envelope's second, in any zone, unless they are of another moment."""
    assert refine(at, clock, None) == pytest.approx(exact, abs=1e-6)


def test_without_an_envelope_the_clock_stands_alone() -> None:
    """A console's date and clock are a time; a clock without a date is one of an unknown day."""
    assert refine(None, "12:00:00.500", "2026-11-24") == NOON + 0.5
    assert refine(None, "00:00:10.000", None) == 10.0
