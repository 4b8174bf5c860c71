"""Health checks that fail."""

from collections import defaultdict
from collections.abc import Iterator

from smokejumper.model.finding import Finding
from smokejumper.model.fly import Check, Machine
from smokejumper.steps.fleet import BOOT_S, COMPAT, Fleet
from smokejumper.wording import number


def check_failing(fleet: Fleet) -> Iterator[Finding]:
    """Checks that fail on machines that run; the reason they give stands in no log."""
    by_check: dict[str, list[tuple[Machine, Check]]] = defaultdict(list)
    for m in fleet.machines:
        for check in m.checks:
            if fleet.up(m) and check.status == "critical" and not check.name.startswith(COMPAT):
                by_check[check.name].append((m, check))
    for name, rows in sorted(by_check.items()):
        sick = [m for m, _ in rows]
        peers = [m for m in fleet.machines if fleet.up(m) and m.group in {s.group for s in sick}]
        booting = all(_young(fleet, m) for m in sick)
        said = next((c.output.strip().split("\n", 1)[0] for _, c in rows if c.output.strip()), "")
        yield fleet.finding(
            "check_failing",
            "info" if booting else "critical" if len(sick) == len(peers) else "major",
            sick,
            f"{name} fails on {len(sick)} of {number(len(peers), 'started machine')}{': ' + said if said else ''}",
            "it has just started" if booting else "Fly's proxy sends it no requests, and never restarts it for that",
            at=min((c.changed_at for _, c in rows if c.changed_at is not None), default=None),
            action="" if booting else "ask what the check asks, from inside the machine",
            command=f"fly checks list{fleet.flag}",
        )


def _young(fleet: Fleet, m: Machine) -> bool:
    return fleet.recent(fleet.started_at(m), BOOT_S)


CONDITIONS = (check_failing,)
