"""The Machines API as the wire has it, in the shapes that its document publishes."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import httpx2
import msgspec
import pytest
from jsonschema import Draft202012Validator, ValidationError
from tests.drill.asking import Asking, Start

from smokejumper.drill import scenarios
from smokejumper.drill.clock import Clock
from smokejumper.drill.ledger import Scripts
from smokejumper.drill.scenario import Executed, Habits, Scenario
from smokejumper.drill.simulators import fly_machines
from smokejumper.drill.simulators.view import View

SPEC = json.loads((Path(__file__).parents[2] / "specs" / "fly-machines.openapi.json").read_bytes())
STEADY = scenarios.steady()
MACHINE = STEADY.machines_at(STEADY.now)[0].id

# The document says so itself: "the API continues to use booleans for off and stop in responses".
SPEC["components"]["schemas"]["fly.MachineService"]["properties"]["autostop"] = {"type": ["boolean", "string"]}


def nullable(schema: object) -> object:
    """A schema of OpenAPI 3.0 as one of JSON Schema: `nullable` is a type there."""
    if isinstance(schema, list):
        return [nullable(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    said = {key: nullable(value) for key, value in schema.items() if key != "nullable"}
    return {"anyOf": [said, {"type": "null"}]} if schema.get("nullable") is True else said


SCHEMAS = nullable(SPEC["components"])


@cache
def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": SCHEMAS})


def conforms(answer: object, name: str) -> None:
    """Hold an answer against a schema of the document."""
    validator(name).validate(answer)


# ---- the published shapes


OTHERWISE = msgspec.structs.replace(scenarios.oom_loop(), habits=Habits(exit_event="monitor", exited_at="milliseconds"))


@pytest.mark.parametrize("build", [*scenarios.ALL.values(), lambda: OTHERWISE], ids=[*scenarios.ALL, "other_habits"])
def test_answers_have_the_published_shapes(start: Start, build: Callable[[], Scenario]) -> None:
    asking = start(build())
    listed = asking.machines().json()
    assert listed
    for machine in listed:
        conforms(machine, "Machine")
        conforms(asking.machines(f"/{machine['id']}").json(), "Machine")
        for event in asking.machines(f"/{machine['id']}/events").json():
            conforms(event, "MachineEvent")
    conforms(asking.ask("machines", asking.app).json(), "App")
    conforms(asking.ask("machines", f"{asking.app}/secrets").json(), "AppSecrets")
    conforms(asking.ask("machines", "/v1/tokens/current").json(), "CurrentTokenResponse")
    conforms(asking.machines("/nobody").json(), "ErrorResponse")


def test_a_shape_that_is_wrong_does_not_conform() -> None:
    with pytest.raises(ValidationError):
        conforms({"id": 1}, "Machine")
    with pytest.raises(ValidationError):
        conforms({"events": [{"timestamp": "soon"}]}, "Machine")


def test_every_path_is_a_published_one() -> None:
    routes = fly_machines.routes(View(STEADY, Clock(STEADY.now)), Scripts())
    published = {path.replace("{app_name}", "{app}").replace("{machine_id}", "{machine}") for path in SPEC["paths"]}
    assert {route.path.removeprefix("/v1") for route in routes} <= published


# ---- what is not there


def test_a_machine_that_is_not_there(start: Start) -> None:
    answer = start(STEADY).machines("/nobody")
    assert answer.status_code == 404
    assert answer.headers["fly-request-id"]


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        ("", 401),
        ("FlyV1 fm2_expired", 401),
        ("FlyV1 fm2_elsewhere", 404),
        ("FlyV1 fm2_exec", 403),
        ("FlyV1 fm2_deploy", 200),
        ("Bearer fm2_readonly", 200),
        ("Bearer oauth_user", 200),
    ],
)
def test_who_may_read_machines(start: Start, authorization: str, status: int) -> None:
    asking = start(STEADY)
    answer = asking.ask("machines", f"{asking.app}/machines", authorization=authorization)
    assert answer.status_code == status
    if status == 401:
        assert answer.json() == {"error": "Authenticate: token validation error"}


def test_an_errors_words_may_stand_under_another_key(start: Start) -> None:
    asking = start(msgspec.structs.replace(STEADY, habits=Habits(message_key="message")))
    assert asking.machines("/nobody").json() == {"message": "machine nobody not found"}


def test_the_values_of_secrets_are_in_no_answer(start: Start) -> None:
    asking = start(STEADY)
    told = asking.ask("machines", f"{asking.app}/secrets").json()["secrets"]
    assert {secret["name"] for secret in told} == {"DATABASE_URL", "SECRET_KEY_BASE"}
    assert {key for secret in told for key in secret} == {"name", "digest", "created_at", "updated_at"}


# ---- machines


def test_the_configuration_of_a_machine_on_a_lost_host_stands_elsewhere(start: Start) -> None:
    *well, lost = start(scenarios.host_problem()).machines().json()
    assert lost["host_status"] == "unreachable"
    assert "config" not in lost
    assert lost["incomplete_config"]["metadata"]["fly_process_group"] == "app"
    assert all("config" in machine and "incomplete_config" not in machine for machine in well)


def test_a_destroyed_machine_is_shown_on_demand_only(start: Start) -> None:
    gone = STEADY.machines[MACHINE][-1][1]
    destroyed = (*STEADY.machines[MACHINE], (STEADY.now, msgspec.structs.replace(gone, state="destroyed")))
    asking = start(msgspec.structs.replace(STEADY, machines={**STEADY.machines, MACHINE: destroyed}))
    assert MACHINE not in {machine["id"] for machine in asking.machines().json()}
    assert MACHINE in {machine["id"] for machine in asking.machines(include_deleted="true").json()}


def test_machines_of_one_region_or_state(start: Start) -> None:
    asking = start(scenarios.autostop())
    assert {machine["region"] for machine in asking.machines(region="fra").json()} == {"fra"}
    assert {machine["state"] for machine in asking.machines(state="stopped,failed").json()} == {"stopped"}


def test_a_summary_has_no_configuration_checks_or_events(start: Start) -> None:
    for machine in start(STEADY).machines(summary="true").json():
        assert not {"config", "checks", "events"} & machine.keys()


def test_a_cordoned_machine_says_so_and_the_others_say_nothing(start: Start) -> None:
    machines = start(scenarios.silent_machine()).machines().json()
    assert [machine.get("cordoned") for machine in machines] == [None, None, True]


# ---- events


def test_events_are_the_newest_twenty_fifty_at_most(start: Start) -> None:
    crashing = scenarios.oom_loop(kills=30)
    asking = start(crashing)
    hungry = asking.machines().json()[0]["id"]

    def events(**query: int) -> list[dict[str, int]]:
        found: list[dict[str, int]] = asking.machines(f"/{hungry}/events", **query).json()
        return found

    assert [len(events()), len(events(limit=3)), len(events(limit=500))] == [20, 3, 50]
    times = [event["timestamp"] for event in events(limit=50)]
    assert times == sorted(times, reverse=True)
    assert times[0] > 10**12


@pytest.mark.parametrize("place", ["plain", "monitor"])
def test_how_a_machine_ended_stands_in_one_of_two_places_without_what_is_zero(start: Start, place: str) -> None:
    habits = Habits(exit_event="plain" if place == "plain" else "monitor")
    asking = start(msgspec.structs.replace(scenarios.oom_loop(kills=1), habits=habits))
    requests = [event["request"] for event in asking.machines().json()[0]["events"] if event["type"] == "exit"]
    assert requests[0]["restart_count"] == 1
    ended = requests[0]["exit_event"] if place == "plain" else requests[0]["MonitorEvent"]["exit_event"]
    assert (ended["exit_code"], ended["oom_killed"], ended["restarting"]) == (137, True, True)
    assert "requested_stop" not in ended


def test_the_time_of_an_exit_is_a_text_or_milliseconds(start: Start) -> None:
    def at(habits: Habits) -> object:
        asking = start(msgspec.structs.replace(scenarios.oom_loop(kills=1), habits=habits))
        return asking.machines().json()[0]["events"][1]["request"]["exit_event"]["exited_at"]

    assert at(Habits()) == "2026-11-25T03:14:00Z"
    assert at(Habits(exited_at="milliseconds")) == 1795576440000


def test_a_limit_that_is_no_number_is_refused(start: Start) -> None:
    assert start(STEADY).machines(f"/{MACHINE}/events", limit="many").status_code == 400


# ---- leases


def test_a_lease_is_wrapped_and_a_deploy_that_goes_on_holds_one(start: Start) -> None:
    asking = start(scenarios.deploy_going_on())
    answers = [asking.machines(f"/{machine['id']}/lease") for machine in asking.machines().json()]
    assert [answer.status_code for answer in answers] == [404, 200, 404]
    assert answers[0].json() == {"error": "lease not found"}
    assert answers[1].json()["status"] == "success"
    conforms(answers[1].json()["data"], "Lease")
    assert answers[1].json()["data"]["owner"] == "dana@example.com"


# ---- limits


def test_each_action_has_a_limit_of_its_own_where_limits_are_on(start: Start) -> None:
    asking = start(msgspec.structs.replace(STEADY, habits=Habits(rate_limits=True)), ticks=lambda: 0.0)
    assert [asking.machines().status_code for _ in range(4)] == [200, 200, 200, 429]
    assert asking.machines().json() == {"error": "rate limit exceeded"}
    assert [asking.machines(f"/{MACHINE}").status_code for _ in range(11)] == [200] * 10 + [429]
    assert asking.machines(f"/{MACHINE}/events").status_code == 200


def test_a_limit_is_over_after_a_second(start: Start) -> None:
    ticks = [0.0]
    asking = start(msgspec.structs.replace(STEADY, habits=Habits(rate_limits=True)), ticks=lambda: ticks[0])
    assert [asking.machines().status_code for _ in range(4)][-1] == 429
    ticks[0] = 1.0
    assert [asking.machines().status_code for _ in range(2)] == [200, 429]


def test_there_are_no_limits_unless_they_are_on(start: Start) -> None:
    asking = start(STEADY)
    assert {asking.machines().status_code for _ in range(12)} == {200}


# ---- exec

SCRIPT = "# How full is it?\ndf -Pk\n"


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    (tmp_path / "disk.sh").write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "app.graphql").write_text("{ app { name } }", encoding="utf-8")
    return tmp_path


SHIPPED = {"command": ["sh", "-c", SCRIPT], "timeout": 5}


def run(
    asking: Asking, asked: object, *, machine: str = MACHINE, authorization: str = "Bearer oauth_user"
) -> httpx2.Response:
    path = f"{asking.app}/machines/{machine}/exec"
    return asking.ask("machines", path, method="POST", authorization=authorization, json=asked)


@pytest.mark.parametrize(
    "asked",
    [
        {"command": ["sh", "-c", "rm -rf /"]},
        {"command": ["sh", "-c", SCRIPT + " "]},
        {"command": ["sh", "-c", SCRIPT, "more"]},
        {"command": ["bash", "-c", SCRIPT]},
        {"command": ["sh", "-c", "{ app { name } }"]},
        {"cmd": SCRIPT},
        {"cmd": "id", "command": ["sh", "-c", SCRIPT]},
        {"command": "sh"},
        [],
    ],
)
def test_what_is_no_shipped_script_is_refused_and_told(start: Start, shipped: Path, asked: object) -> None:
    asking = start(STEADY, scripts=shipped)
    answer = run(asking, asked)
    assert answer.status_code == 403
    assert asking.world.violations == [f"POST {asking.app}/machines/{MACHINE}/exec: runs what is no shipped script"]
    assert asking.world.requests[0].kind == "write"


def test_a_shipped_script_prints_what_the_scenario_says(start: Start, shipped: Path) -> None:
    said = {"disk.sh": {"": Executed("/ 47%\n"), MACHINE: Executed("/ 99%\n", "df: /mnt: gone\n", 1)}}
    asking = start(msgspec.structs.replace(STEADY, executed=said), scripts=shipped)
    answer = run(asking, SHIPPED)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.json() == {"exit_code": 1, "exit_signal": 0, "stdout": "/ 99%\n", "stderr": "df: /mnt: gone\n"}
    conforms(answer.json(), "flydv1.ExecResponse")
    assert run(asking, SHIPPED, machine="90806d4ef47683").json()["stdout"] == "/ 47%\n"
    assert not asking.world.violations
    assert {request.kind for request in asking.world.requests} == {"read"}


def test_a_script_that_the_scenario_does_not_know_says_so(start: Start, shipped: Path) -> None:
    answer = run(start(msgspec.structs.replace(STEADY, executed={}), scripts=shipped), SHIPPED)
    assert answer.json()["exit_code"] == 1
    assert answer.json()["stderr"]


def test_nothing_runs_on_a_machine_that_is_not_started(start: Start, shipped: Path) -> None:
    stopped = scenarios.no_machine_started()
    answer = run(start(stopped, scripts=shipped), SHIPPED)
    assert (answer.status_code, answer.json()) == (412, {"error": "failed_precondition: machine not running"})


@pytest.mark.parametrize(("token", "status"), [("fm2_readonly", 403), ("fm2_deploy", 403), ("fm2_exec", 200)])
def test_who_may_run_a_script(start: Start, shipped: Path, token: str, status: int) -> None:
    assert run(start(STEADY, scripts=shipped), SHIPPED, authorization=f"FlyV1 {token}").status_code == status


def test_without_shipped_scripts_nothing_may_be_run(start: Start, tmp_path: Path) -> None:
    assert run(start(STEADY, scripts=tmp_path / "nowhere"), SHIPPED).status_code == 403
