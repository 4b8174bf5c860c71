"""Which machines run: none of a group, only those that have work, or one that stands by for others."""

from collections import Counter
from collections.abc import Iterator

from smokejumper.model.finding import Finding
from smokejumper.model.fly import Machine
from smokejumper.steps.fleet import IDLE, Fleet, last_event
from smokejumper.wording import number


def no_machine_started(fleet: Fleet) -> Iterator[Finding]:
    """A group of which nothing runs; stopped by Fly's proxy for want of work is ordinary, unless requests come."""
    if not fleet.known:
        return
    if not fleet.machines:
        yield fleet.finding(
            "no_machine_started",
            "critical",
            (),
            "0 machines",
            "the application has no machine at all",
            action="look whether it was scaled to 0",
            command=f"fly releases{fleet.flag}",
        )
    for group in fleet.groups():
        if any(m.state not in (*IDLE, "failed", "created") for m in group):
            continue
        asleep = [m for m in group if fleet.autostopped(m)]
        since = max((e.at for m in group if (e := last_event(m, "stop", "suspend", "exit")) and e.at), default=None)
        if len(asleep) == len(group):
            refused = fleet.refused(since)
            if refused:
                yield fleet.finding(
                    "autostop",
                    "critical",
                    group,
                    f"0 of {number(len(group), 'machine')} started, {number(refused, 'request')} failed at Fly's proxy",
                    "all were stopped for want of work, and do not come up for the requests that come now",
                    at=since,
                    action="look why a start fails",
                    command=f"fly logs{fleet.flag} -n",
                )
            else:
                yield _asleep(fleet, asleep, len(group))
            continue
        states = ", ".join(f"{n} {state}" for state, n in sorted(Counter(m.state for m in group).items()))
        yield fleet.finding(
            "no_machine_started",
            "critical",
            group,
            f"0 of {number(len(group), 'machine')} started{_of(group)}: {states}",
            f"nothing of this group runs{_by_whom(group)}",
            at=since,
            action="look how they ended, then start one",
            command=f"fly machine start {group[0].id}{fleet.flag}",
        )


def autostop(fleet: Fleet) -> Iterator[Finding]:
    """Machines that Fly's proxy stopped for want of work, while others run."""
    for group in fleet.groups():
        asleep = [m for m in group if fleet.autostopped(m)]
        if asleep and any(fleet.up(m) for m in group):
            yield _asleep(fleet, asleep, len(group))


def _asleep(fleet: Fleet, asleep: list[Machine], of: int) -> Finding:
    return fleet.finding(
        "autostop",
        "info",
        asleep,
        f"{len(asleep)} of {number(of, 'machine')} stopped by Fly's proxy",
        "there was no work for them; the next requests start them again",
        at=max((e.at for m in asleep if (e := last_event(m, "stop", "suspend")) and e.at), default=None),
    )


def _of(group: tuple[Machine, ...]) -> str:
    return f" in {group[0].group}" if group[0].group else ""


def _by_whom(group: tuple[Machine, ...]) -> str:
    stops = [e for m in group if (e := last_event(m, "stop", "suspend"))]
    return "; a person stopped them" if len(stops) == len(group) and all(e.source == "user" for e in stops) else ""


def standby(fleet: Fleet) -> Iterator[Finding]:
    """A machine that runs because the one it stands by for failed."""
    for m in fleet.machines:
        if m.standby and m.state == "started":
            yield fleet.finding(
                "standby",
                "info",
                (m,),
                "a standby runs",
                "Fly starts it when the host of the machine that it stands by for fails",
                at=fleet.started_at(m),
            )


CONDITIONS = (no_machine_started, autostop, standby)
