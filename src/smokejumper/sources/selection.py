"""Narrowing a log before it is read: by time, machine, region, user, endpoint, status, or text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from smokejumper.errors import InputError
from smokejumper.logs import elixir, json_logger
from smokejumper.logs.layout import Layout
from smokejumper.logs.lines import Lines
from smokejumper.logs.reader import Reader
from smokejumper.logs.requests import END, START, template
from smokejumper.logs.tally import Tally
from smokejumper.logs.times import epoch, refine
from smokejumper.sources.files import LogFile

_AGE = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|min|h|d)$")
_UNIT = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}


@dataclass(frozen=True)
class Selection:
    """What is wanted; everything where a field is empty."""

    since: str | None = None
    until: str | None = None
    machines: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    endpoint: str | None = None
    user: str | None = None
    status: str | None = None
    grep: str | None = None

    def __bool__(self) -> bool:
        return self != Selection()


class Entry(msgspec.Struct):
    """One line of the input with its envelope taken off."""

    at: float | None
    provider: str
    machine: str
    region: str
    level: str
    message: str

    def head(self) -> "Head | None":
        """How it begins a message of the app; None where it continues one, or is no line of the app."""
        found = elixir.prefix(self.message)
        if found is not None:
            return Head(refine(self.at, found.clock, found.date), found.level, found.meta, found.text)
        said = json_logger.read(self.message) if self.message[:1] == "{" else None
        return None if said is None else Head(self.at, said.level, said.meta, said.text)


class Head(NamedTuple):
    """The beginning of a message: its exact time, level, metadata, and first line of text."""

    at: float | None
    level: str
    meta: dict[str, str]
    text: str


class _Collector(Lines):
    """Keeps the entries instead of joining them."""

    def __init__(self) -> None:
        super().__init__(Tally(), {})
        self.entries: list[Entry] = []

    def entry(self, at: float | None, provider: str, machine: str, region: str, level: str, message: str) -> None:
        self.entries.append(Entry(at, provider, machine, region, level, message))


def entries(log: LogFile) -> Iterator[Entry]:
    """Every line of a log, decoded one by one."""
    layout = msgspec.structs.replace(log.layout, fast=b"")
    reader = Reader(layout, {})
    collector = _Collector()
    reader.lines = collector
    with log.open() as stream:
        while data := stream.read(1 << 20):
            reader.feed(data)
            yield from collector.entries
            collector.entries.clear()
    reader.feed(layout.boundary)
    yield from collector.entries


def moment(text: str, last: float | None) -> float:
    """A point in time: an RFC 3339 stamp, or an age counted back from the last line of the evidence.

    Raises:
        InputError: it is neither.
    """
    found = _AGE.match(text.strip())
    if found:
        return (last or 0.0) - float(found[1]) * _UNIT[found[2]]
    at = epoch(text.strip().replace(" ", "T"))
    if at is None:
        raise InputError(f"{text!r} is no time.", "Give an age (5m, 30s, 2h) or a time (2026-11-24T15:48:00Z).")
    return at


def select(log: LogFile, selection: Selection) -> LogFile:
    """The log with only the lines that are wanted, in memory.

    Raises:
        InputError: a time or a pattern cannot be understood.
    """
    kept = list(entries(log))
    last = max((e.at for e in kept if e.at is not None), default=None)
    since = moment(selection.since, last) if selection.since else None
    until = moment(selection.until, last) if selection.until else None
    kept = [
        e
        for e in kept
        if (since is None or (e.at is not None and e.at >= since))
        and (until is None or (e.at is not None and e.at <= until))
        and (not selection.machines or e.machine in selection.machines)
        and (not selection.regions or e.region in selection.regions)
    ]
    if selection.grep or selection.user or selection.endpoint or selection.status:
        kept = _messages(kept, selection)
    encoder = msgspec.json.Encoder()
    rows = [
        encoder.encode(
            {
                "level": e.level,
                "instance": e.machine,
                "message": e.message,
                "region": e.region,
                "timestamp": _stamp(e.at),
                "meta": {"Event": {"Provider": e.provider}},
            }
        )
        for e in kept
    ]
    return LogFile(log.name, Layout("fly_json", sure=1.0), data=b"\n".join([*rows, b""]), first=log.first)


def _stamp(at: float | None) -> str | None:
    return datetime.fromtimestamp(at, UTC).isoformat() if at is not None else None


def _messages(kept: list[Entry], selection: Selection) -> list[Entry]:
    """Only the messages, and all of the requests, that match."""
    try:
        pattern = re.compile(selection.grep) if selection.grep else None
    except re.error as wrong:
        raise InputError(
            f"{selection.grep!r} is no pattern: {wrong}.", "Give a regular expression of Python."
        ) from wrong
    heads: list[int] = []
    said: list[Head | None] = []
    of: dict[str, int] = {}
    for i, e in enumerate(kept):
        said.append(e.head())
        if said[i] is not None or e.provider != "app" or e.message[:1] == "{":
            of[e.machine] = i
        heads.append(of.get(e.machine, i))
    ids: dict[int, str] = {}
    wanted: set[str] = set()
    chosen: set[int] = set()
    statuses = _statuses(selection.status) if selection.status else None
    for i, e in enumerate(kept):
        head = said[i]
        meta, text = (head.meta, head.text) if head is not None else ({}, e.message)
        rid = meta.get("request_id")
        if rid and heads[i] == i:
            ids[i] = rid
        hit = pattern is None or pattern.search(e.message) is not None
        if hit and selection.user:
            hit = selection.user in elixir.identity(meta) or selection.user in meta.values()
        if hit and selection.endpoint:
            start = START.match(text)
            hit = start is not None and selection.endpoint in (
                f"{start[1]} {template(start[2])}",
                f"{start[1]} {start[2]}",
                start[2],
                template(start[2]),
            )
        if hit and statuses:
            end = END.match(text)
            hit = end is not None and statuses.fullmatch(end[1]) is not None
        if hit:
            chosen.add(heads[i])
            if rid:
                wanted.add(rid)
    return [e for i, e in enumerate(kept) if heads[i] in chosen or ids.get(heads[i]) in wanted]


def _statuses(text: str) -> re.Pattern[str]:
    """`500`, or `5xx` for all of a class."""
    if re.fullmatch(r"[1-5][\dxX]{2}", text) is None:
        raise InputError(f"{text!r} is no status.", "Give one (503) or a class (5xx).")
    return re.compile(text.lower().replace("x", r"\d"))
