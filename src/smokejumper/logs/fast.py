"""Request lines in bulk: nine of ten lines of a busy log, counted without looking at each on its own.

The result equals that of reading line by line (a property test holds it to that); what the pattern does not fit goes
that way. Designed after measurements: `findall` over half a megabyte at a time, one tuple a line, dictionaries keyed
by what repeats.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple, TypeVar

from smokejumper.logs import elixir
from smokejumper.logs.lines import Lines
from smokejumper.logs.requests import METHODS, end, is_parameter, status_class, template
from smokejumper.logs.tally import SERVED
from smokejumper.model.digest import Answers, End, LogDigest

PIECE = 512 * 1024
FLUSH = 60_000
REMEMBERED = 16_384
SECOND = 19
"""Bytes of a time to the second."""
TOKEN = 16
_SENT, _CHUNKED = b"SC"
_DIGITS = b"0123456789"
_FRAME = b"    ("
_K = TypeVar("_K")
_IDS = re.compile(rb"/(?:\d+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?=[/?]|$)")


@lru_cache(maxsize=64)
def _compiled(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern)


_LAST = chr(0x10FFFF)
"""Sorts behind every name; stands for nobody."""


def _identity(meta: bytes) -> tuple[str, str]:
    found = elixir.prefix(f"00:00:00 {meta.decode('utf-8', 'replace')}[info] x")
    user, tenant = elixir.identity(found.meta) if found else (None, None)
    return user or _LAST, tenant or _LAST


def _some(name: str) -> str | None:
    return None if name == _LAST else name


_PEOPLE: dict[bytes, tuple[str, str]] = {}
"""Whom metadata name, for those seen."""
_ENDS: dict[bytes, tuple[int, int, int, str] | None] = {}
"""What `Sent 200 in 12ms` says, for those seen; durations repeat."""


def _end(what: bytes) -> tuple[int, int, int, str] | None:
    found = end(what.decode("utf-8", "replace").removesuffix("\r"))
    return (*found, status_class(found[0])) if found else None


@lru_cache(maxsize=65536)
def _named(what: bytes) -> str:
    method, _, path = what.decode("utf-8", "replace").rstrip().partition(" ")
    return f"{method} {template(path)}" if method in METHODS else ""


def _endpoint(what: bytes) -> str:
    """`GET /orders/12` as an endpoint, empty for no request; the numbers go first, so that what is left repeats."""
    return _named(_IDS.sub(b"/:id", what))


class _People:
    """Some users and tenants whom an endpoint served, and what a newcomer has to be smaller than to be kept."""

    __slots__ = ("below_tenant", "below_user")

    def __init__(self) -> None:
        self.below_user = self.below_tenant = _LAST


class _Row:
    """Answers of one machine and endpoint: how often each `Sent ...` was said, and when, by class."""

    __slots__ = ("endpoint", "ends", "machine", "ok", "people", "slow", "times")

    def __init__(self, machine: str, endpoint: str, people: _People) -> None:
        self.machine, self.endpoint, self.people = machine, endpoint, people
        self.ends: dict[bytes, int] = {}
        self.ok: dict[int, int] = {}
        self.times: dict[str, dict[int, int]] = {"ok": self.ok, "missing": {}, "refused": {}}
        self.slow: dict[tuple[str, int], int] = {}

    def clear(self) -> None:
        """Forget what was handed over."""
        self.ends.clear()
        self.slow.clear()
        for times in self.times.values():
            times.clear()


class _Place(NamedTuple):
    """What the envelope says of a line, a machine in one second, and the rows that its request lines belong to.

    `numbered` are those that end in a number, by what stands before it.
    """

    at: float
    bucket: int
    machine: str
    region: str
    words: dict[bytes, _Row]
    numbered: dict[bytes, _Row]


class Bulk:
    """Counts request lines for one `Lines`, over any number of calls; `flush` hands the counts over.

    The pattern's groups are: envelope, request id, metadata behind it, the rest of a request line; or any other line.
    `place` reads an envelope.
    """

    def __init__(self, pattern: bytes, place: Callable[[bytes], tuple[float, str, str] | None], lines: Lines) -> None:
        self.lines = lines
        self.findall = _compiled(pattern).findall
        self.place = place
        self.places: dict[bytes, _Place] = {}
        self.width = self.offset = 0
        """Bytes of the envelope, and of what stands in it before the time."""
        self.moments: dict[bytes, tuple[float, int]] = {}
        self.homes: dict[bytes, tuple[str, str, dict[bytes, _Row], dict[bytes, _Row]]] = {}
        self.opened: dict[bytes, tuple[_Row, float, bytes]] = {}
        self.rows: dict[tuple[str, str], _Row] = {}
        self.tables: dict[str, tuple[dict[bytes, _Row], dict[bytes, _Row]]] = {}
        self.parted: dict[tuple[str, bytes, bytes], _Row] = {}
        """The row of a path with a number in its last segment but one, by machine and what stands before and behind."""
        self.people: dict[str, _People] = {}

    def read(self, data: bytes | bytearray, begin: int, end: int, other: Callable[[bytes, Lines], None]) -> None:
        """Read whole lines; `other` reads one that is written otherwise."""
        while begin < end:
            to = begin + PIECE
            if to < end:
                to = data.rfind(b"\n", begin, to) + 1 or (data.find(b"\n", to) + 1 or end)
            self._piece(data, begin, min(to, end), other)
            begin = to
        if len(self.opened) > FLUSH:
            self.flush()
        if len(_ENDS) > FLUSH:
            _ENDS.clear()
        if len(_PEOPLE) > FLUSH:
            _PEOPLE.clear()

    def _piece(self, data: bytes | bytearray, begin: int, stop: int, other: Callable[[bytes, Lines], None]) -> None:
        lines, places, opened = self.lines, self.places, self.opened
        live, ends, people = lines.live, _ENDS, _PEOPLE
        foreign = 0
        found = self.findall(data, begin, stop)
        for envelope, rid, meta, what, rest in found:
            if what:
                place = places.get(envelope) or self._arrive(envelope)
                if place is None:
                    foreign += 1
                    lines.digest.lines += 1
                    lines.digest.unparsed += 1
                    continue
                at, bucket, machine, region, words, numbered = place
                if live and machine in live:
                    lines.close(machine)
                if what[0] != _SENT and what[0] != _CHUNKED:
                    head = what.rstrip(_DIGITS)
                    row = numbered.get(head) if len(head) != len(what) else words.get(what)
                    if row is None:
                        row = self._learn(machine, what)
                        if row is None:
                            foreign += 1
                            self._put_back(at, machine, region, rid, meta, what)
                            continue
                    start = (row, at, what)
                    if opened.setdefault(rid, start) is not start:
                        self._spill(rid, opened[rid])
                        opened[rid] = start
                    continue
                answer = ends.get(what)
                if answer is None:
                    answer = ends[what] = _end(what)
                    if answer is None:
                        foreign += 1
                        self._put_back(at, machine, region, rid, meta, what)
                        continue
                begun = opened.pop(rid, None)
                cls = answer[3]
                if begun is None or cls == "failed":
                    if begun is not None:
                        self._spill(rid, begun)
                    self._alone(at, machine, rid, meta, answer)
                    continue
                row = begun[0]
                row.ends[what] = row.ends.get(what, 0) + 1
                if cls == "ok":
                    times = row.ok
                    if meta:
                        served = people.get(meta)
                        if served is None:
                            served = people[meta] = _identity(meta)
                        if served[0] < row.people.below_user or served[1] < row.people.below_tenant:
                            self._person(row, served)
                else:
                    times = row.times[cls]
                times[bucket] = times.get(bucket, 0) + 1
                if answer[2] >= 1000:
                    row.slow[cls, bucket] = max(answer[2], row.slow.get((cls, bucket), 0))
            elif rest:
                known = places.get(rest[: self.width]) if self.width else None
                if known is None:
                    foreign += 1
                    other(rest, lines)
                else:
                    self._said(known, rest[self.width :])
            else:
                foreign += 1
        own = len(found) - foreign
        lines.digest.lines += own
        if own:
            lines.digest.providers["app"] = lines.digest.providers.get("app", 0) + own

    def _said(self, place: _Place, message: bytes) -> None:
        """A line of the app that is no request's."""
        lines = self.lines
        if message[:5] == _FRAME and place.machine in lines.live:
            lines.frame(place.machine, message)
        elif b'"source":"oban"' in message and (b'"event":"job:start"' in message or b'"state":"success"' in message):
            lines.quiet_job(place.at, place.machine, place.region, message)
        else:
            lines.app_line(place.at, place.machine, place.region, message.decode("utf-8", "replace"))

    def _arrive(self, envelope: bytes) -> _Place | None:
        """A machine's first line in a second; None where the envelope is none after all (an impossible time)."""
        at_second, behind = self.offset, self.offset + SECOND
        second, who = envelope[at_second:behind], envelope[behind:]
        moment, home = self.moments.get(second), self.homes.get(who)
        if moment is None or home is None:
            found = self.place(envelope)
            if found is None:
                return None
            at, machine, region = found
            tally = self.lines.tally
            tally.seen(at)
            tally.machine(machine, region)
            self.offset = max(0, envelope.find(b"T") - SECOND + 9)
            self.width = len(envelope)
            if len(self.moments) > FLUSH:
                self.moments.clear()
            at_second, behind = self.offset, self.offset + SECOND
            moment = self.moments[envelope[at_second:behind]] = (at, tally.bucket(at) or 0)
            words, numbered = self.tables.setdefault(machine, ({}, {}))
            home = self.homes[envelope[behind:]] = (machine, region, words, numbered)
        self.lines.digest.open.setdefault(home[0], None)
        if len(self.places) > FLUSH:
            self.places.clear()
        place = self.places[envelope] = _Place(moment[0], moment[1], *home)
        return place

    def _alone(self, at: float, machine: str, rid: bytes, meta: bytes, answer: tuple[int, int, int, str]) -> None:
        """An answer that is looked at on its own: it failed, or its request was not seen here."""
        self.lines.digest.open.setdefault(machine, None)
        user, tenant = _identity(meta)
        end = End(machine, at, answer[0], answer[1], answer[2], _some(user), _some(tenant))
        self.lines.tally.end(machine, rid.decode("utf-8", "replace"), end)

    def _person(self, row: _Row, served: tuple[str, str]) -> None:
        tally, people = self.lines.tally, row.people
        if served[0] != _LAST:
            tally.keep_user(row.endpoint, served[0])
            kept = tally.digest.served_users[row.endpoint]
            people.below_user = kept[-1] if len(kept) == SERVED else _LAST
        if served[1] != _LAST:
            tally.keep_tenant(row.endpoint, served[1])
            kept = tally.digest.served_tenants[row.endpoint]
            people.below_tenant = kept[-1] if len(kept) == SERVED else _LAST

    def _learn(self, machine: str, what: bytes) -> _Row | None:
        """The row of a request line not seen before; None where the line says more than a method and a path."""
        left, _, tail = what.rpartition(b"/")
        before = left.rstrip(_DIGITS)
        parted: tuple[str, bytes, bytes] | None = None
        if b" " not in tail:
            if len(before) != len(left) and before.endswith(b"/"):
                parted = (machine, before, tail)
            elif len(tail) >= TOKEN and is_parameter(tail.decode("utf-8", "replace")):
                parted = (machine, left, b"")
        if parted is not None and (known := self.parted.get(parted)) is not None:
            return known
        endpoint = "" if what.strip().count(b" ") != 1 else _endpoint(what)
        if not endpoint:
            return None
        row = self.rows.get((machine, endpoint))
        if row is None:
            people = self.people.setdefault(endpoint, _People())
            row = self.rows[machine, endpoint] = _Row(machine, endpoint, people)
        words, numbered = self.tables[machine]
        if parted is not None:
            _remember(self.parted, parted, row)
            return row
        head = what.rstrip(_DIGITS)
        if len(head) == len(what):
            _remember(words, what, row)
        elif head.endswith(b"/"):
            _remember(numbered, head, row)
        return row

    def _spill(self, rid: bytes, begun: tuple[_Row, float, bytes]) -> None:
        """Hand an open request over to the tally."""
        row, at, what = begun
        method, _, path = what.decode("utf-8", "replace").rstrip().partition(" ")
        self.lines.digest.open.setdefault(row.machine, None)
        self.lines.tally.start(row.machine, at, rid.decode("utf-8", "replace"), method, path)

    def _put_back(self, at: float, machine: str, region: str, rid: bytes, meta: bytes, what: bytes) -> None:
        """A line that looked like a request's and is none: a message with the same beginning."""
        lines = self.lines
        lines.digest.lines += 1
        lines.digest.providers["app"] = lines.digest.providers.get("app", 0) + 1
        said, told = meta.decode("utf-8", "replace"), what.decode("utf-8", "replace")
        text = f"00:00:00 request_id={rid.decode('utf-8', 'replace')} {said}[info] {told}"
        found = elixir.prefix(text)
        if found is not None:
            lines.head(at, at, machine, region, found.level, found.meta, found.text.removesuffix("\r"))

    def flush(self) -> None:
        """Hand everything over to the tally."""
        digest = self.lines.digest
        for rid, begun in self.opened.items():
            self._spill(rid, begun)
        self.opened.clear()
        for (machine, endpoint), row in self.rows.items():
            if not row.ends:
                continue
            digest.open.setdefault(machine, None)
            for what, count in row.ends.items():
                status, latency, _, cls = _end(what) or (0, 0, 0, "ok")
                found = _answers(digest, machine, endpoint, cls)
                found.statuses[status] = found.statuses.get(status, 0) + count
                found.latency[latency] = found.latency.get(latency, 0) + count
            for cls, times in row.times.items():
                if times:
                    series = _answers(digest, machine, endpoint, cls).series
                    for bucket, count in times.items():
                        series[bucket] = series.get(bucket, 0) + count
            for (cls, bucket), ms in row.slow.items():
                longest = _answers(digest, machine, endpoint, cls).slow
                longest[bucket] = max(longest.get(bucket, 0), ms)
            row.clear()


def _remember(table: dict[_K, _Row], key: _K, row: _Row) -> None:
    if len(table) > REMEMBERED:
        table.clear()
    table[key] = row


def _answers(digest: LogDigest, machine: str, endpoint: str, cls: str) -> Answers:
    key = (machine, endpoint, cls)
    found = digest.answers.get(key)
    if found is None:
        found = digest.answers[key] = Answers({}, {}, {}, {})
    return found
