"""The LogDigest while it grows: every fact that a reader finds is put in here."""

import zlib
from functools import lru_cache
from typing import Any, TypeVar

from smokejumper.logs import groups as grouping
from smokejumper.logs.requests import status_class, template
from smokejumper.masking import mask, mask_id
from smokejumper.model.digest import (
    Answers,
    End,
    ErrorGroup,
    Event,
    Failed,
    LogDigest,
    MachineLog,
    Mark,
    Raised,
    Span,
    Start,
)
from smokejumper.model.errors import Frame

OPEN_LIMIT = 20_000
"""Requests that may be open at once; beyond, those with the largest hash are let go and counted in `dropped`."""
GROUP_LIMIT = 600
PLACE_LIMIT = 6_000
NAME_LIMIT = 48
ID_LIMIT = 5
SERVED = 8
"""Users and tenants that were served, kept for each endpoint."""
EVENT_LIMIT = 120
BUCKETS = 256

T = TypeVar("T")
_crc = lru_cache(maxsize=65536)(zlib.crc32)


def width_for(first: float | None, last: float | None) -> int:
    """Seconds of a bucket, a power of two, so that the window has at most 256 of them."""
    width = 1
    if first is not None and last is not None:
        while (last - first) / width > BUCKETS:
            width *= 2
    return width


def rank(value: str) -> int:
    """The order by which values are dropped: a hash, so that what stays is a function of the set."""
    return _crc(value.encode("utf-8", "surrogatepass"))


@lru_cache(maxsize=4096)
def _ranking(value: str) -> tuple[int, str]:
    return rank(value), value


def keep(kept: list[str], value: str, limit: int) -> None:
    """Add a value to a sample of at most `limit` distinct ones: those with the smallest rank, in its order."""
    if value in kept:
        return
    if len(kept) < limit:
        kept.append(value)
    elif _ranking(value) < _ranking(kept[-1]):
        kept[-1] = value
    else:
        return
    kept.sort(key=_ranking)


def keep_first(kept: list[str], value: str, limit: int) -> None:
    """Add a value to the `limit` smallest ones."""
    if value in kept:
        return
    if len(kept) < limit:
        kept.append(value)
        kept.sort()
    elif value < kept[-1]:
        kept[-1] = value
        kept.sort()


