"""What only Fly shows is a fault where one source decides, and nothing else is."""

import pytest

from smokejumper.causes.case import Case
from smokejumper.model.digest import LogDigest
from smokejumper.model.fly import Check, Exit, FlyReading, Machine, MachineEvent
from smokejumper.model.readings import Readings
from smokejumper.model.verdict import Gap, Verdict
from smokejumper.triage import triage

NOW = 1_790_000_000.0


def machine(id_: str, *events: MachineEvent, state: str = "started", **more: object) -> Machine:
    return Machine(id=id_, state=state, region="ord", group="app", events=events, **more)  # type: ignore[arg-type]


def ended(ago: float, **how: object) -> MachineEvent:
    return MachineEvent(type="exit", at=NOW - ago, exit=Exit(at=NOW - ago, **how))  # type: ignore[arg-type]


def without_log(*machines: Machine) -> Verdict:
    gaps = (Gap("log", "the token may not read it", "errors", "fly logs -a tern -n -j"),)
    readings = Readings(fly=FlyReading(at=NOW, machines=machines), gaps=gaps)
    return triage(Case(LogDigest(), readings), readings.names(), "tern", "prod")


@pytest.mark.parametrize(
    "machines",
    [
        (machine("a"), machine("b")),
        (machine("a"), machine("b", state="stopped")),
        (machine("a", ended(60, code=0, requested=True)),),
        (machine("a", ended(60, code=1)),),
        (machine("a", ended(60, code=137, requested=True)),),
        (machine("a", ended(7200, code=137, oom=True)),),
        (machine("a", checks=(Check(name="up", status="critical", output="connection refused"),)),),
        (machine("a", host_status="unknown"),),
    ],
)
def test_without_a_log_nothing_is_accused_and_nothing_cleared(machines: tuple[Machine, ...]) -> None:
    verdict = without_log(*machines)
    assert not verdict.is_incident
    assert verdict.scope == "unknown"
    assert verdict.next.command == "fly logs -a tern -n -j"


def test_a_memory_kill_is_named_without_a_log() -> None:
    verdict = without_log(machine("a"), machine("b", ended(60, code=137, oom=True, restarting=True)))
    assert [c.id for c in verdict.causes] == ["oom"]
    assert (verdict.scope, verdict.machines, verdict.causes[0].grade) == ("machine", ("b",), "proven")
    assert any(e.source == "fly" and "oom_killed" in (e.figure or "") for e in verdict.evidence)


def test_a_host_that_is_not_reached_is_named_without_a_log() -> None:
    verdict = without_log(machine("a"), machine("b", host_status="unreachable"))
    assert [c.id for c in verdict.causes] == ["host_failure"]
    assert (verdict.scope, verdict.machines, verdict.causes[0].owner) == ("machine", ("b",), "fly")


def test_a_machine_of_a_release_command_is_not_looked_at() -> None:
    special = Machine(
        id="r", state="destroyed", group="fly_app_release_command", events=(ended(60, code=137, oom=True),)
    )
    assert not without_log(machine("a"), special).is_incident
