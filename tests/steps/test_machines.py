"""Which machine is sick, and above all which is not."""

import pytest
from hypothesis import given, settings, strategies as st
from tests.recordings import NAMES, folder, truth
from tests.steps.building import (
    DAY,
    NEW,
    NOW,
    OLD,
    A,
    B,
    C,
    case,
    ended,
    event,
    fly,
    image,
    line,
    machine,
    memory,
    release,
    requests,
    series,
    stopped,
    three,
)

from smokejumper.causes.case import Case
from smokejumper.model.digest import LogDigest
from smokejumper.model.finding import Finding
from smokejumper.model.fly import Check, FlyReading, HostIssue, Machine
from smokejumper.model.readings import Readings
from smokejumper.plays.triage import of_files
from smokejumper.sources.files import open_inputs
from smokejumper.sources.selection import Selection
from smokejumper.steps.machines import machines, worth_a_look

EVEN = [*requests(A, 40), *requests(B, 40), *requests(C, 40)]


def findings(reading: FlyReading, rows: list[str] | None = None) -> dict[str, Finding]:
    """The findings by kind; each kind at most once."""
    found = machines(case(reading, rows or []), "acme").findings
    assert len({f.kind for f in found}) == len(found), found
    return {f.kind: f for f in found}


# ---- calm


CALM: dict[str, FlyReading] = {
    "healthy": fly(*three()),
    "one machine": fly(machine()),
    "a deploy that is done": fly(
        *(machine(m, events=(event("start", 60), ended(65, requested=True), event("update", 70))) for m in (A, B, C)),
        releases=(release(43, 90), release(42, DAY, OLD)),
    ),
    "restarted by order": fly(
        *three()[:2],
        machine(C, events=(event("start", 300), ended(310, code=137, requested=True), event("restart", 311))),
    ),
    "crashed long ago": fly(*three(events=(ended(2 * DAY, code=1, restarting=True, restarts=4),))),
    "a standby lies still": fly(*three(), stopped("4d891b6fe12e1d", standby=True)),
    "special machines": fly(
        *three(),
        stopped("4d891b6fe12e1d", ended(60, code=1), group="fly_app_release_command", image=image(OLD)),
        machine("4d891b6fe12e1e", state="destroyed", image=image(OLD)),
    ),
    "run by hand": fly(*three(), machine("4d891b6fe12e1d", group="", image=image("tool"), release=None)),
    "another image in another group": fly(*three(), machine("4d891b6fe12e1d", group="worker", config_digest="other")),
    "each with a volume of its own": fly(*(machine(m, config_digest=m) for m in (A, B, C))),
    "memory well used": fly(*three(), series=memory(A, [0.8, 0.82, 0.79, 0.81] * 10)),
    "a short burst of CPU": fly(*three(), series=(series("cpu_throttle", [0, 0, 0.4, 0, 0, 0], A),)),
    "a check of the deploy itself": fly(*three(checks=(Check(name="bg_deployments_compat-1", status="critical"),))),
}


@pytest.mark.parametrize("reading", CALM.values(), ids=CALM)
def test_nothing_is_said_of_machines_that_are_well(reading: FlyReading) -> None:
    assert machines(case(reading, EVEN), "acme").findings == ()


def test_machines_that_had_no_work_are_no_trouble() -> None:
    reading = fly(machine(A), stopped(B, ended(900, requested=True), event("stop", 901, "proxy"), autostop=True))
    report = machines(case(reading, requests(A, 40)), "acme")
    assert [(f.kind, f.severity, f.machines) for f in report.findings] == [("autostop", "info", (B,))]
    assert not report.troubled


def test_all_machines_may_sleep_where_nobody_asks() -> None:
    reading = fly(*(stopped(m, event("stop", 900, "flyd"), autostop=True) for m in (A, B)))
    assert [(f.kind, f.severity) for f in machines(case(reading), "acme").findings] == [("autostop", "info")]


