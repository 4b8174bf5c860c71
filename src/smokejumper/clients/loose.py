"""JSON that others wrote, read loosely: what is missing, null or of another kind is unknown, not an error.

Fly leaves out keys that are zero or empty, and its interfaces grow; one odd field must not cost the rest.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar, cast

from smokejumper.logs.times import epoch

T = TypeVar("T")

_END = 253_402_300_800.0
"""The year 10000: times beyond it cannot be printed."""


def at(value: object, *keys: str) -> object:
    """What stands under nested keys; None where nothing does."""
    for key in keys:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def mapping(value: object, *keys: str) -> dict[str, object]:
    """An object; empty where there is none."""
    found = at(value, *keys)
    return cast("dict[str, object]", found) if isinstance(found, dict) else {}


def items(value: object, *keys: str) -> list[object]:
    """A list; empty where there is none."""
    found = at(value, *keys)
    return found if isinstance(found, list) else []


def text(value: object, *keys: str) -> str:
    """A text; empty where there is none."""
    found = at(value, *keys)
    return found if isinstance(found, str) else ""


def flag(value: object, *keys: str) -> bool:
    """Is it true, and not just something?"""
    return at(value, *keys) is True


def number(value: object, *keys: str) -> float | None:
    """A finite number."""
    found = at(value, *keys)
    if isinstance(found, bool) or not isinstance(found, int | float) or abs(found) >= 1e18 or math.isnan(found):
        return None
    return float(found)


def whole(value: object, *keys: str) -> int | None:
    """A whole number of at most 20 digits and not below zero, as such or as text."""
    found = at(value, *keys)
    if isinstance(found, str) and found.isascii() and found.isdecimal() and len(found) <= 20:
        return int(found)
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 <= found < 10**20 else None


def moment(value: object, *keys: str) -> float | None:
    """A time, RFC 3339 or milliseconds, as seconds since the epoch; Go's zero time is none."""
    found = at(value, *keys)
    if isinstance(found, str):
        seconds = epoch(found)
    else:
        milliseconds = number(found)
        seconds = None if milliseconds is None else milliseconds / 1000
    return seconds if seconds is not None and 0 < seconds < _END else None


def leaves(value: object) -> Iterator[tuple[str, object]]:
    """Every leaf of nested objects and lists by its path: `services.0.internal_port`."""
    todo = [("", value)]
    while todo:
        path, found = todo.pop()
        if isinstance(found, dict | list):
            inner = found.items() if isinstance(found, dict) else enumerate(found)
            todo += reversed([(f"{path}.{key}" if path else str(key), leaf) for key, leaf in inner])
        else:
            yield path, found


def readable(read: Callable[[object], T | None], values: Iterable[object]) -> tuple[T, ...]:
    """What can be read of values, in their order."""
    return tuple(found for value in values if (found := read(value)) is not None)
