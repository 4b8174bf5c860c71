"""Request lines in bulk: nine of ten lines of a busy log, counted without looking at each on its own.

The result equals that of reading line by line (a property test holds it to that); what the pattern does not fit goes that way. Designed after
measurements: `findall` over half a megabyte at a time, one tuple a line, dictionaries keyed by what repeats.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from smokejumper.logs import elixir
from smokejumper.logs.lines import Lines
from smokejumper.logs.requests import METHODS, end, status_class, template
from smokejumper.logs.tally import SERVED
from smokejumper.logs.times import epoch
from smokejumper.model.digest import Answers, End, LogDigest

PIECE = 512 * 1024
FLUSH = 60_000
REMEMBERED = 16_384
_SENT, _CHUNKED = b"SC"
_DIGITS = b"0123456789"
_FRAME = b"    ("
_K = TypeVar("_K")
_COLOUR = re.compile(rb"\x1b\[[\d;]*m")
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
    """`GET /orders/12` as an endpoint; the numbers go first, so that what is left repeats. Empty for what is no request."""
    return _named(_IDS.sub(b"/:id", what))


class _People:
    """Some users and tenants whom an endpoint served, and what a newcomer has to be smaller than to be kept."""

    __slots__ = ("below_tenant", "below_user")

    def __init__(self) -> None:
        self.below_user = self.below_tenant = _LAST


class _Row:
    """Answers of one machine and endpoint: how often each `Sent ...` was said, and when, by class."""

    __slots__ = ("endpoint", "ends", "ok", "people", "slow", "times", "who")

    def __init__(self, who: bytes, endpoint: str, people: _People) -> None:
        self.who, self.endpoint, self.people = who, endpoint, people
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


class Bulk:
    """Counts request lines for one `Lines`, over any number of calls; `flush` hands the counts over."""

    def __init__(self, pattern: bytes, lines: Lines) -> None:
        self.lines = lines
        self.findall = _compiled(pattern).findall
        self.names: dict[bytes, str] = {}
        self.opened: dict[bytes, tuple[_Row, bytes, bytes]] = {}
        self.rows: dict[tuple[bytes, str], _Row] = {}
        self.requests: dict[bytes, tuple[dict[bytes, _Row], dict[bytes, _Row]]] = {}
        """By machine: the row that a request line belongs to, and that one which ends in a number belongs to, by what stands before the number."""
        self.parted: dict[tuple[bytes, bytes, bytes], _Row] = {}
        """By machine: the row of a path with a number in its last segment but one, by what stands before and behind."""
        self.people: dict[str, _People] = {}
        self.moments: dict[bytes, tuple[float, int]] = {}

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
        for known in (_ENDS, _PEOPLE):
            if len(known) > FLUSH:
                known.clear()  # type: ignore[attr-defined] - both are dictionaries

    def _piece(self, data: bytes | bytearray, begin: int, stop: int, other: Callable[[bytes, Lines], None]) -> None:
        lines, names, opened, requests = self.lines, self.names, self.opened, self.requests
        live, ends, people = lines.live, _ENDS, _PEOPLE
        foreign, last, at, bucket = 0, b"", 0.0, 0
        found = self.findall(data, begin, stop)
        for second, who, rid, meta, what, message, rest in found:
            if second != last and second:
                last = second
                at, bucket = self.moments.get(second) or self._moment(second)
            if what:
                if live and (names.get(who) or self._known(who)) in live:
                    lines.close(names[who])
                if what[0] != _SENT and what[0] != _CHUNKED:
                    head = what.rstrip(_DIGITS)
                    words, numbered = requests.get(who) or self._new_table(who)
                    row = numbered.get(head) if len(head) != len(what) else words.get(what)
                    if row is None:
                        row = self._learn(who, what)
                    if row is None:
                        foreign += 1
                        self._put_back(at, who, rid, meta, what)
                        continue
                    start = (row, second, what)
                    if opened.setdefault(rid, start) is not start:
                        self._spill(rid, opened[rid])
                        opened[rid] = start
                    continue
                answer = ends.get(what)
                if answer is None:
                    answer = ends[what] = _end(what)
                    if answer is None:
                        foreign += 1
                        self._put_back(at, who, rid, meta, what)
                        continue
                ms, cls = answer[2], answer[3]
                begun = opened.pop(rid, None)
                if begun is None or cls == "failed":
                    if begun is not None:
                        self._spill(rid, begun)
                    self._alone(at, who, rid, meta, answer)
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
                if ms >= 1000:  # noqa: PLR2004 - a second is slow
                    row.slow[cls, bucket] = max(ms, row.slow.get((cls, bucket), 0))
            elif who:
                name = names.get(who) or self._known(who)
                if message[:5] == _FRAME and name in live:
                    lines.frame(name, message)
                    continue
                if b'"source":"oban"' in message and (b'"event":"job:start"' in message or b'"state":"success"' in message):
                    lines.quiet_job(at, name, lines.digest.machines[name].region, message)
                    continue
                lines.app_line(at, name, lines.digest.machines[name].region, message.decode("utf-8", "replace"))
            else:
                foreign += 1
                if rest:
                    other(rest, lines)
        own = len(found) - foreign
        lines.digest.lines += own
        if own:
            lines.digest.providers["app"] = lines.digest.providers.get("app", 0) + own

    def _alone(self, at: float, who: bytes, rid: bytes, meta: bytes, answer: tuple[int, int, int, str]) -> None:
        """An answer that is looked at on its own: it failed, or its request was not seen here."""
        name = self.names.get(who) or self._known(who)
        self.lines.digest.open.setdefault(name, None)
        user, tenant = _identity(meta)
        end = End(name, at, answer[0], answer[1], answer[2], _some(user), _some(tenant))
        self.lines.tally.end(name, rid.decode(), end)

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

    def _known(self, who: bytes) -> str:
        """Remember a machine, and that its lines have been seen."""
        machine, _, rest = who.partition(b"]")
        name = machine.decode()
        self.lines.tally.machine(name, _COLOUR.sub(b"", rest).strip().decode())
        self.names[who] = name
        return name

    def _new_table(self, who: bytes) -> tuple[dict[bytes, _Row], dict[bytes, _Row]]:
        table: tuple[dict[bytes, _Row], dict[bytes, _Row]] = ({}, {})
        self.requests[who] = table
        return table

    def _learn(self, who: bytes, what: bytes) -> _Row | None:
        """The row of a request line not seen before; None where the line says more than a method and a path."""
        left, _, tail = what.rpartition(b"/")
        before = left.rstrip(_DIGITS)
        parted = (who, before, tail) if len(before) != len(left) and before.endswith(b"/") else None
        if parted is not None and (known := self.parted.get(parted)) is not None and not tail.endswith((b"\r", b" ")):
            return known
        endpoint = "" if what.strip().count(b" ") != 1 else _endpoint(what)
        if not endpoint:
            return None
        row = self.rows.get((who, endpoint))
        if row is None:
            people = self.people.get(endpoint)
            if people is None:
                people = self.people[endpoint] = _People()
            row = self.rows[who, endpoint] = _Row(who, endpoint, people)
        words, numbered = self.requests[who]
        if parted is not None and b" " not in tail:
            _remember(self.parted, parted, row)
            return row
        head = what.rstrip(_DIGITS)
        if len(head) == len(what):
            _remember(words, what, row)
        elif head.endswith(b"/"):
            _remember(numbered, head, row)
        return row

    def _moment(self, second: bytes) -> tuple[float, int]:
        tally = self.lines.tally
        at = epoch(second.decode("ascii", "replace") + "Z")
        tally.seen(at)
        found = (at or 0.0, tally.bucket(at) or 0)
        if len(self.moments) > FLUSH:
            self.moments.clear()
        self.moments[second] = found
        return found

    def _spill(self, rid: bytes, begun: tuple[_Row, bytes, bytes]) -> None:
        """Hand an open request over to the tally."""
        row, second, what = begun
        method, _, path = what.decode("utf-8", "replace").rstrip().partition(" ")
        at, _ = self.moments.get(second) or self._moment(second)
        machine = self.names.get(row.who) or self._known(row.who)
        self.lines.digest.open.setdefault(machine, None)
        self.lines.tally.start(machine, at, rid.decode(), method, path)

    def _put_back(self, at: float, who: bytes, rid: bytes, meta: bytes, what: bytes) -> None:
        """A line that looked like a request's and is none: a message with the same beginning."""
        lines = self.lines
        lines.digest.lines += 1
        lines.digest.providers["app"] = lines.digest.providers.get("app", 0) + 1
        name = self.names.get(who) or self._known(who)
        text = f"00:00:00 request_id={rid.decode()} {meta.decode('utf-8', 'replace')}[info] {what.decode('utf-8', 'replace')}"
        found = elixir.prefix(text)
        if found is not None:
            lines.head(at, at, name, lines.digest.machines[name].region, found.level, found.meta, found.text.removesuffix("\r"))

    def flush(self) -> None:
        """Hand everything over to the tally."""
        digest = self.lines.digest
        for rid, begun in self.opened.items():
            self._spill(rid, begun)
        self.opened.clear()
        for (who, endpoint), row in self.rows.items():
            if not row.ends:
                continue
            machine = self.names.get(who) or self._known(who)
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