def test_the_log_tells_who_stopped_a_machine() -> None:
    told = line(900, f"App acme has excess capacity, autostopping machine {B}. 1 out of 2 left", A, "proxy")
    reading = fly(machine(A), stopped(B, event("stop", 899, "user")))
    assert findings(reading, [told])["autostop"].machines == (B,)


def test_a_failure_that_all_share_makes_nobody_odd() -> None:
    rows = [row for m in (A, B, C) for row in requests(m, 30) + requests(m, 10, 500)]
    assert findings(fly(*three()), rows) == {}


def test_few_failures_make_nobody_odd() -> None:
    assert findings(fly(*three()), [*EVEN, *requests(C, 2, 500)]) == {}


def test_two_sick_machines_are_not_one_odd_one() -> None:
    rows = [*requests(A, 200), *requests(B, 20), *requests(B, 20, 500), *requests(C, 20), *requests(C, 20, 500)]
    assert "odd_machine" not in findings(fly(*three()), rows)


def test_without_any_source_nothing_is_claimed() -> None:
    report = machines(Case(LogDigest(), Readings()))
    assert (report.machines, report.findings, report.at) == ((), (), None)
    assert {gap.source for gap in report.gaps} == {"fly-machines", "log"}


# ---- the odd one


def test_the_machine_that_fails_is_named_with_its_share() -> None:
    rows = [*requests(A, 40), *requests(B, 40), *requests(C, 10), *requests(C, 30, 500)]
    odd = findings(fly(*three()), rows)["odd_machine"]
    assert (odd.machines, odd.severity) == ((C,), "major")
    assert "30 of 40 requests failed (75%), 0 of 80 on the others" in odd.figure


def test_the_odd_one_is_found_in_a_log_alone() -> None:
    rows = [*requests(A, 40), *requests(B, 40), *requests(C, 10), *requests(C, 30, 500)]
    report = machines(case(None, rows), "acme")
    assert [(f.kind, f.machines) for f in report.findings] == [("odd_machine", (C,))]
    assert {row.state for row in report.machines} == {None}
    assert {row.checks_total for row in report.machines} == {None}
    assert "fly-machines" in {gap.source for gap in report.gaps}


def test_what_is_alone_about_the_odd_one_is_told_with_it() -> None:
    rows = [*requests(A, 40), *requests(B, 40), *requests(C, 10), *requests(C, 30, 500)]
    odd = findings(fly(machine(A), machine(B), machine(C, region="iad")), rows)["odd_machine"]
    assert odd.figure.endswith("the only one in iad")


def test_to_be_alone_in_a_region_is_no_trouble() -> None:
    assert findings(fly(machine(A), machine(B), machine(C, region="iad")), EVEN) == {}


def test_a_machine_much_fuller_than_the_others_is_odd() -> None:
    reading = fly(*three(), series=(*memory(A, [0.4] * 5), *memory(B, [0.5] * 5), *memory(C, [0.88] * 5)))
    assert findings(reading)["odd_machine"].figure == "88% of its memory in use, at most 50% on the others"


def test_a_machine_that_is_throttled_alone_is_odd() -> None:
    rates = (*(series("cpu_throttle", [0.0] * 5, m) for m in (A, B)), series("cpu_throttle", [0.4] * 5, C))
    assert findings(fly(*three(), series=rates))["odd_machine"].machines == (C,)


def test_a_machine_that_crashes_alone_is_odd() -> None:
    crashed = (event("start", 50), ended(60, code=1, restarting=True), ended(600, code=1, restarting=True))
    assert findings(fly(*three()[:2], machine(C, events=crashed)))["odd_machine"].machines == (C,)


@pytest.mark.parametrize("name", NAMES)
def test_only_a_fault_of_one_machine_makes_one_odd(name: str) -> None:
    """In no recording is a machine called odd by its failures where all of them had the fault."""
    verdict, known = of_files(open_inputs([folder(name) / "fly.ndjson"]), Selection())
    odd = [f.machines for f in machines(known, verdict.app).findings if f.kind == "odd_machine"]
    assert odd in ([], [tuple(truth(name)["instances"])] if truth(name)["scope"] == "instance" else [])


