"""`doctor`: every source is tested by itself, what is wrong is told with what it blinds and what mends it."""

import asyncio
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from tests.keystore import no_key_store
from tests.repository import Repository

from smokejumper.cli import doctor
from smokejumper.clients.http import ClientError
from smokejumper.drill import scenarios
from smokejumper.drill.clock import Clock
from smokejumper.drill.faults import Fault
from smokejumper.drill.scenario import Grant, Scenario
from smokejumper.drill.world import World
from smokejumper.errors import InputError
from smokejumper.model.doctor import DoctorLine, DoctorReport
from smokejumper.plays import doctor as play

SCENARIO = scenarios.steady()
UNKNOWN = "fm2_unknown"
OF_FLY = ("token rights", "machines API", "logs", "releases", "secrets", "host problems", "metrics")
NAMES = (
    *("project", "environment", "git", "token"),
    *OF_FLY,
    *("Fly status page", "Supabase status page", "front door", "flyctl", "live stream", "clock"),
)


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """In a folder of its own, without a key store, and with no program but git."""
    git = shutil.which("git")
    assert git is not None
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").symlink_to(git)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path))
    with no_key_store():
        yield


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A Phoenix repo whose app is the one of the simulated world."""
    made = Repository(tmp_path / "repo")
    made.commit("first", fly_dot_toml=f'app = "{SCENARIO.app}"\n', mix_dot_exs="app: :shop,\n")
    return made.root


def world(*faults: Fault, scenario: Scenario = SCENARIO) -> World:
    """A world at this very moment, so that clocks agree."""
    return World(scenario, faults=faults, clock=Clock(time.time(), 1.0))


def examined(start: Path, world: World, app: str | None = None, **environ: str) -> dict[str, DoctorLine]:
    report = play.doctor(start, app=app, environ={**world.environment(), **environ})
    assert world.violations == []
    assert tuple(line.name for line in report.lines) == NAMES
    return {line.name: line for line in report.lines}


def states(lines: dict[str, DoctorLine]) -> dict[str, str]:
    """Those that do not work."""
    return {name: line.state for name, line in lines.items() if line.state != "works"}


# ---- what must not happen


def test_a_token_is_shown_nowhere(repo: Path) -> None:
    with world(Fault("status", status=401)) as here:
        lines = examined(repo, here)
    assert SCENARIO.token not in repr(lines)
    assert states(lines).keys() >= set(OF_FLY)


def test_what_hangs_costs_its_own_line_only(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(play, "DEADLINE_S", 0.5)
    with world(Fault("hang", "logs"), Fault("hang", "supabase_status")) as here:
        lines = examined(repo, here)
    assert states(lines) == {"logs": "missing", "Supabase status page": "missing", "flyctl": "optional"}
    assert lines["logs"].detail == "no answer within 0.5 s"


def test_nothing_is_asked_of_fly_without_a_token(repo: Path) -> None:
    with world() as here:
        lines = examined(repo, here, FLY_ACCESS_TOKEN="")
        assert not any(request.part not in ("fly_status", "supabase_status", "door") for request in here.requests)
    assert states(lines) == {
        **dict.fromkeys(("token", *OF_FLY, "clock"), "missing"),
        "flyctl": "optional",
    }
    assert lines["token"].mend == "fly auth login"


# ---- what is wrong


def test_a_token_that_is_not_accepted_is_refused_not_missing(repo: Path) -> None:
    with world() as here:
        lines = examined(repo, here, FLY_ACCESS_TOKEN=UNKNOWN)
    assert states(lines) == {**dict.fromkeys(OF_FLY, "refused"), "flyctl": "optional"}
    assert lines["logs"].mend == "fly tokens create readonly"


def test_a_deploy_token_is_told_where_it_does_not_do(repo: Path) -> None:
    grant = Grant(value="fm2_deploy", kind="deploy", org=SCENARIO.org, apps=(SCENARIO.app,))
    with world(scenario=msgspec.structs.replace(SCENARIO, grants=(grant,))) as here:
        lines = examined(repo, here)
    assert lines["logs"].state == "refused"
    assert lines["machines API"].state == "works"


def test_a_login_is_said_to_be_one(repo: Path) -> None:
    grant = Grant(value="fo1_login", kind="user", org=SCENARIO.org)
    with world(scenario=msgspec.structs.replace(SCENARIO, grants=(grant,))) as here:
        lines = examined(repo, here)
    assert states(lines) == {"flyctl": "optional"}
    assert "a login" in lines["token"].detail
    assert "fly tokens create readonly" in lines["token rights"].detail


def test_a_clock_that_is_wrong_is_told(repo: Path) -> None:
    with World(SCENARIO, clock=Clock(time.time() + 3600, 1.0)) as here:
        line = examined(repo, here)["clock"]
    assert line.state == "missing"
    assert line.detail.endswith("s behind Fly's")
    assert line.mend == "timedatectl set-ntp true"


def test_a_front_door_that_is_closed_is_told(repo: Path) -> None:
    with world(Fault("refuse", "door")) as here:
        line = examined(repo, here)["front door"]
    assert line.state == "missing"
    assert line.mend is not None
    assert line.mend.startswith("curl")


def test_a_broken_fly_toml_is_noted(repo: Path) -> None:
    (repo / "fly.staging.toml").write_text("app", encoding="utf-8")
    with world() as here:
        report = play.doctor(repo, environ=here.environment())
    assert len(report.notes) == 1
    assert "fly.staging.toml" in report.notes[0]
    assert report.notes[0][:40] in " ".join(" ".join(doctor.rows(report, colour=False)).split())


# ---- without an application


def test_without_an_application_the_rest_is_tested_all_the_same(tmp_path: Path) -> None:
    with world() as here:
        report = play.doctor(tmp_path, environ=here.environment())
    lines = {line.name: line for line in report.lines}
    assert (report.app, report.environment) == (None, None)
    assert set(lines) == set(NAMES)
    assert [name for name in NAMES if lines[name].state == "works"] == [
        "token",
        "Fly status page",
        "Supabase status page",
        "live stream",
    ]
    assert "smokejumper --app NAME" in (lines["environment"].mend or "")


def test_several_environments_are_told_in_their_line(repo: Path) -> None:
    (repo / "fly.toml").unlink()
    for name in ("one", "two"):
        (repo / f"fly.{name}.toml").write_text(f'app = "acme-{name}"', encoding="utf-8")
    with world() as here:
        lines = {line.name: line for line in play.doctor(repo, environ=here.environment()).lines}
    assert lines["project"].state == "works"
    assert (lines["environment"].detail, lines["environment"].mend) == (
        "There are several environments: one, two",
        "Name one of them: --env NAME.",
    )


def test_an_app_that_is_named_needs_no_folder(tmp_path: Path) -> None:
    with world() as here:
        lines = examined(tmp_path, here, app=SCENARIO.app)
    assert states(lines) == dict.fromkeys(("project", "git", "flyctl"), "optional")


def test_a_checkout_of_something_else_is_not_taken_for_the_apps(repo: Path) -> None:
    (repo / "fly.toml").write_text('app = "other"', encoding="utf-8")
    with world() as here:
        lines = examined(repo, here, app=SCENARIO.app)
    assert lines["git"].detail == "this folder is not of the app that was named"
    assert states(lines) == dict.fromkeys(("project", "git", "flyctl"), "optional")


def test_an_address_that_may_not_be_asked_is_refused(repo: Path) -> None:
    with pytest.raises(InputError, match="FLY_API_BASE_URL"):
        play.doctor(repo, environ={"FLY_API_BASE_URL": "http://example.com"})


# ---- one test


def line(test: play.Test, *, optional: bool = False) -> DoctorLine:
    part = play.Part(name="it", blinds="all", mend="do this", test=test, optional=optional)
    return asyncio.run(play.tested(part))


@pytest.mark.parametrize(
    ("wrong", "state", "mend"),
    [
        (ClientError("unauthorized", "no.", "fly auth login"), "refused", "fly auth login"),
        (ClientError("forbidden", "no."), "refused", "do this"),
        (ClientError("refused", "nobody listens"), "missing", "do this"),
        (ClientError("dns", "no name"), "missing", "do this"),
        (InputError("it is not there", "get it"), "missing", "get it"),
    ],
)
def test_a_test_that_fails_says_how(wrong: Exception, state: str, mend: str) -> None:
    async def test() -> str:
        raise wrong

    told = line(test)
    assert (told.state, told.blinds, told.mend) == (state, "all", mend)
    assert not told.detail.endswith(".")
    assert line(test, optional=True).state == "optional"


def test_a_test_that_works_blinds_nothing() -> None:
    async def test() -> str:
        return "fine"

    assert line(test) == DoctorLine(name="it", state="works", detail="fine")


# ---- the command


def run(repo: Path, here: World, monkeypatch: pytest.MonkeyPatch, *, json: bool) -> int:
    for name, value in here.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(repo)
    return doctor.command(json=json)


def test_when_all_that_is_needed_works_the_code_is_0(
    repo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with world() as here:
        code = run(repo, here, monkeypatch, json=False)
    shown = capsys.readouterr().out.splitlines()
    assert code == 0, shown
    assert shown[1] == f"  {SCENARIO.app} (prod): all that is needed works"
    assert all(len(row) <= 80 for row in shown)


def test_a_gap_is_code_1_and_json_has_every_line(
    repo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with world(Fault("status", "secrets", status=403)) as here:
        code = run(repo, here, monkeypatch, json=True)
    report = msgspec.json.decode(capsys.readouterr().out, type=DoctorReport)
    assert code == 1
    assert report.schema == "smokejumper.doctor/1"
    assert [broken.name for broken in report.broken] == ["secrets"]
    assert tuple(told.name for told in report.lines) == NAMES


def test_the_screen_tells_below_a_line_what_it_blinds_and_what_mends_it() -> None:
    report = DoctorReport(
        app="acme",
        environment="prod",
        lines=(
            DoctorLine(name="logs", state="refused", detail="no\x1b[31m", blinds="errors", mend="fly auth login"),
            DoctorLine(name="flyctl", state="optional", detail="not there", blinds="nothing", mend="get it"),
            DoctorLine(name="machines API", state="works", detail="3 machines, 2 started"),
        ),
    )
    assert doctor.rows(report, colour=False) == [
        "",
        "  acme (prod): 1 of 3 tests failed",
        "",
        "  refused   logs          no",
        "                          blind to: errors",
        "                          mend it: fly auth login",
        "  optional  flyctl        not there",
        "                          mend it: get it",
        "  works     machines API  3 machines, 2 started",
        "",
    ]
    assert "\x1b[31mrefused   \x1b[0m" in doctor.rows(report, colour=True)[3]
