"""Who holds the database connections: what Postgres shows of our backends, and which route slowed down first."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from smokejumper.causes.case import Case
from smokejumper.causes.tell import Fault

SYMPTOMS = ("db_pool_exhausted", "db_checkout_timeout", "db_connection_dropped")
OLD_S = 1.0


class Holder(NamedTuple):
    """A route that was slow before the first refusal."""

    endpoint: str
    first: float
    ahead: float
    longest: int


def backends(case: Case) -> list[dict[str, Any]]:
    """Rows of pg_stat_activity that belong to client backends."""
    rows = (case.readings.pg or {}).get("pg_stat_activity") or []
    return [row for row in rows if isinstance(row, dict)]


def _ours(case: Case) -> list[dict[str, Any]]:
    rows = [
        b
        for b in backends(case)
        if str(b.get("usename")) not in ("postgres", "supabase_admin", "None", "authenticator")
    ]
    counts: dict[str, int] = {}
    for row in rows:
        counts[str(row.get("usename"))] = counts.get(str(row.get("usename")), 0) + 1
    busy = {u for row in rows if row.get("state") != "idle" for u in [str(row.get("usename"))]}
    return [row for row in rows if str(row.get("usename")) in busy]


def idle_holders(case: Case) -> list[dict[str, Any]]:
    """Our backends that are idle in an open transaction.

    Empty unless they are two or more, and most of what is not idle.
    """
    ours = [b for b in _ours(case) if b.get("state") != "idle"]
    idle = [b for b in ours if str(b.get("state")).startswith("idle in transaction")]
    old = [b for b in idle if float(b.get("xact_age_s") or 0) >= OLD_S]
    return idle if len(old) >= 2 and 2 * len(idle) >= len(ours) else []


def active_holders(case: Case) -> list[dict[str, Any]]:
    """Our backends that have run one statement for over a second and wait for no lock."""
    return [
        b
        for b in _ours(case)
        if b.get("state") == "active"
        and float(b.get("query_age_s") or 0) >= OLD_S
        and b.get("wait_event_type") != "Lock"
        and not b.get("blocked_by")
    ]


def holder(case: Case, storm: Iterable[Fault]) -> Holder | None:
    """The one route that answered slowly (a second or more) before the first refusal on the machines that refuse."""
    refused: dict[str, float] = {}
    for fault in storm:
        for group in fault.groups:
            for (machine, _), span in case.places[group.signature].items():
                if span.first is not None:
                    began = span.first - group.timeout_ms / 1000
                    refused[machine] = min(began, refused.get(machine, began))
    first: dict[str, dict[str, tuple[float, int]]] = {}
    for (machine, endpoint), cell in case.cells.items():
        if machine in refused and endpoint and cell.slow:
            bucket = min(cell.slow)
            first.setdefault(endpoint, {})[machine] = (bucket - cell.slow[bucket] / 1000, max(cell.slow.values()))
    leaders = []
    for endpoint, by_machine in first.items():
        ahead = [refused[m] - began for m, (began, _) in by_machine.items()]
        early = [a for a in ahead if a > case.width]
        if len(early) * 2 > len(refused) or (early and len(early) == len(ahead) and max(early) > 3 * case.width):
            leaders.append(
                (max(early), endpoint, min(b for b, _ in by_machine.values()), max(ms for _, ms in by_machine.values()))
            )
    leaders.sort(reverse=True)
    if not leaders or (len(leaders) > 1 and leaders[1][0] > 0.6 * leaders[0][0]):
        return None
    most, name, began, longest = leaders[0]
    return Holder(name, began, most, longest)
