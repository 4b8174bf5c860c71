"""Backends wait for a lock that another one holds."""

from smokejumper.causes.holders import SYMPTOMS, backends
from smokejumper.causes.tell import Case, Fault, Tell


def tell(case: Case, faults: list[Fault]) -> Tell | None:
    """Two or more backends that are blocked by the same other one for over a second."""
    storm = [f for f in faults if f.id in (*SYMPTOMS, "db_query_canceled", "slow_query")]
    if not storm:
        return None
    blocked = [b for b in backends(case) if b.get("blocked_by") and float(b.get("query_age_s") or 0) >= 1]
    if len(blocked) < 2:
        return None
    blockers = sorted({str(pid) for b in blocked for pid in b["blocked_by"]})
    return Tell(
        explains=(*SYMPTOMS, "db_query_canceled"),
        machines=tuple(sorted({m for f in storm for m in f.machines})),
        source="pg",
        proven=True,
        confidence=0.9,
        why="statements wait for a lock that another backend holds",
        figure=f"{len(blocked)} backends blocked, by pid {', '.join(blockers)}",
    )
