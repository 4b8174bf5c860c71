"""How machines ended: killed for their memory, again and again, or for good."""

from collections.abc import Iterator

from smokejumper.model.finding import Finding, FindingKind
from smokejumper.model.fly import Exit, Machine
from smokejumper.steps.fleet import Fleet
from smokejumper.wording import lasting, number


def oom(fleet: Fleet) -> Iterator[Finding]:
    """Killed for its memory: twice or more within an hour is a loop."""
    for m in fleet.machines:
        kills = fleet.kills(m)
        if not kills and fleet.latest("exit_oom", m.id):
            yield _killed(fleet, m, "oom", "killed for its memory within the last hour", None)
        elif len(kills) == 1:
            yield _killed(fleet, m, "oom", "killed once for its memory", kills[0])
        elif kills:
            figure = f"killed {len(kills)} times for its memory within {lasting(kills[-1] - kills[0])}"
            yield _killed(fleet, m, "oom_loop", figure, kills[-1])


def _killed(fleet: Fleet, m: Machine, kind: FindingKind, figure: str, at: float | None) -> Finding:
    restarts = next((e.restarts for _, e in fleet.exits(m) if e.oom), 0)
    size = f", it has {m.memory_mb} MB" if m.memory_mb else ""
    again = f", restart count {restarts}" if restarts else ""
    group = f" -g {m.group}" if m.group else ""
    mend = f"scale memory {2 * m.memory_mb}{group}" if m.memory_mb else f"machine status {m.id}"
    return fleet.finding(
        kind,
        "major" if kind == "oom_loop" else "minor",
        (m,),
        figure + size + again,
        "the kernel kills the node when memory is used up: every request, socket and job on it is lost",
        at=at,
        action="give it more memory for now, and find what grows",
        command=f"fly {mend}{fleet.flag}",
    )


def crash_loop(fleet: Fleet) -> Iterator[Finding]:
    """What flyctl calls a crash loop (superfly/flyctl `internal/machine/leasable_machine.go`), if it is of late."""
    for m in fleet.machines:
        at, ended = next(iter(fleet.exits(m)), (None, Exit()))
        loops = not ended.requested and ended.restarting and ended.restarts > 1 and ended.code != 0
        if loops and not ended.oom and (fleet.recent(at) or m.state != "started"):
            yield fleet.finding(
                "crash_loop",
                "major",
                (m,),
                f"exit code {ended.code}, started again {ended.restarts} times",
                "it ends by itself soon after each start; after 10 restarts in 5 minutes Fly leaves it stopped",
                at=at,
                action="read its last words",
                command=f"fly logs{fleet.flag} --instance {m.id} -n",
            )


def gave_up(fleet: Fleet) -> Iterator[Finding]:
    """Machines that lie still because they failed: out of restarts, not restarted, or never come up."""
    for m in fleet.machines:
        if m.state == "failed":
            yield _still(fleet, m, "failed", "state failed", "Fly could not bring it up", None)
            continue
        if m.state != "stopped":
            continue
        at, ended = next(iter(fleet.exits(m)), (None, None))
        if ended is None or ended.requested or ended.restarting:
            continue
        limit = max((int(e.detail) for _, e in fleet.case.events("gave_up", m.id) if e.detail), default=ended.restarts)
        if ended.code or ended.oom or ended.signal:
            tries = f" after {number(limit, 'restart')}" if limit else ""
            how = "killed for its memory" if ended.oom else f"exit code {ended.code}"
            yield _still(fleet, m, "gave_up", f"stopped{tries}: {how}", "Fly does not start it again by itself", at)
        else:
            yield fleet.finding(
                "ended",
                "info",
                (m,),
                "exit code 0, without an order",
                "the application ended by itself, and Fly starts such a machine again only for a request",
                at=at,
            )


def _still(fleet: Fleet, m: Machine, kind: FindingKind, figure: str, why: str, at: float | None) -> Finding:
    return fleet.finding(
        kind,
        "major",
        (m,),
        figure,
        why,
        at=at,
        action="read its last words, then start it",
        command=f"fly logs{fleet.flag} --instance {m.id} -n",
    )


CONDITIONS = (oom, crash_loop, gave_up)