# ---- deploys


def test_two_images_in_one_group_are_a_half_done_deploy() -> None:
    reading = fly(machine(A), machine(B), machine(C, image=image(OLD), release=41))
    found = findings(reading, EVEN)["half_done_deploy"]
    assert (found.severity, found.machines) == ("major", (A, B, C))
    assert f"{A}, {B} on {NEW}" in found.figure
    assert f"{C} on {OLD}" in found.figure
    assert found.command == f"fly deploy -a acme --image registry.fly.io/acme:{NEW} --yes"


def test_a_release_that_failed_names_the_last_complete_one_as_the_way_back() -> None:
    releases = (release(43, 1800, NEW, status="failed"), release(42, DAY, OLD))
    reading = fly(machine(A, release=43), machine(B, image=image(OLD)), releases=releases)
    found = findings(reading)["half_done_deploy"]
    assert found.figure.startswith("v43 is failed")
    assert found.command == f"fly deploy -a acme --image registry.fly.io/acme:{OLD} --yes"


def test_success_is_no_proof() -> None:
    found = findings(fly(*three(image=image(OLD)), releases=(release(43, 600), release(42, DAY, OLD))))
    assert found["half_done_deploy"].figure == f"v43 is complete; {A}, {B}, {C} not on {NEW}"
    assert "reports success" in found["half_done_deploy"].why


def test_machines_that_missed_a_change_of_secrets() -> None:
    found = findings(fly(machine(A, release=43), machine(B), releases=(release(43, 600),)))["half_done_deploy"]
    assert (found.severity, found.figure) == ("minor", f"v43 is complete; {B} on v42; {A} on v43")


@pytest.mark.parametrize(("ago", "severity"), [(120, "minor"), (3000, "major")])
def test_a_deploy_that_goes_on_is_half_done_in_earnest_after_a_while(ago: float, severity: str) -> None:
    mixed = (machine(A, release=43, leased_by="deploy@acme"), machine(B, image=image(OLD)))
    found = findings(fly(*mixed, releases=(release(43, ago, status="running"),)))["half_done_deploy"]
    assert found.severity == severity
    assert "leased by deploy@acme" in found.figure


def test_a_deploy_that_hangs_is_told_though_all_machines_are_alike() -> None:
    found = findings(fly(*three(), releases=(release(43, 3000, status="running"),)))["half_done_deploy"]
    assert (found.severity, found.why) == ("minor", "a deploy begun more than 15 min ago has not ended")


def test_a_deploy_that_has_just_begun_is_good_to_know() -> None:
    reading = fly(*three(leased_by="deploy@acme"), releases=(release(43, 30, status="running"),))
    assert [(f.kind, f.severity) for f in findings(reading).values()] == [("half_done_deploy", "info")]


def test_a_release_that_failed_days_ago_is_no_trouble() -> None:
    releases = (release(43, 3 * DAY, OLD, status="failed"), release(42, 4 * DAY))
    assert findings(fly(*three(), releases=releases))["half_done_deploy"].severity == "info"


def test_a_lease_without_a_deploy_is_told() -> None:
    assert findings(fly(machine(A, leased_by="jo"), machine(B)))["leased"].severity == "info"


# ---- ends


def test_killed_twice_within_the_hour_is_a_loop() -> None:
    kills = (event("start", 290), ended(300, code=137, oom=True, restarting=True, restarts=2), ended(1500, oom=True))
    found = findings(fly(*three()[:2], machine(C, events=kills, memory_mb=256)))["oom_loop"]
    assert found.figure == "killed 2 times for its memory within 20 min, it has 256 MB, restart count 2"
    assert found.command == "fly scale memory 512 -g app -a acme"


