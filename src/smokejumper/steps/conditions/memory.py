"""Memory that fills."""

from collections.abc import Iterator

from smokejumper.model.finding import Finding
from smokejumper.steps.fleet import Fleet
from smokejumper.wording import lasting

FULL, FILLING = 0.9, 0.7
"""Shares of memory in use: too much at any rate, and too much to go on growing."""
GROWING_S, SOON_S = 600.0, 3600.0
"""How long memory must have been seen to grow, and how soon it would be full."""
STEADY = 0.8
"""How much of the ups and downs of memory a straight line must explain."""


def memory_pressure(fleet: Fleet) -> Iterator[Finding]:
    """Memory that is nearly used up, or will be soon if it grows on as it does."""
    for m in fleet.machines:
        used = fleet.memory(m.id)
        late = [value for at, value in used if fleet.recent(at, 300.0)]
        if not fleet.up(m) or len(late) < 3:
            continue
        left = _until_full(used)
        if min(late) < FULL and (late[-1] < FILLING or left is None):
            continue
        size = f" of {m.memory_mb} MB" if m.memory_mb else ""
        growth = f", full in {lasting(left)} if it grows on" if left is not None else ""
        yield fleet.finding(
            "memory_pressure",
            "minor",
            (m,),
            f"{late[-1]:.0%}{size} in use{growth}",
            "when it is full the kernel kills the node",
            at=used[-1][0],
            action="find what grows before it is killed",
            command=f"smokejumper console {m.id}{fleet.flag}",
        )


def _until_full(used: list[tuple[float, float]]) -> float | None:
    """Seconds until memory is used up, where it has grown steadily for ten minutes and that is less than an hour."""
    if len(used) < 5 or used[-1][0] - used[0][0] < GROWING_S:
        return None
    times, shares = [at for at, _ in used], [share for _, share in used]
    mean_t, mean_s = sum(times) / len(times), sum(shares) / len(shares)
    across = sum((t - mean_t) * (s - mean_s) for t, s in used)
    spread_t, spread_s = sum((t - mean_t) ** 2 for t in times), sum((s - mean_s) ** 2 for s in shares)
    if across <= 0 or across**2 < STEADY * spread_t * spread_s:
        return None
    left = (1 - shares[-1]) * spread_t / across
    return left if left <= SOON_S else None


CONDITIONS = (memory_pressure,)
