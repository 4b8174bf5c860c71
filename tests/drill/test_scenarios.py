"""Each generated world shows its trouble where Fly shows it, reads like a log, and is the same each time."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from smokejumper import bundle
from smokejumper.causes.case import Case
from smokejumper.drill import scenarios
from smokejumper.drill.scenario import Scenario
from smokejumper.model.fly import Exit, Machine
from smokejumper.model.readings import Readings
from smokejumper.plays.gather import digest_of
from smokejumper.sources.files import live_log
from smokejumper.sources.metrics import queries

BUILD = pytest.mark.parametrize("build", scenarios.ALL.values(), ids=scenarios.ALL.keys())


def read(scenario: Scenario) -> Case:
    """The log of a world as the reader understands it."""
    return Case(digest_of([live_log(bundle.lines(scenario.entries), "fly")]), Readings())


def machines(scenario: Scenario) -> tuple[Machine, ...]:
    return scenario.machines_at(scenario.now)


def exits(machine: Machine) -> list[Exit]:
    return [event.exit for event in machine.events if event.exit is not None]


def failures(case: Case) -> dict[str, int]:
    """Answers with 5xx by machine."""
    counts: dict[str, int] = {}
    for (machine, _), cell in case.cells.items():
        counts[machine] = counts.get(machine, 0) + cell.failed
    return {machine: count for machine, count in counts.items() if count}


@BUILD
def test_a_world_is_the_same_each_time_and_goes_forward(build: Callable[[], Scenario]) -> None:
    scenario = build()
    assert scenario == build()
    assert scenario.name == build.__name__
    assert all(a.at_ns <= b.at_ns for a, b in pairwise(scenario.entries))
    assert len({e.id for e in scenario.entries}) == len(scenario.entries)
    for past in (*scenario.machines.values(), *scenario.releases.values()):
        assert all(a <= b for (a, _), (b, _) in pairwise(past))


@BUILD
def test_every_line_is_read_and_all_that_is_asked_is_measured(build: Callable[[], Scenario]) -> None:
    scenario = build()
    digest = read(scenario).digest
    assert (digest.lines, digest.unparsed) == (len(scenario.entries), 0)
    assert scenario.metrics.keys() == set(queries(scenario.app).values())


@pytest.mark.parametrize("name", ["steady", "autostop", "silent_machine", "platform_incident", "deploy_going_on"])
def test_where_nothing_is_wrong_nothing_fails(name: str) -> None:
    assert not failures(read(scenarios.ALL[name]()))


def test_the_odd_machine_fails_and_is_throttled_and_the_others_are_not() -> None:
    scenario = scenarios.odd_machine()
    (odd,) = (m.id for m in machines(scenario) if any(c.status != "passing" for c in m.checks))
    failed = failures(read(scenario))
    assert failed.keys() == {odd}
    assert failed[odd] > 30
    throttle = scenario.metrics[queries(scenario.app)["cpu_throttle"]]
    assert {series.machine for series in throttle if series.points[-1][1]} == {odd}


def test_a_deploy_that_goes_on_holds_a_lease_and_one_that_was_broken_off_holds_none() -> None:
    going, broken = scenarios.deploy_going_on(), scenarios.half_done_deploy()
    assert [bool(m.leased_by) for m in machines(going)] == [False, True, False]
    assert [m.release for m in machines(going)] == [m.release for m in machines(broken)] == [42, 42, 41]
    assert not [m for m in machines(broken) if m.leased_by]
    assert [s.releases_at(s.now)[0].status for s in (going, broken)] == ["running", "interrupted"]


def test_a_host_problem_is_known_to_fly_and_stands_on_no_page() -> None:
    scenario = scenarios.host_problem()
    assert [m.host_status for m in machines(scenario)] == ["ok", "ok", "unreachable"]
    assert len(scenario.host_issues) == 1
    assert scenario.fly_status.indicator == "none"
    assert read(scenario).digest.groups


def test_an_autostop_was_ordered() -> None:
    (stopped,) = (m for m in machines(scenarios.autostop()) if m.state == "stopped")
    assert [(e.requested, e.code, e.oom) for e in exits(stopped)] == [(True, 0, False)]


def test_a_loop_of_kills_for_memory() -> None:
    scenario = scenarios.oom_loop(kills=3)
    hungry = machines(scenario)[0]
    assert [(e.oom, e.restarts) for e in exits(hungry)] == [(True, 3), (True, 2), (True, 1)]
    assert hungry.state == "started"
    assert len([event for _, event in read(scenario).events("oom")]) == 3 * 2


def test_no_machine_is_started_where_all_used_up_their_restarts() -> None:
    scenario = scenarios.no_machine_started()
    assert {m.state for m in machines(scenario)} == {"stopped"}
    for machine in machines(scenario):
        assert [e.restarting for e in exits(machine)] == [False] + [True] * 9
    memory = scenario.metrics[queries(scenario.app)["memory_total"]]
    assert all(series.points[-1][0] < scenario.now - 200.0 for series in memory)


def test_an_empty_log_has_no_line_while_machines_run() -> None:
    scenario = scenarios.empty_logs()
    assert scenario.entries == ()
    assert {m.state for m in machines(scenario)} == {"started"}


def test_the_silent_machine_is_cordoned_and_answers_nobody() -> None:
    scenario = scenarios.silent_machine()
    (silent,) = (m.id for m in machines(scenario) if m.cordoned)
    since = scenario.now - 800.0
    assert not [e for e in scenario.entries if e.machine == silent and e.at_ns > since * 1e9]


def test_a_changed_secret_is_newer_than_the_others_and_made_a_release_of_the_same_image() -> None:
    scenario = scenarios.changed_secret()
    changed = [s for s in scenario.secrets if s.updated_at != s.created_at]
    assert len(changed) == 1
    newest, before = scenario.releases_at(scenario.now)
    assert newest.image_ref == before.image_ref
    assert len(failures(read(scenario))) == 3


def test_an_incident_of_the_platform_stands_on_its_page() -> None:
    scenario = scenarios.platform_incident()
    assert scenario.fly_status.indicator == "major"
    assert [i.status for i in scenario.fly_status.incidents] == ["identified"]
    assert [i.status for i in scenario.supabase_status.incidents] == ["resolved"]