def test_one_kill_that_fly_and_the_log_tell_of_is_one() -> None:
    rows = [
        line(302, "[  134.910082] Out of memory: Killed process 653 (beam.smp) total-vm:1580560kB", C),
        line(301, "INFO Process appears to have been OOM killed!", C),
    ]
    found = findings(fly(*three()[:2], machine(C, events=(ended(300, code=137, oom=True, restarting=True),))), rows)
    assert "oom_loop" not in found
    assert found["oom"].severity == "minor"


def test_a_kill_that_only_the_metrics_show_is_one() -> None:
    found = findings(fly(*three(), series=(series("exit_oom", [0, 1, 1], C),)))["oom"]
    assert (found.machines, found.at) == ((C,), None)


def test_kills_of_yesterday_are_no_loop() -> None:
    kills = (ended(DAY, oom=True, restarting=True), ended(DAY + 600, oom=True))
    assert findings(fly(machine(A, events=(event("start", 80_000), *kills)))) == {}


def test_a_crash_loop_is_what_flyctl_calls_one() -> None:
    looping = (ended(20, code=1, restarting=True, restarts=3),)
    found = findings(fly(machine(A), machine(B, events=looping)))["crash_loop"]
    assert (found.machines, found.figure) == ((B,), "exit code 1, started again 3 times")


@pytest.mark.parametrize(
    "last",
    [
        {"code": 1, "restarting": True, "restarts": 1},
        {"code": 0, "restarting": True, "restarts": 5},
        {"code": 1, "restarting": True, "restarts": 5, "requested": True},
    ],
)
def test_other_ends_are_no_crash_loop(last: dict[str, object]) -> None:
    assert "crash_loop" not in findings(fly(machine(A), machine(B, events=(ended(20, **last),))))


def test_a_machine_that_is_out_of_restarts_lies_still() -> None:
    rows = [line(100, "machine has reached its max restart count of 10", B, "runner")]
    found = findings(fly(machine(A), stopped(B, ended(100, code=1))), rows)["gave_up"]
    assert (found.machines, found.figure) == ((B,), "stopped after 10 restarts: exit code 1")


def test_a_machine_that_never_came_up() -> None:
    assert findings(fly(machine(A), stopped(B, state="failed")))["failed"].figure == "state failed"


def test_a_machine_that_ended_well_by_itself_is_no_trouble() -> None:
    assert findings(fly(machine(A), stopped(B, ended(100))))["ended"].severity == "info"


def test_no_machine_of_a_group_runs() -> None:
    found = findings(fly(stopped(A, event("stop", 60)), stopped(B, event("stop", 60))))["no_machine_started"]
    assert found.severity == "critical"
    assert "a person stopped them" in found.why


def test_an_app_without_machines() -> None:
    assert findings(fly())["no_machine_started"].figure == "0 machines"


def test_machines_that_sleep_while_requests_fail() -> None:
    reading = fly(stopped(A, event("stop", 900, "proxy"), autostop=True))
    rows = [
        line(ago, "[PR03] could not find a good candidate within 40 attempts at load balancing", A, "proxy", "error")
        for ago in (60, 50, 40)
    ]
    assert findings(reading, rows)["autostop"].severity == "critical"


# ---- health, hosts, routing


def test_a_failing_check_is_shown_with_its_reason() -> None:
    sick = (Check(name="http", status="critical", output="connect: connection refused", changed_at=NOW - 300),)
    found = findings(fly(machine(A), machine(B, checks=sick)))
    assert found["check_failing"].figure == "http fails on 1 of 2 started machines: connect: connection refused"
    assert "never restarts" in found["check_failing"].why
    assert found["odd_machine"].machines == (B,)


def test_all_checks_failing_is_critical() -> None:
    sick = (Check(name="http", status="critical"),)
    assert findings(fly(*three(checks=sick)))["check_failing"].severity == "critical"


def test_a_machine_that_boots_may_fail_its_checks() -> None:
    booting = machine(B, checks=(Check(name="http", status="critical"),), events=(event("start", 5),))
    assert findings(fly(machine(A), booting))["check_failing"].severity == "info"