def keep_events(events: list[Event]) -> list[Event]:
    """Events in order of time; of too many, the earliest and the latest."""
    events = sorted(events, key=lambda e: (e.at is None, e.at or 0.0, e.detail))
    return events if len(events) <= EVENT_LIMIT else events[: EVENT_LIMIT // 2] + events[-EVENT_LIMIT // 2 :]


class Tally:
    """Grows one LogDigest. `width` is a hint for the bucket's width: give it when the window is known beforehand."""

    def __init__(self, width: int = 1) -> None:
        self.digest = LogDigest(width=width)
        self._mask = ~(width - 1)

    # ---- what every line tells

    def bucket(self, at: float | None) -> int | None:
        """The start of the bucket that a time falls into."""
        return None if at is None else int(at) & self._mask

    def seen(self, at: float | None) -> None:
        """Widen the window."""
        digest = self.digest
        if at is None:
            digest.untimed += 1
            return
        if digest.first is None or at < digest.first:
            digest.first = at
        if digest.last is None or at > digest.last:
            digest.last = at

    def machine(self, machine: str, region: str) -> MachineLog:
        """The log of one machine, made on first sight."""
        found = self.digest.machines.get(machine)
        if found is None:
            found = self.digest.machines[machine] = MachineLog(region=region)
        elif region and (not found.region or region < found.region):
            found.region = region
        return found

    # ---- requests

    def start(self, machine: str, at: float | None, rid: str | None, method: str, path: str) -> None:
        """A request began."""
        if rid is None:
            self.digest.anonymous.setdefault(machine, [0, 0])[0] += 1
            return
        start = Start(machine, at, method, path)
        self.digest.started.setdefault(rid, []).append(start)

    def end(self, machine: str, rid: str | None, end: End) -> None:
        """An answer was sent."""
        if rid is None:
            self.digest.anonymous.setdefault(machine, [0, 0])[1] += 1
            self._count(machine, "", "", end)
            return
        waiting = self.digest.started.get(rid)
        if not waiting:
            self.digest.ended.setdefault(rid, []).append(end)
            return
        start = waiting.pop()
        if not waiting:
            del self.digest.started[rid]
        self._answer(rid, start, end)

    def single(self, machine: str, rid: str | None, method: str, path: str, end: End) -> None:
        """A request whose one line names both its path and its answer."""
        self._answer(rid, Start(machine, end.at, method, path), end)

    def _answer(self, rid: str | None, start: Start, end: End) -> None:
        endpoint = f"{start.method} {template(start.path)}"
        self._count(start.machine, endpoint, start.path, end)
        if end.status >= 500:
            self.failed(rid, Failed(start.machine, end.at, endpoint, start.path, end.user, end.tenant), start.method)

    def failed(self, rid: str | None, failed: Failed, method: str) -> None:
        """An answer with 5xx: give it to the error of the same request, or let it wait for one."""
        if rid is not None:
            waiting = self.digest.raised.get(rid)
            if waiting:
                raised = waiting.pop()
                if not waiting:
                    del self.digest.raised[rid]
                self._place(
                    raised.signature,
                    raised.machine,
                    failed.endpoint,
                    raised.at,
                    failed.path,
                    raised.user or failed.user,
                    raised.tenant or failed.tenant,
                )
                return
            self.digest.failed.setdefault(rid, []).append(failed)
        self.balance(failed.machine, method, failed.path, 1)

    def raised(self, rid: str, raised: Raised) -> None:
        """An error of a request: give it to the answer, or let it wait for one."""
        waiting = self.digest.failed.get(rid)
        if not waiting:
            self.digest.raised.setdefault(rid, []).append(raised)
            return
        failed = waiting.pop()
        if not waiting:
            del self.digest.failed[rid]
        self.balance(failed.machine, failed.endpoint.partition(" ")[0], failed.path, -1)
        self._place(
            raised.signature,
            raised.machine,
            failed.endpoint,
            raised.at,
            failed.path,
            raised.user or failed.user,
            raised.tenant or failed.tenant,
        )

    def balance(self, machine: str, method: str, path: str, by: int) -> None:
        """An answer with 5xx (1) or an error that goes with one (-1)."""
        key = (machine, method, path.split("?", 1)[0])
        now = self.digest.crashes.get(key, 0) + by
        if now:
            self.digest.crashes[key] = now
        else:
            self.digest.crashes.pop(key, None)

    def _count(self, machine: str, endpoint: str, path: str, end: End) -> None:
        cls = status_class(end.status)
        key = (machine, endpoint, cls)
        row = self.digest.answers.get(key)
        if row is None:
            row = self.digest.answers[key] = Answers({}, {}, {}, {})
        row.statuses[end.status] = row.statuses.get(end.status, 0) + 1
        row.latency[end.latency] = row.latency.get(end.latency, 0) + 1
        bucket = self.bucket(end.at)
        if bucket is not None and end.at is not None:
            row.series[bucket] = row.series.get(bucket, 0) + 1
            if cls == "failed":
                row.first = end.at if row.first is None else min(row.first, end.at)
                row.last = end.at if row.last is None else max(row.last, end.at)
            if end.ms >= 1000 and end.ms > row.slow.get(bucket, 0):
                row.slow[bucket] = end.ms
        if cls == "ok":
            if end.user and endpoint:
                self.keep_user(endpoint, end.user)
            if end.tenant and endpoint:
                self.keep_tenant(endpoint, end.tenant)
        elif cls == "failed":
            if end.user:
                keep(row.users, end.user, NAME_LIMIT)
            if end.tenant:
                keep(row.tenants, end.tenant, NAME_LIMIT)
            keep(row.paths, path, 12)

    def keep_user(self, endpoint: str, user: str) -> None:
        """A user whom an endpoint served: the first in alphabetical order are kept."""
        kept = self.digest.served_users.get(endpoint)
        if kept is None:
            self.digest.served_users[endpoint] = [user]
        elif len(kept) < SERVED or user < kept[-1]:
            keep_first(kept, user, SERVED)

    def keep_tenant(self, endpoint: str, tenant: str) -> None:
        """A tenant whom an endpoint served."""
        kept = self.digest.served_tenants.get(endpoint)
        if kept is None:
            self.digest.served_tenants[endpoint] = [tenant]
        elif len(kept) < SERVED or tenant < kept[-1]:
            keep_first(kept, tenant, SERVED)

    def join_reversed(self) -> None:
        """Answers that stand before their requests: nothing comes any more that could go with either."""
        started, ended = self.digest.started, self.digest.ended
        for rid in [rid for rid in started if rid in ended]:
            while started[rid] and ended[rid]:
                self._answer(rid, started[rid].pop(), ended[rid].pop())
            if not started[rid]:
                del started[rid]
            if not ended[rid]:
                del ended[rid]

    # ---- errors

    def error(
        self,
        machine: str,
        at: float | None,
        *,
        kind: str,
        process: str,
        type_: str | None,
        message: str,
        text: str,
        frames: tuple[str, ...] = (),
        culprit: Frame | None = None,
        top: Frame | None = None,
        name: str | None = None,
        key: str | None = None,
        sqlstate: str | None = None,
        reason: str | None = None,
        http: tuple[str, str] | None = None,
        level: str = "error",
        rid: str | None = None,
        user: str | None = None,
        tenant: str | None = None,
        where: str = "",
        timeout_ms: int = 0,
        lost: bool = False,
        escaped: bool = False,
    ) -> str:
        """An event of an error group; gives its signature.

        `key` is what of its name belongs to the signature, `where` a job if it is one's.
        """
        skeleton = grouping.skeleton(kind, type_, message)
        signature = grouping.signature(kind, process, type_, skeleton, culprit, key)
        group = self.digest.groups.get(signature)
        if group is None:
            if len(self.digest.groups) >= 2 * GROUP_LIMIT:
                _smallest(self.digest.groups, GROUP_LIMIT, "groups", self.digest)
            group = self.digest.groups[signature] = ErrorGroup(signature, kind, process, skeleton, type_)
        if group.span.count == 0 or (at is not None and (group.sample_at is None or at < group.sample_at)):
            group.message, group.text = mask(message[:2000]), mask(text[:6000])
            group.sqlstate, group.reason, group.culprit, group.top = sqlstate, reason, culprit, top
            group.frames, group.http, group.level, group.sample_at = frames, http, level, at
            group.name, group.timeout_ms, group.escaped = name, timeout_ms, escaped
        self._again(group, machine, at, name, culprit, rid, user, tenant, http, where, lost)
        return signature

    def again(
        self,
        signature: str,
        machine: str,
        at: float | None,
        *,
        name: str | None,
        culprit: Frame | None,
        rid: str | None,
        user: str | None,
        tenant: str | None,
        http: tuple[str, str] | None,
    ) -> bool:
        """One more event of a known group; False where it is not known, or this event would have to be its sample."""
        group = self.digest.groups.get(signature)
        if group is None or at is None or group.sample_at is None or at < group.sample_at:
            return False
        self._again(group, machine, at, name, culprit, rid, user, tenant, http, "", lost=False)
        return True

    def _again(
        self,
        group: ErrorGroup,
        machine: str,
        at: float | None,
        name: str | None,
        culprit: Frame | None,
        rid: str | None,
        user: str | None,
        tenant: str | None,
        http: tuple[str, str] | None,
        where: str,
        lost: bool,
    ) -> None:
        group.span.add(at)
        bucket = self.bucket(at)
        if bucket is not None:
            group.series[bucket] = group.series.get(bucket, 0) + 1
        if rid:
            keep_first(group.request_ids, rid, ID_LIMIT)
        if user:
            keep(group.users, mask_id(user), NAME_LIMIT)
        if tenant:
            keep(group.tenants, mask_id(tenant), NAME_LIMIT)
        if name:
            keep(group.names, name, 12)
        if culprit:
            label = f"{culprit.file or ''}:{culprit.line or ''}: {culprit.function}"
            if label in group.culprits or len(group.culprits) < 12:
                group.culprits[label] = group.culprits.get(label, 0) + 1
        group.lost += lost
        self._join(group, machine, at, rid, user, tenant, http, where)

    def _join(
        self,
        group: ErrorGroup,
        machine: str,
        at: float | None,
        rid: str | None,
        user: str | None,
        tenant: str | None,
        http: tuple[str, str] | None,
        where: str,
    ) -> None:
        signature = group.signature
        if group.process != "request":
            self._place(signature, machine, where, at, "", user, tenant)
        elif rid is not None:
            self.raised(rid, Raised(machine, at, signature, user, tenant))
        elif http is not None:
            method, path = http
            self._place(signature, machine, f"{method} {template(path)}", at, path.split("?", 1)[0], user, tenant)
            self.balance(machine, method, path, -1)
        else:
            self._place(signature, machine, "", at, "", user, tenant)

    def _place(
        self,
        signature: str,
        machine: str,
        where: str,
        at: float | None,
        path: str,
        user: str | None,
        tenant: str | None,
    ) -> None:
        group = self.digest.groups.get(signature)
        if group is None:  # the group itself was let go
            return
        cell = group.cells.get((machine, where))
        if cell is None:
            cell = group.cells[machine, where] = Span()
        cell.add(at)
        if path:
            keep(group.paths, path, 12)
        if user:
            keep(group.users, mask_id(user), NAME_LIMIT)
        if tenant:
            keep(group.tenants, mask_id(tenant), NAME_LIMIT)

    # ---- the rest

    def event(self, machine: str, region: str, at: float | None, kind: str, detail: str = "") -> None:
        """Something happened to a machine."""
        log = self.machine(machine, region)
        log.counts[kind] = log.counts.get(kind, 0) + 1
        events = log.events.setdefault(kind, [])
        events.append(Event(at, kind, detail))
        if len(events) > 2 * EVENT_LIMIT:
            log.events[kind] = keep_events(events)

    def mark(self, needle: str, machine: str, at: float | None, text: str) -> None:
        """A line that a cause looks for."""
        found = self.digest.marks.get(needle)
        if found is None:
            found = self.digest.marks[needle] = Mark({})
        if not found.sample or (at is not None and (found.sample_at is None or at < found.sample_at)):
            found.sample, found.sample_at = mask(text[:500]), at
        found.machines.setdefault(machine, Span()).add(at)

    def job(self, where: str, state: str) -> None:
        """An attempt of a background job ended."""
        states = self.digest.jobs.setdefault(where, {})
        states[state] = states.get(state, 0) + 1

    def finish(self) -> LogDigest:
        """The digest, within its bounds."""
        return bound(self.digest)


def _smallest(table: dict[T, Any], limit: int, name: str, digest: LogDigest) -> None:
    if len(table) > limit:
        for key in sorted(table, key=lambda k: rank("\x1f".join(k) if isinstance(k, tuple) else str(k)))[limit:]:
            del table[key]
            digest.dropped[name] = digest.dropped.get(name, 0) + 1


def bound(digest: LogDigest) -> LogDigest:
    """Let go of what does not fit: of every table that is too long, the entries with the largest rank."""
    for name, limit in (
        ("started", OPEN_LIMIT),
        ("ended", OPEN_LIMIT),
        ("failed", OPEN_LIMIT),
        ("raised", OPEN_LIMIT),
        ("crashes", OPEN_LIMIT),
        ("groups", GROUP_LIMIT),
        ("answers", PLACE_LIMIT),
        ("jobs", 500),
        ("served_users", 2_000),
        ("served_tenants", 2_000),
        ("apps", 50),
        ("marks", 200),
    ):
        _smallest(getattr(digest, name), limit, name, digest)
    for group in digest.groups.values():
        _smallest(group.cells, 2_000, "cells", digest)
    for log in digest.machines.values():
        for kind, events in log.events.items():
            log.events[kind] = keep_events(events)
    return digest


def rebucket(series: dict[int, int], width: int, merge: str = "sum") -> dict[int, int]:
    """A series in buckets of another, wider width."""
    out: dict[int, int] = {}
    mask_ = ~(width - 1)
    for bucket, count in series.items():
        key = bucket & mask_
        out[key] = max(out.get(key, 0), count) if merge == "max" else out.get(key, 0) + count
    return out


def regularise(digest: LogDigest, width: int) -> None:
    """Bring every series of a digest to one bucket width."""
    if width == digest.width:
        return
    digest.width = width
    for row in digest.answers.values():
        row.series = rebucket(row.series, width)
        row.slow = rebucket(row.slow, width, "max")
    for group in digest.groups.values():
        group.series = rebucket(group.series, width)
