"""Request lines in bulk: nine of ten lines of a busy log, counted without looking at each on its own.

The result equals that of reading line by line (a property test holds it to that); what the pattern does not fit goes that way. Designed after
measurements: `findall` over half a megabyte at a time, one tuple a line, dictionaries keyed by what repeats.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from smokejumper.logs import elixir
from smokejumper.logs.lines import Lines
from smokejumper.logs.requests import METHODS, end, status_class, template
from smokejumper.logs.times import epoch
from smokejumper.model.digest import Answers, End, LogDigest

PIECE = 512 * 1024
FLUSH = 60_000
_SENT, _CHUNKED = b"SC"
_COLOUR = re.compile(rb"\x1b\[[\d;]*m")
_IDS = re.compile(rb"/(?:\d+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?=[/?]|$)")
_UNKNOWN = (None, None)


@lru_cache(maxsize=64)
def _compiled(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern)


@lru_cache(maxsize=65536)
def _identity(meta: bytes) -> tuple[str | None, str | None]:
    found = elixir.prefix(f"00:00:00 {meta.decode('utf-8', 'replace')}[info] x")
    return elixir.identity(found.meta) if found else _UNKNOWN


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


class _Row:
    """Answers of one machine and endpoint: how often each `Sent ...` was said, and when, by class."""

    __slots__ = ("ends", "slow", "times")

    def __init__(self) -> None:
        self.ends: dict[bytes, int] = {}
        self.times: dict[str, dict[int, int]] = {"ok": {}, "missing": {}, "refused": {}}
        self.slow: dict[tuple[str, int], int] = {}


class Bulk:
    """Counts request lines for one `Lines`, over any number of calls; `flush` hands the counts over."""

    def __init__(self, pattern: bytes, lines: Lines) -> None:
        self.lines = lines
        self.findall = _compiled(pattern).findall
        self.names: dict[bytes, str] = {}
        self.opened: dict[bytes, tuple[bytes, bytes, bytes, str]] = {}
        self.rows: dict[tuple[bytes, str], _Row] = {}
        self.endpoints: dict[bytes, str] = {}
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
        if len(_ENDS) > FLUSH:
            _ENDS.clear()

    def _piece(self, data: bytes | bytearray, begin: int, stop: int, other: Callable[[bytes, Lines], None]) -> None:
        lines, names, opened, rows, endpoints = self.lines, self.names, self.opened, self.rows, self.endpoints
        live, ends = lines.live, _ENDS
        keep_user, keep_tenant = lines.tally.keep_user, lines.tally.keep_tenant
        fast, last, at, bucket = 0, b"", 0.0, 0
        for second, who, rid, meta, what, message, rest in self.findall(data, begin, stop):
            if second != last and who:
                last = second
                at, bucket = self.moments.get(second) or self._moment(second)
            if what:
                if live and (names.get(who) or self._known(who)) in live:
                    lines.close(names[who])
                if what[0] != _SENT and what[0] != _CHUNKED:
                    endpoint = endpoints.get(what)
                    if endpoint is None:
                        endpoint = self._learn(what)
                    if not endpoint:
                        self._put_back(at, who, rid, meta, what)
                        continue
                    fast += 1
                    start = (who, second, what, endpoint)
                    if opened.setdefault(rid, start) is not start:
                        self._spill(rid, opened[rid])
                        opened[rid] = start
                    continue
                answer = ends.get(what)
                if answer is None:
                    answer = ends[what] = _end(what)
                if answer is None:
                    self._put_back(at, who, rid, meta, what)
                    continue
                fast += 1
                status, latency, ms, cls = answer
                begun = opened.pop(rid, None)
                if begun is None or cls == "failed":
                    if begun is not None:
                        self._spill(rid, begun)
                    name = names.get(who) or self._known(who)
                    lines.digest.open.setdefault(name, None)
                    lines.tally.end(name, rid.decode(), End(name, at, status, latency, ms, *_identity(meta)))
                    continue
                endpoint = begun[3]
                place = (begun[0], endpoint)
                row = rows.get(place)
                if row is None:
                    row = rows[place] = _Row()
                row.ends[what] = row.ends.get(what, 0) + 1
                times = row.times[cls]
                times[bucket] = times.get(bucket, 0) + 1
                if ms >= 1000:  # noqa: PLR2004 - a second is slow
                    row.slow[cls, bucket] = max(ms, row.slow.get((cls, bucket), 0))
                if meta and cls == "ok":
                    user, tenant = _identity(meta)
                    if user is not None:
                        keep_user(endpoint, user)
                    if tenant is not None:
                        keep_tenant(endpoint, tenant)
            elif who:
                fast += 1
                name = names.get(who) or self._known(who)
                lines.app_line(at, name, lines.digest.machines[name].region, message.decode("utf-8", "replace"))
            elif rest:
                other(rest, lines)
        digest = lines.digest
        digest.lines += fast
        if fast:
            digest.providers["app"] = digest.providers.get("app", 0) + fast

    def _known(self, who: bytes) -> str:
        """Remember a machine, and that its lines have been seen."""
        machine, _, rest = who.partition(b"]")
        name = machine.decode()
        self.lines.tally.machine(name, _COLOUR.sub(b"", rest).strip().decode())
        self.names[who] = name
        return name

    def _learn(self, what: bytes) -> str:
        """The endpoint of a request line not seen before; empty where the line says more than a method and a path."""
        endpoint = "" if what.strip().count(b" ") != 1 else _endpoint(what)
        if len(self.endpoints) > FLUSH:
            self.endpoints.clear()
        self.endpoints[what] = endpoint
        return endpoint

    def _moment(self, second: bytes) -> tuple[float, int]:
        tally = self.lines.tally
        at = epoch(second.decode("ascii", "replace") + "Z")
        tally.seen(at)
        found = (at or 0.0, tally.bucket(at) or 0)
        if len(self.moments) > FLUSH:
            self.moments.clear()
        self.moments[second] = found
        return found

    def _spill(self, rid: bytes, begun: tuple[bytes, bytes, bytes, str]) -> None:
        """Hand an open request over to the tally."""
        who, second, what, _ = begun
        method, _, path = what.decode("utf-8", "replace").rstrip().partition(" ")
        at, _ = self.moments.get(second) or self._moment(second)
        machine = self.names.get(who) or self._known(who)
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
        self.rows.clear()


def _answers(digest: LogDigest, machine: str, endpoint: str, cls: str) -> Answers:
    key = (machine, endpoint, cls)
    found = digest.answers.get(key)
    if found is None:
        found = digest.answers[key] = Answers({}, {}, {}, {})
    return found