def test_a_host_that_fly_does_not_reach() -> None:
    issue = HostIssue(id="1", message="Hardware fault", created_at=NOW - 1200)
    found = findings(fly(machine(A), machine(B, host_status="unreachable"), host_issues=(issue,)))["host_problem"]
    assert (found.severity, found.machines, found.at) == ("major", (B,), "2026-03-02T09:40:00.000Z")
    assert found.figure == f"host of {B} (fra) unreachable; Fly: Hardware fault"


@pytest.mark.parametrize(
    ("state", "ago", "stuck"),
    [("starting", 200, False), ("starting", 400, True), ("updating", 400, False), ("updating", 700, True)],
)
def test_a_passing_state_may_last_its_time(state: str, ago: float, *, stuck: bool) -> None:
    slow = machine(B, state=state, updated_at=NOW - ago, events=(event("update", ago),))
    assert ("stuck" in findings(fly(machine(A), slow))) is stuck


def test_memory_that_fills_is_told_with_the_time_left() -> None:
    reading = fly(*three(), series=memory(C, [0.60 + 0.005 * i for i in range(40)]))
    found = findings(reading)["memory_pressure"]
    assert found.figure.startswith("80% of 512 MB in use, full in 21 min")


def test_memory_that_is_nearly_gone() -> None:
    assert findings(fly(*three(), series=memory(C, [0.95] * 10)))["memory_pressure"].machines == (C,)


def test_a_throttled_machine() -> None:
    found = findings(fly(*three(), series=(series("cpu_throttle", [0.3] * 10, C), series("cpu_busy", [0.97], C))))
    assert found["throttled"].figure == "throttled in 100% of the last 10 min, CPU 97% busy"


def test_a_full_disk() -> None:
    assert findings(fly(*three(), series=(series("disk_used", [0.95], C),)))["disk_full"].machines == (C,)


def test_a_machine_that_gets_no_request_while_others_do() -> None:
    found = findings(fly(*three()), [*requests(A, 60), *requests(B, 60)])["silent_machine"]
    assert (found.machines, found.figure) == ((C,), "0 requests in the log, 120 on 2 other machines in fra")


@pytest.mark.parametrize(
    "quiet",
    [
        machine(C, region="syd"),
        machine(C, group="worker"),
        machine(C, events=(event("start", 20),)),
        machine(C, events=()),
    ],
    ids=["alone in its region", "of another group", "just started", "nobody knows since when"],
)
def test_silence_that_can_be_ordinary_is_no_finding(quiet: Machine) -> None:
    assert "silent_machine" not in findings(fly(machine(A), machine(B), quiet), [*requests(A, 60), *requests(B, 60)])


def test_a_cordoned_machine_is_told_and_not_called_silent() -> None:
    found = findings(fly(*three()[:2], machine(C, cordoned=True)), [*requests(A, 60), *requests(B, 60)])
    assert {kind: f.machines for kind, f in found.items()} == {"cordoned": (C,)}


def test_a_minority_of_another_size() -> None:
    found = findings(fly(*three()[:2], machine(C, memory_mb=256)))["mixed_config"]
    assert found.figure == "shared x1 256 MB, the others shared x1 512 MB"


def test_moves_and_standbys_are_good_to_know() -> None:
    moved = machine(A, events=(event("start", 500), event("launch", 510, "flyd", "created")))
    found = findings(fly(moved, machine(B), machine(C, standby=True)))
    assert {kind: f.severity for kind, f in found.items()} == {"moved": "info", "standby": "info"}


# ---- the table


def test_what_was_not_measured_is_unknown() -> None:
    (row,) = machines(case(fly(machine(A, events=()), series=None)), "acme").machines
    unknown = (row.memory_used, row.cpu_busy, row.throttled, row.disk_used, row.restarts, row.requests, row.uptime_s)
    assert unknown == (None,) * 7


