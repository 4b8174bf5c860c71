"""What is broken, why, what now: files, snapshots and pipes to one verdict."""

import selectors
import sys
import time
from collections.abc import Callable, Iterator
from typing import BinaryIO

from smokejumper.causes.case import Case
from smokejumper.errors import InputError
from smokejumper.logs import digest as digests
from smokejumper.logs.envelopes import sniff
from smokejumper.logs.layout import Layout
from smokejumper.logs.reader import Reader
from smokejumper.model.readings import Readings
from smokejumper.model.verdict import Extent, Scope, Verdict
from smokejumper.plays.gather import choose_app, gather, needles
from smokejumper.sources.apps import OfApp, check, named
from smokejumper.sources.files import SAMPLE, Inputs, recognise
from smokejumper.sources.packed import unpack
from smokejumper.sources.selection import Selection
from smokejumper.triage import triage

REDRAW_S = 2.0


def of_files(inputs: Inputs, selection: Selection, app: str | None = None) -> tuple[Verdict, Case]:
    """The verdict on what was handed over, and the case it rests on.

    Raises:
        InputError: see `gather`.
    """
    got = gather(inputs, selection, app)
    return triage(got.case, got.read, got.app, got.environment), got.case


def of_pipe(
    stream: BinaryIO, seconds: float | None, app: str | None, tick: Callable[[Verdict], None] | None
) -> tuple[Verdict, Case]:
    """The verdict on a pipe that may never end: until its end, Ctrl-C, or so many seconds.

    `tick` is given each verdict on the way.

    Raises:
        InputError: what was read is no log.
    """
    wanted = needles()
    reader: Reader | None = None
    only = OfApp(app)
    pending, drawn = b"", time.monotonic()
    try:
        for data in unpack(_chunks(stream, seconds), "standard input", whole=seconds is None):
            due = tick is not None and time.monotonic() - drawn >= REDRAW_S
            if reader is None:
                pending += data
                layout = _layout(pending, hurry=due or not data)
                if layout is None:
                    continue
                reader = Reader(layout, wanted)
                fresh, pending = pending, b""
            else:
                fresh = data
            if fresh:
                reader.feed(only.feed(fresh) if app and named(reader.layout) else fresh)
            if tick is not None and due:
                tick(_now(reader, app)[0])
                drawn = time.monotonic()
    except KeyboardInterrupt:
        if reader is None and not pending.strip():
            raise
    if reader is None:
        if not pending.strip():
            raise InputError("Standard input is empty.", "Pipe a log into it: `fly logs | smokejumper`.")
        reader = Reader(recognise(pending[:SAMPLE], "standard input"), wanted)
        reader.feed(only.feed(pending) if app and named(reader.layout) else pending)
    reader.feed(only.end())
    check(only.seen, app)
    return _now(reader, app)


def _layout(pending: bytes, *, hurry: bool) -> Layout | None:
    """The layout, as soon as there is enough to tell; in a hurry a single line will do, if it is one of a log.

    Raises:
        InputError: there is enough, and it is no log.
    """
    lines = pending.count(b"\n")
    if len(pending) >= SAMPLE or lines >= 200:
        return recognise(pending[:SAMPLE], "standard input")
    return sniff(pending) if hurry and lines else None


def _chunks(stream: BinaryIO, seconds: float | None) -> Iterator[bytes]:
    """What arrives, as it arrives; an empty one where nothing did for a while."""
    raw = getattr(stream, "raw", stream)
    until = time.monotonic() + seconds if seconds is not None else None
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(raw, selectors.EVENT_READ)
            while until is None or time.monotonic() < until:
                wait = 0.5 if until is None else max(0.0, min(0.5, until - time.monotonic()))
                if not selector.select(wait):
                    yield b""
                    continue
                data = raw.read(1 << 16)
                if not data:
                    return
                yield data
    except PermissionError:  # a regular file cannot be waited for, and need not be
        while data := raw.read(1 << 20):
            yield data


def _now(reader: Reader, app: str | None) -> tuple[Verdict, Case]:
    digest = digests.decode(digests.encode(reader.part()))
    whole = digests.complete(digest, reader.layout, reader.lines.needles)
    if not whole.lines or whole.lines == whole.unparsed:
        raise InputError("Standard input holds no whole log line.", "Pipe a log into it: `fly logs | smokejumper`.")
    case = Case(whole, Readings())
    return triage(case, ("log",), choose_app(whole, app)), case


def interactive() -> bool:
    """Is somebody looking at the screen while a pipe is read?"""
    return sys.stdout.isatty()


def scope_of(verdict: Verdict) -> Scope:
    """The part of a verdict that `scope --json` prints."""
    return Scope(**{field: getattr(verdict, field) for field in Extent.__struct_fields__ if field != "schema"})


def code(verdict: Verdict) -> int:
    """The exit code: 1 with an incident, 3 where there is none and no log to see it in, else 0."""
    return 1 if verdict.is_incident else 0 if "log" in verdict.coverage.read else 3
