"""Connections are held by code that waits for something else.

Idle in transaction, or one route slow before the pool ran dry.
"""

from smokejumper.causes.holders import SYMPTOMS, holder, idle_holders
from smokejumper.causes.tell import Case, Fault, Tell


def tell(case: Case, faults: list[Fault]) -> Tell | None:
    """Backends idle in transaction prove it; a lone route that slowed down before the first refusal makes it likely."""
    storm = [f for f in faults if f.id in SYMPTOMS]
    if not storm:
        return None
    held = idle_holders(case)
    route = holder(case, storm)
    machines = tuple(sorted({m for f in storm for m in f.machines}))
    if held:
        oldest = max(float(b.get("xact_age_s") or 0) for b in held)
        return Tell(
            explains=SYMPTOMS,
            machines=machines,
            endpoints=(route.endpoint,) if route else (),
            source="pg",
            proven=True,
            confidence=0.95,
            why="the app's backends hold transactions open while they wait for their client, not for the database",
            figure=f"{len(held)} backends idle in transaction, waiting for ClientRead, the oldest for {oldest:.1f} s",
        )
    if route is None or case.readings.pg is not None:
        return None
    if any(f.id == "db_checkout_timeout" for f in storm):
        return None
    return Tell(
        explains=SYMPTOMS,
        machines=machines,
        endpoints=(route.endpoint,),
        source="log",
        confidence=0.7,
        at=route.first,
        why=f"{route.endpoint} answered slowly before anything was refused, and all other routes only afterwards",
        figure=(
            f"{route.endpoint}: answers of up to {route.longest / 1000:.1f} s, "
            f"the first {route.ahead:.0f} s before the first refusal"
        ),
    )
