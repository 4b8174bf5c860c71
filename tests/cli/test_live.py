"""Every command on a simulated Fly: what it names, what it says where something is wrong, and that it only reads."""

import json
import shlex
from pathlib import Path

import msgspec
import pytest
from tests import living
from tests.cli.running import assert_refused, call
from tests.cli.terminals import COLUMNS, Terminal
from tests.recordings import folder

from smokejumper.cli.app import NAMES
from smokejumper.drill import scenarios
from smokejumper.drill.faults import Fault
from smokejumper.drill.recording import of_recording
from smokejumper.drill.scenario import Scenario
from smokejumper.drill.simulators.flyctl import Flyctl
from smokejumper.drill.world import World
from smokejumper.escaping import plain

FAILING = of_recording(folder("phoenix/coupon_match_error_deploy"))
ID = "GOsF095JZvF0AiIAAAMh"
STEADY = scenarios.steady()


# ---- nothing is changed


@pytest.mark.parametrize("command", sorted(NAMES - {"explain", "schema", "init"}))
@pytest.mark.parametrize("scenario", [FAILING, scenarios.ALL["half_done_deploy"]()], ids=["failing", "half_done"])
def test_a_command_only_reads(command: str, scenario: Scenario) -> None:
    words = [command, *([ID] if command == "trace" else []), "--app", scenario.app]
    with World(scenario) as world:
        done = living.called(world, *words)
        assert list(world.violations) == []
        assert world.requests
        assert all(request.kind == "read" for request in world.requests)
    assert "Traceback" not in done.err
    assert done.code in (0, 1) or (command == "trace" and scenario is not FAILING)


def test_no_secret_is_asked_for_or_shown() -> None:
    with World(FAILING) as world:
        shown = [living.called(world, command, "--json", "--app", "acme") for command in ("triage", "doctor", "recent")]
        assert not any("show_secrets" in str(request) for request in world.requests)
    assert not any(FAILING.token in done.out + done.err for done in shown)


# ---- what is named


@pytest.mark.parametrize("name", ["steady", "autostop"])
def test_machines_that_are_well_are_left_in_peace(name: str) -> None:
    with World(scenarios.ALL[name]()) as world:
        done = living.called(world, "machines", "--json", "--app", world.scenario.app)
    assert done.code == 0
    assert {f["severity"] for f in json.loads(done.out)["findings"]} <= {"info"}


@pytest.mark.parametrize(
    ("name", "finding", "machines"),
    [
        ("odd_machine", "odd_machine", ["5683920b7e1038"]),
        ("half_done_deploy", "half_done_deploy", ["32874406a92e85", "5683920b7e1038", "90806d4ef47683"]),
        ("host_problem", "host_problem", ["90806d4ef47683"]),
        ("autostop", "autostop", ["5683920b7e1038"]),
        ("oom_loop", "oom_loop", ["32874406a92e85"]),
        ("no_machine_started", "no_machine_started", ["32874406a92e85", "5683920b7e1038", "90806d4ef47683"]),
    ],
)
def test_machines_names(name: str, finding: str, machines: list[str]) -> None:
    with World(scenarios.ALL[name]()) as world:
        done = living.called(world, "machines", "--json", "--app", world.scenario.app)
    found = {f["kind"]: f for f in json.loads(done.out)["findings"]}
    assert found[finding]["machines"] == machines
    assert any(c.isdigit() for c in found[finding]["figure"])


def test_a_deploy_that_goes_on_is_said_and_accuses_nobody() -> None:
    with World(scenarios.ALL["deploy_going_on"]()) as world:
        done = living.called(world, "machines", "--json", "--app", world.scenario.app)
    found = {f["kind"]: f for f in json.loads(done.out)["findings"]}
    assert found["half_done_deploy"]["severity"] in ("info", "minor")
    assert "going on" in found["half_done_deploy"]["why"]


def test_every_screen_names_the_app_and_its_environment(tmp_path: Path) -> None:
    (tmp_path / "fly.toml").write_text('app = "acme"\n')
    (tmp_path / "fly.staging.toml").write_text('app = "acme-staging"\n')
    (tmp_path / "mix.exs").write_text("defmodule Acme.MixProject do\n  def project, do: [app: :acme]\nend\n")
    with World(FAILING) as world:
        shown = [living.called(world, c, cwd=tmp_path).out for c in ("triage", "scope", "machines", "recent", "deps")]
        console = living.called(world, "console", cwd=tmp_path).out
    assert all("acme (prod)" in "\n".join(screen.splitlines()[:2]) for screen in shown)
    assert "acme (prod)" in console


