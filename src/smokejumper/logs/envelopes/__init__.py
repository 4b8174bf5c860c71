"""The envelopes that lines arrive in: a format is a file.

Each module has `sniff(sample) -> Layout | None` and `read(data, begin, end, layout, lines)`, which gives the entries
of whole units to a `Lines`.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from typing import Protocol, cast

from smokejumper.logs.layout import Layout
from smokejumper.logs.lines import Lines


class Envelope(Protocol):
    """One format of the lines around the app's own."""

    def sniff(self, sample: bytes) -> Layout | None:
        """The layout of an input that begins like this, or None if it is written otherwise."""

    def read(self, data: bytes | bytearray, begin: int, end: int, layout: Layout, lines: Lines) -> None:
        """Give the entries of the whole units from `begin` to `end` to `lines`."""


@cache
def envelope(name: str) -> Envelope:
    """The envelope of that name."""
    return cast("Envelope", importlib.import_module(f"{__name__}.{name}"))


def names() -> Iterator[str]:
    """The names of all envelopes."""
    return (m.name for m in pkgutil.iter_modules(__path__))


def sniff(sample: bytes) -> Layout | None:
    """The layout of an input that begins with these bytes: the envelope that reads most of it, or None."""
    found = [layout for name in names() if (layout := envelope(name).sniff(sample)) is not None]
    return max(found, key=lambda layout: layout.sure, default=None)
