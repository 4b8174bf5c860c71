"""The evidence as judgement sees it.

The digest's tables with routes named, ends joined and noise of the reader's making taken out.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from smokejumper.causes.routes import Routes
from smokejumper.logs.events import CLIENT_ERRORS
from smokejumper.logs.requests import is_health, latency_ms, template
from smokejumper.logs.tally import rank
from smokejumper.logs.times import stamp
from smokejumper.model.digest import ErrorGroup, Event, LogDigest, Span
from smokejumper.model.readings import Readings

NO_ROUTE = "(no route)"
YEAR_10000 = 253_402_300_800.0
PROXY_ANSWERS = frozenset(("PR01", "PR02", "PR03", "PR04", "PR05", "PU02", "PU03"))
"""Codes of Fly's proxy that stand for an answer with 5xx (superfly/docs `monitoring/error-codes`)."""


class Cell(msgspec.Struct):
    """Requests of one machine and endpoint."""

    ok: int = 0
    refused: int = 0
    failed: int = 0
    latency: dict[int, int] = {}
    series: dict[int, list[int]] = {}
    """By bucket: ok, 4xx, 5xx."""
    slow: dict[int, int] = {}
    """By bucket: the longest answer below 5xx in ms, where it took a second or more."""

    @property
    def requests(self) -> int:
        """All answers."""
        return self.ok + self.refused + self.failed