@pytest.mark.parametrize("command", ["triage", "scope", "machines", "recent", "deps", "console", "doctor"])
def test_a_screen_fits_a_terminal(command: str) -> None:
    with World(scenarios.ALL["host_problem"]()) as world:
        terminal = Terminal(command, "--app", world.scenario.app, rows=60, env=living.around(world))
        assert terminal.end() in (0, 1)
    assert f"{world.scenario.app} (prod)" in "\n".join(terminal.shown)
    assert max(len(row.rstrip()) for row in plain(terminal.raw.decode()).split("\n")) <= COLUMNS


# ---- what is wrong is said, and costs its own part only


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault("status", "{}", status=401), ("does not accept the token", "401")),
        (Fault("status", "{}", status=403), ("does not allow this", "403")),
        (Fault("status", "{}", status=404), ("does not know", "404")),
        (Fault("status", "{}", status=408), ("in time", "408")),
        (Fault("status", "{}", status=422), ("422",)),
        (Fault("status", "{}", status=429), ("too often", "429")),
        (Fault("status", "{}", status=429, retry_after="60"), ("60 s", "429")),
        (Fault("status", "{}", status=500), ("trouble of its own", "500")),
        (Fault("status", "{}", status=503), ("trouble of its own", "503")),
        (Fault("html", "{}", status=200), ("HTML instead of JSON",)),
        (Fault("html", "{}", status=502), ("502",)),
        (Fault("half", "{}"), ("broke off",)),
        (Fault("garbage", "{}"), ("no JSON",)),
        (Fault("refuse", "{}"), ("broke off",)),
    ],
    ids=lambda x: f"{x.kind}-{x.status}-{x.retry_after}" if isinstance(x, Fault) else "",
)
@pytest.mark.parametrize("part", ["logs", "machines"])
def test_an_answer_that_is_wrong(part: str, fault: Fault, words: tuple[str, ...]) -> None:
    with World(FAILING, faults=[msgspec.structs.replace(fault, where=part)]) as world:
        done = living.called(world, "triage", "--json", "--app", "acme")
    verdict = json.loads(done.out)
    gap = next(g for g in verdict["coverage"]["gaps"] if g["source"] == ("log" if part == "logs" else "fly-machines"))
    assert all(word in gap["why"] for word in words), gap
    assert shlex.split(gap["command"])
    assert done.code == (3 if part == "logs" else 1)
    assert [c["id"] for c in verdict["causes"]] == ([] if part == "logs" else ["nil_access"])


def test_an_app_of_another_organisation() -> None:
    with World(FAILING) as world:
        done = living.called(world, "triage", "--json", "--app", "somebody-elses")
    gaps = {g["source"]: g for g in json.loads(done.out)["coverage"]["gaps"]}
    assert done.code == 3
    assert "log" in gaps
    assert "fly-machines" in gaps


def test_a_log_without_lines() -> None:
    with World(scenarios.ALL["empty_logs"]()) as world:
        done = living.called(world, "triage", "--json", "--app", world.scenario.app)
    gap = next(g for g in json.loads(done.out)["coverage"]["gaps"] if g["source"] == "log")
    assert "no line" in gap["why"]
    assert done.code == 3


def test_log_pages_that_stay_empty_end() -> None:
    with World(FAILING, faults=[Fault("empty", "logs")]) as world:
        done = living.called(world, "triage", "--json", "--app", "acme")
        assert len(world.asked("logs")) < 5
    assert done.code == 3


def test_no_machine_started_is_named() -> None:
    with World(scenarios.ALL["no_machine_started"]()) as world:
        done = living.called(world, "triage", "--json", "--app", world.scenario.app)
    verdict = json.loads(done.out)
    assert verdict["is_incident"]
    assert verdict["scope"] == "systemic"


def test_a_wrong_clock_is_said_and_moves_nothing() -> None:
    with World(FAILING) as world:
        verdict = json.loads(living.called(world, "triage", "--json", "--app", "acme").out)
    gap = next(g for g in verdict["coverage"]["gaps"] if g["source"] == "clock")
    assert "Fly's is taken" in gap["why"]
    assert verdict["started_at"].startswith("2026-11-24T15:48:03")


