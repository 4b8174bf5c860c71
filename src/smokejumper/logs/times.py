"""Times as logs print them."""

from datetime import UTC, datetime
from functools import lru_cache


@lru_cache(maxsize=16384)
def epoch(stamp: str) -> float | None:
    """Seconds since the epoch of an RFC 3339 stamp with any number of fraction digits.

    None where it is none. UTC without an offset.
    """
    try:
        whole, _, rest = stamp.partition(".")
        fraction = ""
        if rest:
            digits = len(rest) - len(rest.lstrip("0123456789"))
            fraction, rest = rest[:digits], rest[digits:]
            whole += rest
        moment = datetime.fromisoformat(whole)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return moment.timestamp() + (float("0." + fraction) if fraction else 0.0)
    except (ValueError, OverflowError):
        return None


def stamp(at: float) -> str:
    """Seconds since the epoch as RFC 3339 in UTC with milliseconds."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{int(at * 1000) % 1000:03d}Z"


def refine(at: float | None, clock: str | None, date: str | None) -> float | None:
    """A time as exact as the app's own clock makes it: the envelope's second with the clock's milliseconds.

    Without an envelope's time the app's date and clock are taken (as UTC), or the clock alone (seconds of an unknown
    day).
    """
    if clock is None:
        return at
    clock = clock.replace(",", ".")
    if at is None:
        return epoch(f"{date or '1970-01-01'}T{clock}")
    if at != int(at):
        return at
    second, _, fraction = clock[6:].partition(".")
    behind = (int(at) - int(second)) % 60
    return at - behind + float("0." + (fraction or "0")) if behind <= 2 else at
