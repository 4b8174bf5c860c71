"""The log half of races: the same request twice at nearly the same time, or repeated in haste."""

from collections import defaultdict
from typing import Literal

from smokejumper.logs.elixir import identity
from smokejumper.logs.requests import END, START, is_health
from smokejumper.logs.times import stamp
from smokejumper.masking import mask_id
from smokejumper.model.verdict import Race, Races
from smokejumper.sources.files import Inputs
from smokejumper.sources.selection import entries

SAME_MS = 1000
HASTE_MS = 10_000
HASTE = 5
SAFE = frozenset(("GET", "HEAD", "OPTIONS"))


class _Seen:
    __slots__ = ("at", "ended", "machine", "method", "path", "rid", "status", "user")

    def __init__(self, rid: str, at: float | None, machine: str, method: str, path: str) -> None:
        self.rid, self.at, self.machine, self.method, self.path = rid, at, machine, method, path
        self.user: str | None = None
        self.status: int | None = None


def races(inputs: Inputs) -> Races:
    """Requests of one method, path and user (where the log names one) that came within a second of each other.

    Or five within ten.
    """
    seen: dict[str, _Seen] = {}
    order: list[_Seen] = []
    named = False
    for log in inputs.logs:
        for e in entries(log):
            head = e.head()
            rid = head.meta.get("request_id") if head is not None else None
            if head is None or not rid:
                continue
            if start := START.match(head.text):
                one = _Seen(rid, head.at, e.machine, start[1], start[2].split("?", 1)[0])
                seen[rid] = one
                order.append(one)
            elif rid in seen:
                user, tenant = identity(head.meta)
                named = named or user is not None
                seen[rid].user = seen[rid].user or user or tenant
                if end := END.match(head.text):
                    seen[rid].status = int(end[1])
    by_key: dict[tuple[str, str, str | None], list[_Seen]] = defaultdict(list)
    for one in order:
        if one.at is not None and not is_health(one.path) and one.status != 404:
            by_key[one.method, one.path, one.user].append(one)
    found_races = []
    for (method, path, user), ones in by_key.items():
        if (named and user is None) or (method in SAFE and user is None):
            continue
        ones.sort(key=lambda o: o.at or 0.0)
        found_races += _simultaneous(method, path, user, ones) if method not in SAFE else []
        found_races += _repeated(method, path, user, ones)
    found_races.sort(
        key=lambda r: (not any((s or 0) >= 400 for s in r.statuses), r.kind, -r.count, r.within_ms, r.path)
    )
    return Races(races=tuple(found_races), requests=len(order))


def _simultaneous(method: str, path: str, user: str | None, ones: list[_Seen]) -> list[Race]:
    out, i = [], 0
    while i < len(ones):
        j = i
        while j + 1 < len(ones) and ((ones[j + 1].at or 0) - (ones[i].at or 0)) * 1000 <= SAME_MS:
            j += 1
        if j > i:
            out.append(_race("simultaneous", method, path, user, ones[i : j + 1]))
        i = j + 1
    return out


def _repeated(method: str, path: str, user: str | None, ones: list[_Seen]) -> list[Race]:
    out, i = [], 0
    while i + HASTE <= len(ones):
        j = i + HASTE - 1
        if ((ones[j].at or 0) - (ones[i].at or 0)) * 1000 <= HASTE_MS:
            while j + 1 < len(ones) and ((ones[j + 1].at or 0) - (ones[j].at or 0)) * 1000 <= HASTE_MS / HASTE:
                j += 1
            out.append(_race("repeated", method, path, user, ones[i : j + 1]))
            i = j + 1
        else:
            i += 1
    return out


def _race(
    kind: Literal["simultaneous", "repeated"], method: str, path: str, user: str | None, ones: list[_Seen]
) -> Race:
    at = ones[0].at or 0.0
    return Race(
        kind=kind,
        method=method,
        path=path,
        user=mask_id(user) if user else None,
        count=len(ones),
        within_ms=round(((ones[-1].at or 0.0) - at) * 1000),
        at=stamp(at),
        machines=tuple(dict.fromkeys(o.machine for o in ones)),
        request_ids=tuple(o.rid for o in ones[:10]),
        statuses=tuple(o.status for o in ones[:10]),
    )
