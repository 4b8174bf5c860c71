"""A verdict held against the truth of its recording, point by point."""

import json
import re
from pathlib import Path
from typing import Any

from smokejumper.model.verdict import CauseFound, ReleaseFound, Verdict

ACCEPT: dict[str, Any] = json.loads(Path(__file__).with_name("accept.json").read_bytes())
PARENTS: dict[str, str] = ACCEPT["_parents"]
SCOPES = {"instance": "machine"}
COUNTS = ("exceptions_by_type", "job_exceptions_by_type", "process_crashes_by_type")
Truth = dict[str, Any]


def seconds(stamp: str | None) -> float | None:
    """Seconds of the day of an RFC 3339 time in UTC: no recording passes midnight."""
    if stamp is None:
        return None
    hours, minutes, rest = stamp.partition("T")[2].rstrip("Z").split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


def true_scope(truth: Truth) -> str:
    """The scope in the verdict's word."""
    scope: str = truth["scope"]
    return SCOPES.get(scope, scope)


def accused(verdict: Verdict) -> list[CauseFound]:
    """The entries that stand as causes."""
    return [c for c in verdict.causes if c.role == "cause"]


def accepted(truth: Truth) -> list[set[str]]:
    """For each fault of a recording the ids that are right."""
    faults = truth.get("faults") or ([truth] if truth["is_incident"] else [])
    return [set(ACCEPT[fault["root_cause"]]) for fault in faults]


def meant(cause: CauseFound) -> set[str]:
    """The id, and the one that it is a finer form of."""
    return {cause.id, PARENTS.get(cause.id, cause.id)}


def where_of(verdict: Verdict, scope: str) -> tuple[set[str], set[str]]:
    """The places that a verdict names in that scope, and the records beside them."""
    if scope == "machine":
        return set(verdict.machines), set()
    if scope == "endpoint":
        return set(verdict.endpoints), set()
    return set(verdict.users), {r.id for r in verdict.records}


def right_place(truth: Truth, verdict: Verdict) -> bool:
    """Is the fault where it was: the machines, the routes, or the one user or tenant?"""
    scope = true_scope(truth)
    places, records = where_of(verdict, scope)
    if scope == "machine":
        return places == set(truth["instances"])
    if scope == "endpoint":
        return places == set(truth["endpoints"])
    if scope == "data":
        counts = truth["counts"]
        users = set(counts.get("exceptions_by_user") or {}) - {"None"}  # the five most hit at most
        tenants = set(counts.get("exceptions_by_tenant") or {})
        right = users <= places if len(users) >= 5 else places == users
        return (bool(places) and right) or (len(tenants) == 1 and tenants <= records)
    return True


def guilty_release(truth: Truth) -> float | None:
    """When the release began that brought the fault, where one did."""
    began = seconds(truth["fault_started_at"])
    starts = [seconds(e["at"]) for e in truth.get("timeline") or [] if e["event"] == "deploy_started"]
    return began if any(at is not None and began is not None and abs(at - began) < 1 for at in starts) else None


def right_release(truth: Truth, release: ReleaseFound) -> bool:
    """Is this the release that brought the fault?"""
    began, at = guilty_release(truth), seconds(release.at)
    return began is not None and at is not None and abs(at - began) < 30


def blamed(verdict: Verdict) -> list[float]:
    """When the releases came that the verdict blames."""
    return [at for r in verdict.releases if r.verdict == "caused" and (at := seconds(r.at)) is not None]


def count_differences(truth: Truth, verdict: Verdict) -> list[str]:
    """The counts that are not what the clients and the application saw."""
    said, real = verdict.counts, truth["counts"]
    found = []
    for name in ("requests", "http_5xx", "http_4xx"):
        ours, theirs = getattr(said, name), real[name]
        if abs(ours - theirs) > max(2, 0.01 * theirs):
            found.append(f"{name}: {ours} for {theirs}")
    for name in COUNTS:
        mine, real_ones = getattr(said, name), real.get(name) or {}
        found += [
            f"{name}.{key}: {mine.get(key, 0)} for {real_ones.get(key, 0)}"
            for key in sorted({*mine, *real_ones})
            if abs(mine.get(key, 0) - real_ones.get(key, 0)) > max(1, 0.02 * real_ones.get(key, 0))
        ]
    return found


def flat(text: str) -> str:
    """A text without colours, its white space as single blanks."""
    return " ".join(re.sub(r"\x1b\[[0-9;]*m", "", text).split())


def readable(path: Path) -> str:
    """What an input says: the text, or the strings of its JSON."""
    raw = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix == ".txt":
        return flat(raw)
    return flat("\n".join(json.loads(s) for s in re.findall(r'"(?:[^"\\]|\\.)*"', raw)))


def longest_piece(quote: str) -> str:
    """The longest stretch of a quote that nothing was masked or cut in."""
    return max(
        (flat(p) for p in re.split(r"\*{2,}|[•…█]+|\[[^]]*(?:masked|redacted)[^]]*\]|\.\.\.|\n", quote)), key=len
    )