def test_without_a_token_it_says_how_to_get_one() -> None:
    with World(FAILING) as world:
        done = living.called(world, "triage", "--json", "--app", "acme", FLY_ACCESS_TOKEN="")
    gap = next(g for g in json.loads(done.out)["coverage"]["gaps"] if g["source"] == "log")
    assert "fly auth login" in gap["command"]
    assert done.code == 3


@pytest.mark.parametrize("command", ["errors", "races", "trace"])
def test_what_needs_the_log_says_that_it_is_gone(command: str) -> None:
    words = [command, *([ID] if command == "trace" else []), "--app", "acme"]
    with World(FAILING, faults=[Fault("status", "logs", status=403)]) as world:
        done = living.called(world, *words)
    assert (done.code, done.out) == (3, "")
    assert "The log of acme could not be read" in done.err


def test_a_broken_file_of_settings_is_named(tmp_path: Path) -> None:
    (tmp_path / "mix.exs").write_text("defmodule Acme.MixProject do\n  def project, do: [app: :acme]\nend\n")
    (tmp_path / "fly.toml").write_text('app = "acme')
    with World(FAILING) as world:
        done = living.called(world, "triage", cwd=tmp_path)
        assert world.requests == []
    assert_refused(done, "names a Fly app", "fly.toml is no TOML", "--app")


def test_a_bundle_without_a_place_is_refused_before_anything_is_asked() -> None:
    with World(FAILING) as world:
        done = living.called(world, "triage", "--app", "acme", "--save", "/nowhere/kept.ndjson")
        assert world.requests == []
    assert_refused(done, "no folder for /nowhere/kept.ndjson")


# ---- flyctl, where HTTP is refused


def test_flyctl_is_asked_where_http_is_refused(tmp_path: Path) -> None:
    fly = Flyctl(tmp_path, FAILING)
    refused = [Fault("status", where, status=401) for where in ("logs", "machines", "graphql", "releases", "secrets")]
    with World(FAILING, faults=refused) as world:
        done = living.called(world, "machines", "--json", "--app", "acme", PATH=f"{tmp_path}:/usr/bin:/bin")
    found = json.loads(done.out)
    assert [m["state"] for m in found["machines"]] == ["started"] * 3
    assert list(fly.violations) == []
    assert {call.argv[0] for call in fly.calls} >= {"logs", "machine", "releases"}
    assert sum(m["requests"] for m in found["machines"]) > 0


@pytest.mark.parametrize("command", ["errors", "races", "trace"])
def test_what_needs_the_log_alone_asks_for_nothing_else(command: str) -> None:
    words = [command, *([ID] if command == "trace" else []), "--app", "acme"]
    with World(FAILING) as world:
        assert living.called(world, *words).code in (0, 1)
        assert {request.part for request in world.requests} == {"logs"}


@pytest.mark.parametrize("command", ["triage", "scope"])
def test_a_blind_screen_says_why_and_what_to_do(command: str) -> None:
    with World(FAILING, faults=[Fault("status", "logs", status=403)]) as world:
        done = living.called(world, command, "--app", "acme")
    assert done.code == 3
    assert "does not allow this" in done.out
    assert "fly tokens create readonly" in done.out
    assert "NO INCIDENT" not in done.out


def test_what_was_not_asked_for_is_no_gap() -> None:
    with World(FAILING) as world:
        shown = [
            json.loads(living.called(world, "triage", "--json", "--app", "acme", *more).out)["coverage"]["gaps"]
            for more in ((), ("--since", "90s"))
        ]
    before = [[gap for gap in gaps if gap["source"].startswith("log before")] for gaps in shown]
    assert [gap["command"] for gap in before[0]] == ["smokejumper --since 1h -a acme"]
    assert before[1] == []


@pytest.mark.parametrize("command", ["machines", "recent", "deps"])
def test_a_file_is_narrowed_by_time(command: str) -> None:
    log = folder("phoenix/memory_leak_oom_one_instance") / "fly.ndjson"
    whole, end = (json.loads(call(command, log, "--json", *more).out) for more in ((), ("--since", "10s")))
    assert whole != end
    assert "oom" not in {f["kind"] for f in end.get("findings", [])}
