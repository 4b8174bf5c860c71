"""A statement runs so long that connections run out or are cut."""

from smokejumper.causes.holders import SYMPTOMS, active_holders, holder
from smokejumper.causes.tell import Case, Fault, Tell


def tell(case: Case, faults: list[Fault]) -> Tell | None:
    """Backends that are active and old, and do not wait for a lock, prove it.

    One slow route with cut statements makes it likely.
    """
    storm = [f for f in faults if f.id in (*SYMPTOMS, "db_query_canceled")]
    if not storm:
        return None
    busy = active_holders(case)
    machines = tuple(sorted({m for f in storm for m in f.machines}))
    if busy:
        age = max(float(b.get("query_age_s") or 0) for b in busy)
        oldest = max(busy, key=lambda b: float(b.get("query_age_s") or 0))
        return Tell(
            explains=(*SYMPTOMS, "db_query_canceled"),
            machines=machines,
            source="pg",
            proven=True,
            confidence=0.9,
            why="a statement is still running while its connection is due",
            figure=f"{len(busy)} active for over a second, the oldest for {age:.1f} s",
            quote=str(oldest.get("query") or "")[:120] or None,
        )
    if not any(f.id == "db_checkout_timeout" for f in storm) or not any(f.id == "db_pool_exhausted" for f in storm):
        return None
    route = holder(case, [f for f in storm if f.id == "db_pool_exhausted"])
    if route is None:
        return None
    return Tell(
        explains=SYMPTOMS,
        machines=machines,
        endpoints=(route.endpoint,),
        source="log",
        confidence=0.6,
        at=route.first,
        why=f"{route.endpoint} was slow before anything was refused, and connections were cut at their time limit",
        figure=f"{route.endpoint}: answers of up to {route.longest / 1000:.1f} s",
    )
