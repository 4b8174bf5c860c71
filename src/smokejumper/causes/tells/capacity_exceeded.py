"""The CPU of all machines was throttled while requests waited: they are too small for their work."""

from smokejumper.causes.tell import Case, Fault, Tell

EXPLAINS = ("db_pool_exhausted", "db_checkout_timeout", "genserver_timeout", "health_check_failing")
"""What waits for CPU, and says so in other words."""
MOSTLY = 0.5
"""The share of the time in which a machine must have been throttled."""
POINTS = 3
BEFORE_S = 60.0


def tell(case: Case, faults: list[Fault]) -> Tell | None:
    """Fly's metrics of the time of the fault show throttling on every machine that serves.

    On one of several with the same work it would be that machine's own trouble, and say nothing of capacity.
    """
    series = case.readings.fly.series if case.readings.fly is not None else None
    throttled = {s.machine: s.points for s in series or () if s.name == "cpu_throttle" and s.machine}
    for fault in faults:
        first, last = fault.onset, fault.last
        if fault.id not in EXPLAINS or first is None or last is None:
            continue
        shares = {}
        for machine, points in throttled.items():
            during = [value for at, value in points if first - BEFORE_S <= at <= last + BEFORE_S]
            if len(during) >= POINTS:
                shares[machine] = sum(value > 0 for value in during) / len(during)
        if not case.serving or any(shares.get(machine, 0.0) < MOSTLY for machine in case.serving):
            continue
        return Tell(
            explains=EXPLAINS,
            why="the CPU of every machine was throttled all the while",
            source="fly",
            machines=tuple(sorted(fault.machines)),
            figure="; ".join(f"{m} throttled in {share:.0%} of the time" for m, share in sorted(shares.items())),
            at=first,
            confidence=0.6,  # whoever holds what is waited for goes before
        )
    return None
