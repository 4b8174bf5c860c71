"""Words that sentences are made of, so that every face says the same."""

from collections.abc import Iterable

from smokejumper.causes.blanks import NEUTRAL, fill

__all__ = ["NEUTRAL", "fill", "lasting", "names", "number"]


def number(count: int, noun: str) -> str:
    """A count and what is counted: `1 request`, `2 requests`. For nouns that take an s."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def names(ids: Iterable[str]) -> str:
    """Machines in a sentence: three of them, and how many more."""
    known = list(ids)
    return ", ".join(known[:3]) + (f" and {len(known) - 3} more" if len(known) > 3 else "")


def lasting(seconds: float) -> str:
    """A length of time for people: `42 s`, `12 min`, `3 h`, `2 d`."""
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(0.0, seconds):.0f} s"
