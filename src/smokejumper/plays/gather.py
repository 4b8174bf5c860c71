"""Read what a command was given into one case.

Whole files, in two processes where they are large, narrowed where that was asked for.
"""

import gc
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from smokejumper.causes import catalogue
from smokejumper.causes.case import Case
from smokejumper.errors import InputError
from smokejumper.logs import digest as digests
from smokejumper.logs.reader import Reader
from smokejumper.logs.tally import width_for
from smokejumper.logs.times import epoch
from smokejumper.model.digest import LogDigest
from smokejumper.sources.apps import check, one_app
from smokejumper.sources.files import Inputs, LogFile
from smokejumper.sources.selection import Selection, select

LARGE = 24 << 20
_STAMP = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


@dataclass(frozen=True)
class Gathered:
    """A case, and what it was read from."""

    case: Case
    read: tuple[str, ...]
    app: str | None
    environment: str | None = None


def needles() -> dict[str, re.Pattern[str]]:
    """What causes look for in lines that no digest would keep."""
    return {name: re.compile(pattern) for name, pattern in catalogue.needles().items()}


def gather(inputs: Inputs, selection: Selection, app: str | None = None) -> Gathered:
    """The case of these inputs.

    Raises:
        InputError: no log was given, nothing is left of it, or it holds several apps and none was named.
    """
    if not inputs.logs and not inputs.live:
        raise InputError(
            "No log was given, only snapshots.", "Name the log too: `fly logs -n -j > fly.ndjson` writes one."
        )
    logs = one_app(inputs.logs, app) if selection or app else inputs.logs
    if selection:
        logs = [select(log, selection) for log in logs]
    digest = digest_of(logs) if logs else LogDigest()
    if logs and (not digest.lines or digest.lines == digest.unparsed):
        raise InputError(
            "Nothing is left of the log." if selection else f"{inputs.logs[0].name} holds no whole log line.",
            "Widen what was asked for (--since, --machine, --grep ...)."
            if selection
            else "`fly logs -n -j > fly.ndjson` writes a log.",
        )
    readings = inputs.readings
    read = (*(("log",) if logs else ()), *readings.names())
    return Gathered(Case(digest, readings), read, choose_app(digest, app or inputs.app), inputs.environment)


def choose_app(digest: LogDigest, app: str | None) -> str | None:
    """The app that the log is of.

    Raises:
        InputError: it is of several, and none of them was named.
    """
    if app is None:  # a name that was given stands: an image may bear another one
        check(digest.apps, None)
    return app or next(iter(digest.apps), None)


def digest_of(logs: list[LogFile]) -> LogDigest:
    """The digest of logs, one after the other."""
    wanted = needles()
    whole: LogDigest | None = None
    for log in logs:
        one = _read_whole(log, wanted)
        whole = one if whole is None else digests.merge(_continued(whole), _continued(one), log.layout, wanted)
    assert whole is not None  # noqa: S101 - callers give one at least
    return whole


def _continued(digest: LogDigest) -> LogDigest:
    digest.cut = True
    return digest


@contextmanager
def _no_collection() -> Iterator[None]:
    """Without the cyclic collector: nothing here makes cycles, and it costs a twentieth."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _read_whole(log: LogFile, wanted: dict[str, re.Pattern[str]]) -> LogDigest:
    with _no_collection():
        if log.size >= LARGE and hasattr(os, "fork") and (os.cpu_count() or 1) > 1 and log.path is not None:
            return digests.complete(_read_halves(log, wanted), log.layout, wanted)
        reader = Reader(log.layout, wanted)
        with log.open() as stream:
            reader.drain(stream.readinto)
        return digests.complete(reader.part(), log.layout, wanted)


def _width(log: LogFile) -> int:
    """The bucket width that a large file will have, from its first and last time."""
    assert log.path is not None  # noqa: S101
    with log.path.open("rb") as stream:
        head = stream.read(4096)
        stream.seek(max(0, log.size - 65536))
        tail = stream.read()
    first, last = _STAMP.search(head), _STAMP.findall(tail)
    if not first or not last:
        return 1
    return width_for(epoch(first[0].decode() + "Z"), epoch(last[-1].decode() + "Z"))


def _read_halves(log: LogFile, wanted: dict[str, re.Pattern[str]]) -> LogDigest:
    """Both halves of a file at once: a child reads the first, this process the second; then their sum."""
    width, middle = _width(log), log.size // 2
    sys.stdout.flush()
    sys.stderr.flush()
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover - another process
        os.close(receive)
        code = 1
        try:
            with os.fdopen(send, "wb") as pipe:
                pipe.write(digests.encode(_read_range(log, wanted, 0, middle, width)))
            code = 0
        finally:
            os._exit(code)
    os.close(send)
    second = _read_range(log, wanted, middle, log.size, width)
    with os.fdopen(receive, "rb") as pipe:
        data = pipe.read()
    _, status = os.waitpid(child, 0)
    first = digests.decode(data) if status == 0 and data else _read_range(log, wanted, 0, middle, width)
    return digests.merge(first, second, log.layout, wanted)


def _read_range(log: LogFile, wanted: dict[str, re.Pattern[str]], begin: int, end: int, width: int) -> LogDigest:
    reader = Reader(log.layout, wanted, start=begin == 0, width=width)
    assert log.path is not None  # noqa: S101
    with log.path.open("rb", buffering=0) as stream:
        stream.seek(begin)
        left = end - begin

        def readinto(view: memoryview) -> int:
            nonlocal left
            got = stream.readinto(view[: min(len(view), left)]) if left else 0
            left -= got or 0
            return got or 0

        reader.drain(readinto)
    return reader.part()