class Case:
    """The tables of one incident. Read only."""

    def __init__(self, digest: LogDigest, readings: Readings) -> None:
        self.digest = digest
        self.readings = readings
        self.width = digest.width
        self.first, self.last = digest.first, digest.last
        self.dateless = digest.first is not None and digest.first < 86_400 * 365
        self._routes = self._learn_routes()
        self.cells: dict[tuple[str, str], Cell] = {}
        self.health: dict[str, Cell] = {}
        self._fill()
        self.places = {signature: self._places(group) for signature, group in digest.groups.items()}
        """Where each group's errors stand: spans by machine and named endpoint (or job)."""
        self.unfinished = self._join_ends()
        self.regions = {machine: log.region for machine, log in digest.machines.items() if log.region}
        self.serving = sorted({machine for (machine, _), cell in self.cells.items() if cell.requests >= 3} - {""})
        """Machines that answered requests."""

    # ---- building

    def _learn_routes(self) -> Routes:
        answered = set()
        values: set[str] = set()
        for (_, endpoint, cls), row in self.digest.answers.items():
            if cls != "missing" and endpoint:
                answered.add(endpoint.partition(" ")[2])
            values.update(row.tenants)
        for tenants in self.digest.served_tenants.values():
            values.update(tenants)
        for group in self.digest.groups.values():
            values.update(group.tenants)
        return Routes(answered, values)

    def endpoint(self, raw: str) -> str:
        """An endpoint with the slugs of its path as `:id`."""
        method, _, path = raw.partition(" ")
        return f"{method} {self._routes.canonical(path)[0]}" if path else raw

    def _fill(self) -> None:
        known = {self.endpoint(endpoint) for (_, endpoint, cls) in self.digest.answers if cls != "missing" and endpoint}
        for (machine, raw, cls), row in self.digest.answers.items():
            endpoint = self.endpoint(raw) if raw else ""
            path = raw.partition(" ")[2]
            if cls == "missing" and endpoint not in known:
                endpoint = f"{raw.partition(' ')[0]} {NO_ROUTE}"
            if is_health(path) and endpoint in known:
                cell = self.health.setdefault(endpoint, Cell())
            else:
                cell = self.cells.setdefault((machine, endpoint), Cell())
            count = sum(row.statuses.values())
            index = {"ok": 0, "missing": 1, "refused": 1, "failed": 2}[cls]
            if index == 0:
                cell.ok += count
            elif index == 1:
                cell.refused += count
            else:
                cell.failed += count
            for latency, n in row.latency.items():
                cell.latency[latency] = cell.latency.get(latency, 0) + n
            for bucket, n in row.series.items():
                cell.series.setdefault(bucket, [0, 0, 0])[index] += n
            if index < 2:
                for bucket, ms in row.slow.items():
                    cell.slow[bucket] = max(cell.slow.get(bucket, 0), ms)

    def _places(self, group: ErrorGroup) -> dict[tuple[str, str], Span]:
        places: dict[tuple[str, str], Span] = {}
        for (machine, where), span in group.cells.items():
            key = (machine, self.endpoint(where) if " /" in where else where)
            places.setdefault(key, Span()).join(span)
        return places

    def _join_ends(self) -> list[tuple[str, str, float | None]]:
        """Give errors without an answer their 500, and return what was never answered: machine, endpoint, start."""
        started = {rid: list(starts) for rid, starts in self.digest.started.items()}
        kept = max(map(rank, self.digest.failed), default=0)
        for rid, waiting in self.digest.raised.items():
            for raised in waiting:
                group = self.digest.groups.get(raised.signature)
                if group is None or (group.type in CLIENT_ERRORS and group.kind == "error"):
                    continue
                begun = started.get(rid)
                endpoint = ""
                if begun:
                    start = begun.pop()
                    endpoint = self.endpoint(f"{start.method} {template(start.path)}")
                elif rid in self.digest.ended:
                    continue
                place = self.places[group.signature].setdefault((raised.machine, endpoint), Span())
                place.add(raised.at)
                if not self._answered_elsewhere(group, rid) and not self._let_go(rid, kept):
                    self._fail(raised.machine, endpoint, raised.at)
        for (machine, method, path), balance in sorted(self.digest.crashes.items()):
            if balance >= 0:
                continue
            endpoint = self.endpoint(f"{method} {template(path)}")
            candidates = sorted(
                (starts[0].at or 0.0, rid)
                for rid, starts in started.items()
                if starts
                and starts[0].machine == machine
                and starts[0].method == method
                and starts[0].path.split("?", 1)[0] == path
            )
            for _, rid in candidates[:-balance]:
                started[rid].pop(0)
            for _ in range(-balance):
                self._fail(machine, endpoint, None)
        for rid, ends in self.digest.ended.items():
            for end in ends:
                cell = self.cells.setdefault((end.machine, ""), Cell())
                index = 2 if end.status >= 500 else 1 if end.status >= 400 else 0
                cell.ok += index == 0
                cell.refused += index == 1
                cell.failed += index == 2
                cell.latency[end.latency] = cell.latency.get(end.latency, 0) + 1
                if end.at is not None:
                    cell.series.setdefault(int(end.at) & ~(self.width - 1), [0, 0, 0])[index] += 1
                raised_here = self.digest.raised.get(rid, ())
                for raised in raised_here:
                    if raised.signature in self.places:
                        self.places[raised.signature].setdefault((raised.machine, ""), Span()).add(raised.at)
        left = [
            (s.machine, self.endpoint(f"{s.method} {template(s.path)}"), s.at)
            for starts in started.values()
            for s in starts
            if not is_health(s.path)
        ]
        return sorted(left, key=lambda x: (x[0], x[1], x[2] or 0.0))

    def _let_go(self, rid: str, kept: int) -> bool:
        """Was this request's answer perhaps counted, and then let go of with those of the largest rank?"""
        return bool(self.digest.dropped.get("failed")) and rank(rid) > kept

    def _answered_elsewhere(self, group: ErrorGroup, rid: str) -> bool:
        """Is this error an earlier word about a request that another error answers?"""
        return any(
            raised.signature < group.signature
            for raised in self.digest.raised.get(rid, ())
            if raised.signature != group.signature
        )

    def _fail(self, machine: str, endpoint: str, at: float | None) -> None:
        cell = self.cells.setdefault((machine, endpoint), Cell())
        cell.failed += 1
        if at is not None:
            cell.series.setdefault(int(at) & ~(self.width - 1), [0, 0, 0])[2] += 1

    # ---- asking

    def stamp(self, at: float | None) -> str | None:
        """A time as RFC 3339; None where it, or its day, is unknown, or no calendar has it."""
        return None if at is None or self.dateless or not 0 <= at < YEAR_10000 else stamp(at)

    @property
    def machines(self) -> list[str]:
        """Every machine that the log names, and those that Fly says are up."""
        fly = self.readings.fly
        up = {m.id for m in (fly.machines if fly is not None else None) or () if m.state == "started" and not m.special}
        return sorted({m for m in self.digest.machines if m} | up)

    @property
    def groups(self) -> Iterable[ErrorGroup]:
        """All error groups, most frequent first."""
        return sorted(self.digest.groups.values(), key=lambda g: (-g.span.count, g.signature))

    def total(self, machines: Iterable[str] | None = None, endpoints: Iterable[str] | None = None) -> Cell:
        """The sum of cells, of all machines or endpoints where none are named."""
        ms, es = (None if x is None else set(x) for x in (machines, endpoints))
        sum_ = Cell()
        for (machine, endpoint), cell in self.cells.items():
            if (ms is None or machine in ms) and (es is None or endpoint in es):
                sum_.ok += cell.ok
                sum_.refused += cell.refused
                sum_.failed += cell.failed
                for latency, n in cell.latency.items():
                    sum_.latency[latency] = sum_.latency.get(latency, 0) + n
                for bucket, three in cell.series.items():
                    mine = sum_.series.setdefault(bucket, [0, 0, 0])
                    for i in range(3):
                        mine[i] += three[i]
                for bucket, ms_ in cell.slow.items():
                    sum_.slow[bucket] = max(sum_.slow.get(bucket, 0), ms_)
        return sum_

    def endpoints(self) -> list[str]:
        """The routes that were asked for, without paths that have none."""
        return sorted({e for (_, e), cell in self.cells.items() if e and cell.requests and not e.endswith(NO_ROUTE)})

    def served(self, endpoints: Iterable[str]) -> tuple[set[str], set[str]]:
        """Some users and tenants whom these endpoints answered well."""
        wanted = set(endpoints)
        users = {u for raw, us in self.digest.served_users.items() if self.endpoint(raw) in wanted for u in us}
        tenants = {t for raw, ts in self.digest.served_tenants.items() if self.endpoint(raw) in wanted for t in ts}
        return users, tenants

    def between(self, cell: Cell, since: float | None, until: float | None, index: int = 0) -> int:
        """Answers of one class (0 ok, 1 4xx, 2 5xx) in buckets between `since` and `until`.

        A bucket lies between them if it begins at or after the one and ends at or before the other.
        """
        return sum(
            three[index]
            for bucket, three in cell.series.items()
            if (since is None or bucket >= math.floor(since))
            and (until is None or bucket + self.width <= math.ceil(until))
        )

    def events(self, kind: str, machine: str | None = None) -> list[tuple[str, Event]]:
        """What happened to machines, in order of time."""
        found = [
            (m, event)
            for m, log in self.digest.machines.items()
            if machine is None or m == machine
            for event in log.events.get(kind, ())
        ]
        return sorted(found, key=lambda x: (x[1].at is None, x[1].at or 0.0, x[0]))

    def type_counts(self, processes: Iterable[str]) -> dict[str, int]:
        """How many errors of each type stand in these processes; exits as `exit:` and their reason."""
        wanted, counts = set(processes), Counter[str]()
        for group in self.digest.groups.values():
            if group.process not in wanted or group.level == "warning" or group.kind == "platform":
                continue
            if group.process == "request" and group.type in CLIENT_ERRORS:
                continue
            if group.kind.startswith("exit"):
                counts[f"exit:{group.reason or 'other'}"] += group.span.count
            elif group.kind == "throw":
                counts["throw"] += group.span.count
            elif group.type is not None:
                counts[group.type] += group.span.count
        return dict(sorted(counts.items()))

    def proxy_answers(self) -> int:
        """Requests that Fly's proxy answered with 5xx itself."""
        return sum(
            g.span.count for g in self.digest.groups.values() if g.kind == "platform" and g.name in PROXY_ANSWERS
        )


def quantile(latency: Mapping[int, int], share: float) -> float | None:
    """A quantile of a histogram of latency classes, in ms."""
    total = sum(latency.values())
    if not total:
        return None
    need, seen = share * total, 0
    for cls in sorted(latency):
        seen += latency[cls]
        if seen >= need:
            return round(latency_ms(cls), 1)
    return None