def test_a_row_holds_what_each_source_says() -> None:
    reading = fly(machine(A), series=(*memory(A, [0.5]), series("cpu_busy", [0.25], A)))
    (row,) = machines(case(reading, requests(A, 10)), "acme").machines
    assert (row.requests, row.http_5xx, row.memory_used, row.cpu_busy) == (10, 0, 0.5, 0.25)
    assert (row.checks_passing, row.checks_total, row.uptime_s, row.release) == (1, 1, DAY, 42)
    assert row.link == f"https://fly.io/apps/acme/machines/{A}"


def test_a_console_is_for_the_odd_one() -> None:
    rows = [*requests(A, 40), *requests(B, 40), *requests(C, 10), *requests(C, 30, 500)]
    chosen = worth_a_look(machines(case(fly(*three()), rows), "acme"))
    assert chosen is not None
    assert chosen[0] == C
    assert chosen[1].startswith("odd_machine: 30 of 40 requests")


def test_a_console_is_for_any_machine_that_runs_where_none_is_odd() -> None:
    reading = fly(stopped(A, event("stop", 900, "proxy")), machine(B))
    assert worth_a_look(machines(case(reading), "acme")) == (B, "no machine stands out; it runs")


def test_a_console_on_a_machine_that_the_log_alone_names() -> None:
    assert worth_a_look(machines(case(None, requests(A, 5)), "acme")) == (
        A,
        "no machine stands out; the log names it, and is asked most",
    )


def test_no_console_where_nothing_runs() -> None:
    assert worth_a_look(machines(case(fly(stopped(A, event("stop", 900)))), "acme")) is None


# ---- the order


def test_the_worst_comes_first_and_of_these_what_tells_most() -> None:
    reading = fly(
        machine(A, state="starting", updated_at=NOW - 900),
        machine(B, image=image(OLD), cordoned=True),
        machine(C, events=(ended(60, oom=True), ended(900, oom=True)), leased_by="jo"),
        machine("4d891b6fe12e1d", checks=(Check(name="http", status="critical"),)),
        series=(series("disk_used", [0.99], B),),
    )
    ranked = {
        "major": ("oom_loop", "check_failing", "half_done_deploy", "stuck", "disk_full"),
        "minor": ("cordoned",),
        "info": ("leased",),
    }
    found = [(f.severity, f.kind) for f in machines(case(reading), "acme").findings]
    assert found == [(severity, kind) for severity, kinds in ranked.items() for kind in kinds]


# ---- laws

SICK: tuple[Machine, ...] = (
    machine(C, image=image(OLD), release=41),
    machine(C, host_status="unreachable"),
    machine(C, events=(ended(20, code=1, restarting=True, restarts=3),)),
    machine(C, checks=(Check(name="http", status="critical"),)),
    machine(C, cordoned=True),
    stopped(C, event("stop", 900, "proxy")),
    machine(C, memory_mb=256),
)


@given(st.permutations([*three()[:2], *SICK[:1], machine("4d891b6fe12e1d"), machine("4d891b6fe12e1e", region="iad")]))
@settings(max_examples=20, deadline=None)
def test_the_order_of_machines_does_not_matter(order: list[Machine]) -> None:
    assert machines(case(fly(*order)), "acme") == machines(case(fly(*sorted(order, key=lambda m: m.id))), "acme")


@given(st.sampled_from(SICK), st.integers(1, 4))
@settings(max_examples=30, deadline=None)
def test_a_healthy_machine_more_never_adds_an_accusation(sick: Machine, more: int) -> None:
    """Who was accused before may be accused still; the healthy ones are not, and no new kind of trouble appears."""
    group = [*three()[:2], sick]
    before = machines(case(fly(*group)), "acme").findings
    healthy = [machine(f"4d891b6fe12e{i}0") for i in range(more)]
    after = machines(case(fly(*group, *healthy)), "acme").findings
    assert {f.kind for f in after} <= {f.kind for f in before}
    accused = {m for f in after if f.kind != "half_done_deploy" for m in f.machines}
    assert not accused & {m.id for m in healthy}
