"""How tests of the reader read recordings and compare digests."""

import random
from collections.abc import Iterator
from functools import lru_cache

import msgspec
from tests.recordings import folder

from smokejumper.logs import digest as digests
from smokejumper.logs.envelopes import sniff
from smokejumper.logs.layout import Layout
from smokejumper.logs.lines import Needles
from smokejumper.logs.reader import Reader
from smokejumper.model.digest import LogDigest
from smokejumper.plays.gather import needles
from smokejumper.sources.files import SAMPLE

NEEDLES: Needles = needles()


@lru_cache(maxsize=16)
def recorded(recording: str, file: str = "fly.ndjson") -> bytes:
    """A file of a recording."""
    return (folder(recording) / file).read_bytes()


def layout_of(data: bytes) -> Layout:
    """The layout that is recognised by the beginning of these bytes."""
    layout = sniff(data[:SAMPLE])
    assert layout is not None, data[:200]
    return layout


def read(data: bytes, layout: Layout | None = None, wanted: Needles = NEEDLES) -> LogDigest:
    """The digest of a whole input."""
    layout = layout or layout_of(data)
    reader = Reader(layout, wanted)
    reader.feed(data)
    return digests.complete(reader.part(), layout, wanted)


def differences(a: object, b: object, at: str = "") -> Iterator[str]:
    """Every place where two values differ, down to the single field."""
    if isinstance(a, msgspec.Struct) and type(a) is type(b):
        for field in a.__struct_fields__:
            yield from differences(getattr(a, field), getattr(b, field), f"{at}.{field}")
    elif isinstance(a, dict) and isinstance(b, dict):
        for key in [*a, *(k for k in b if k not in a)]:
            if key not in a or key not in b:
                yield f"{at}[{key!r}]: {a.get(key, 'nothing')!r} against {b.get(key, 'nothing')!r}"
            else:
                yield from differences(a[key], b[key], f"{at}[{key!r}]")
    elif a != b or type(a) is not type(b):
        yield f"{at}: {a!r} against {b!r}"


def assert_same(a: LogDigest, b: LogDigest) -> None:
    """Two digests say the same, field by field."""
    found = list(differences(a, b))
    assert not found, "\n".join(found[:20])


def dice(seed: object) -> random.Random:
    """Chance that comes again with the same seed."""
    return random.Random(str(seed))  # noqa: S311 - a seed, so that a failure comes again
