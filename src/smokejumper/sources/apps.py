"""Logs that hold lines of several apps (Fly's NATS stream names them): the lines of one."""

from collections.abc import Iterable, Iterator

import msgspec

from smokejumper.errors import InputError
from smokejumper.logs.layout import Layout
from smokejumper.sources.files import LogFile

CHUNK = 1 << 20


class _App(msgspec.Struct):
    name: str | None = None


class _Fly(msgspec.Struct):
    app: _App | None = None


class _Entry(msgspec.Struct):
    fly: _Fly | None = None


_DECODER = msgspec.json.Decoder(_Entry)


def named(layout: Layout) -> bool:
    """May lines of that layout name their app?"""
    return layout.envelope == "fly_json" and layout.boundary == b"\n"


class OfApp:
    """Lets the lines of one app pass, and those that name none; with no app, all of them."""

    def __init__(self, app: str | None) -> None:
        self.app = app
        self.seen: set[str] = set()
        self._rest = b""

    def feed(self, data: bytes) -> bytes:
        """Of the lines that are whole now, those that are wanted."""
        *whole, self._rest = (self._rest + data).split(b"\n")
        return b"".join(line + b"\n" for line in whole if self._wanted(line))

    def end(self) -> bytes:
        """The last line, which no newline ends."""
        rest, self._rest = self._rest, b""
        return rest if self._wanted(rest) else b""

    def _wanted(self, line: bytes) -> bool:
        try:
            entry = _DECODER.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return True
        name = entry.fly.app.name if entry.fly and entry.fly.app else None
        if name:
            self.seen.add(name)
        return not name or self.app is None or name == self.app


def one_app(logs: list[LogFile], app: str | None) -> list[LogFile]:
    """The logs with the lines of one app only.

    Raises:
        InputError: they are of several apps and none was named, or of others than the one named.
    """
    counters = [OfApp(None) for _ in logs]
    for log, counter in zip(logs, counters, strict=True):
        for _ in _filtered(log, counter):
            pass
    check({name for counter in counters for name in counter.seen}, app)
    return [
        _narrowed(log, app) if app and counter.seen - {app} else log
        for log, counter in zip(logs, counters, strict=True)
    ]


def check(names: Iterable[str], app: str | None) -> None:
    """Refuse several apps where none was named, and an app that no line names where lines name some.

    Raises:
        InputError: it is so.
    """
    known = sorted(names)
    if app is None and len(known) > 1:
        raise InputError(f"The log holds several apps: {', '.join(known)}.", "Name one of them with --app.")
    if app is not None and known and app not in known:
        raise InputError(f"The log holds no line of {app}, only of {', '.join(known)}.", "Name one of them with --app.")


def _filtered(log: LogFile, lines: OfApp) -> Iterator[bytes]:
    if not named(log.layout):
        return
    with log.open() as stream:
        while data := stream.read(CHUNK):
            yield lines.feed(data)
    yield lines.end()


def _narrowed(log: LogFile, app: str) -> LogFile:
    return LogFile(log.name, log.layout, data=b"".join(_filtered(log, OfApp(app))), first=log.first)
