"""What Fly would have said of the machines of a recording follows from the platform's lines in its log."""

from itertools import pairwise

import pytest
from tests.recordings import NAMES, folder, truth

from smokejumper.drill.recording import RELEASE_COMMAND, of_recording
from smokejumper.drill.scenario import Scenario
from smokejumper.logs.times import epoch
from smokejumper.model.fly import Machine


@pytest.fixture(scope="module", params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture(scope="module")
def scenario(name: str) -> Scenario:
    return of_recording(folder(name))


def machine(scenario: Scenario, id_: str, at: float | None = None) -> Machine:
    return next(m for m in scenario.machines_at(scenario.now if at is None else at) if m.id == id_)


def test_no_line_of_the_log_is_lost_or_moved(name: str, scenario: Scenario) -> None:
    assert len(scenario.entries) == truth(name)["counts"]["lines"]
    assert len({e.id for e in scenario.entries}) == len(scenario.entries)
    assert all(a.at_ns <= b.at_ns for a, b in pairwise(scenario.entries))
    assert len(scenario.entries_at(scenario.now)) == len(scenario.entries)
    for entry in scenario.entries[::100]:
        assert entry.at_ns / 1e9 == pytest.approx(epoch(entry.timestamp))


def test_its_machines_are_those_of_the_label_and_of_release_commands(name: str, scenario: Scenario) -> None:
    machines = scenario.machines_at(scenario.now)
    assert {m.id: m.region for m in machines if not m.special} == truth(name)["all_instances"]
    assert {m.group for m in machines if m.special} <= {RELEASE_COMMAND}


def test_the_past_of_each_machine_and_release_goes_forward(scenario: Scenario) -> None:
    for past in (*scenario.machines.values(), *scenario.releases.values()):
        times = [at for at, _ in past]
        assert times == sorted(times)


def test_each_machine_runs_the_image_of_the_release_that_it_names(scenario: Scenario) -> None:
    releases = {release.version: release for release in scenario.releases_at(scenario.now)}
    for its in scenario.machines_at(scenario.now):
        assert its.release is not None
        assert releases[its.release].image_ref == its.image.ref


def test_a_quiet_recording_has_one_old_release_and_no_exit() -> None:
    quiet = of_recording(folder("phoenix/healthy"))
    assert [(r.version, r.status) for r in quiet.releases_at(quiet.now)] == [(41, "complete")]
    assert not [e for m in quiet.machines_at(quiet.now) for e in m.events if e.exit]


def test_a_deploy_and_its_rollback_are_two_more_releases() -> None:
    deployed = of_recording(folder("phoenix/coupon_match_error_deploy"))
    assert [(r.version, r.status) for r in deployed.releases_at(deployed.now)] == [
        (43, "complete"),
        (42, "complete"),
        (41, "complete"),
    ]
    assert {m.release for m in deployed.machines_at(deployed.now)} == {43}
    exits = [e.exit for m in deployed.machines_at(deployed.now) for e in m.events if e.exit]
    assert len(exits) == 6
    assert all(e.requested and not e.restarting and e.code == 0 for e in exits)


def test_amid_a_deploy_it_is_running_and_holds_leases() -> None:
    deployed = of_recording(folder("phoenix/coupon_match_error_deploy"))
    amid = next(e.at_ns for e in deployed.entries if "Pulling container image" in e.message) / 1e9 + 0.5
    assert deployed.releases_at(amid)[0].status == "running"
    held = [m for m in deployed.machines_at(amid) if m.leased_by]
    assert [(m.state, m.release) for m in held] == [("replacing", 42)]
    assert not [m for m in deployed.machines_at(deployed.now) if m.leased_by]


def test_a_machine_that_does_not_come_up_fails_the_release() -> None:
    booted = of_recording(folder("phoenix/boot_missing_secret_one_instance"))
    assert booted.releases_at(booted.now)[0].status == "failed"
    (sick,) = (m for m in booted.machines_at(booted.now) if m.state != "started")
    assert sick.state == "stopped"
    assert [c.status for c in sick.checks] == ["critical"]
    unrequested = [e.exit for e in sick.events if e.exit and not e.exit.requested]
    assert [(e.code, e.restarts, e.restarting) for e in unrequested] == [
        (1, 5, False),
        (1, 4, True),
        (1, 3, True),
        (1, 2, True),
        (1, 1, True),
    ]


def test_a_kill_for_memory_is_an_exit_with_its_reason() -> None:
    killed = of_recording(folder("phoenix/memory_leak_oom_one_instance"))
    exits = [(m.id, e.exit) for m in killed.machines_at(killed.now) for e in m.events if e.exit]
    ((id_, how),) = exits
    assert (how.oom, how.code, how.signal, how.requested, how.restarting) == (True, 137, 9, False, True)
    assert machine(killed, id_).state == "started"
    assert how.at is not None
    assert machine(killed, id_, how.at + 0.5).state == "stopped"


def test_a_release_command_runs_on_a_machine_of_its_own() -> None:
    migrated = of_recording(folder("lumen/not_null_column_by_release_command"))
    special = [m for m in migrated.machines_at(migrated.now) if m.special]
    assert special
    assert {m.state for m in special} == {"stopped"}
    assert special[0].id not in {m.id for m in migrated.machines_at(migrated.entries[0].at_ns / 1e9)}


def test_without_an_image_in_the_log_the_name_is_the_one_that_is_given() -> None:
    assert of_recording(folder("phoenix/healthy"), app="shop").app == "shop"
