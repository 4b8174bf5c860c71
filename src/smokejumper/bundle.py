"""Everything that was read of one incident, masked, in one file: evidence to and from a bundle.

NDJSON: the head on the first line, then the log as `fly logs --json` prints it, an object a line. What is judged live
are these very lines, so a bundle gives the same verdict anywhere.
"""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

import msgspec

from smokejumper.errors import InputError
from smokejumper.masking import mask_line
from smokejumper.model.entry import LogEntry
from smokejumper.model.readings import Readings

SCHEMA = "smokejumper.bundle/1"
_MARK = b'{"schema":"smokejumper.bundle/'


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The first line of a bundle: whom the evidence is about, and what other sources than the log said."""

    schema: str = SCHEMA
    app: str | None
    environment: str | None = None
    readings: Readings = Readings()


class _Provider(msgspec.Struct, rename={"provider": "Provider"}):
    provider: str


class _Meta(msgspec.Struct, rename={"event": "Event"}):
    event: _Provider


class _Line(msgspec.Struct):
    level: str
    instance: str
    message: str
    region: str
    timestamp: str
    meta: _Meta


def lines(entries: Iterable[LogEntry]) -> bytes:
    """Entries of a live log as lines of `fly logs --json`, masked."""
    encode = msgspec.json.Encoder().encode
    return b"".join(
        encode(_Line(e.level, e.machine, mask_line(e.message), e.region, e.timestamp, _Meta(_Provider(e.provider))))
        + b"\n"
        for e in entries
    )


def is_bundle(sample: bytes) -> bool:
    """Does a file begin like a bundle?"""
    return sample.startswith(_MARK)


def write(path: Path, head: Head, log: bytes) -> None:
    """Write a bundle, whole or not at all; readable by its owner only.

    Raises:
        InputError: it cannot be written there.
    """
    scratch = ""
    try:
        handle, scratch = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(msgspec.json.encode(head) + b"\n" + log)
        Path(scratch).replace(path)
    except OSError as wrong:
        if scratch:
            Path(scratch).unlink(missing_ok=True)
        raise InputError(
            f"{path} cannot be written: {wrong.strerror or wrong}.", "Give --save a file in a folder that is there."
        ) from wrong


def read(data: bytes, name: str) -> tuple[Head, bytes]:
    """The head of a bundle, and its log.

    Raises:
        InputError: it is cut within the head, or of another version than this program knows.
    """
    first, _, log = data.partition(b"\n")
    try:
        head = msgspec.json.decode(first, type=Head)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        raise InputError(
            f"{name} is no whole bundle: {wrong}.", "Save it anew: `smokejumper --save incident.ndjson`."
        ) from wrong
    if head.schema != SCHEMA:
        raise InputError(f"{name} is a bundle of another version ({head.schema}).", "Open it with a newer smokejumper.")
    return head, log
