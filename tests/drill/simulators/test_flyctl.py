"""The fake `fly` takes what flyctl takes, prints what flyctl prints, and keeps what it was called with."""

import json
import os
import shlex
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from smokejumper.drill import scenarios
from smokejumper.drill.scenario import Executed
from smokejumper.drill.simulators.flyctl import Flyctl

STEADY = scenarios.steady()
APP = ("-a", STEADY.app)
MACHINE = next(iter(STEADY.machines))
SCRIPT = "# How full?\ndf -Pk '/'\n"
LIMIT_S = 20.0


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    (scripts / "disk.sh").write_text(SCRIPT, encoding="utf-8")
    return scripts


@pytest.fixture
def flyctl(tmp_path: Path, shipped: Path) -> Flyctl:
    said = {"disk.sh": {"": Executed("/ 47%\n"), MACHINE: Executed("", "df: gone\n", 1)}}
    folder = tmp_path / "bin"
    folder.mkdir()
    return Flyctl(folder, msgspec.structs.replace(STEADY, executed=said), scripts=shipped)


def call(flyctl: Flyctl, *words: str, name: str = "fly", **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [flyctl.folder / name, *words], capture_output=True, text=True, check=False, timeout=LIMIT_S, env=env
    )


def refused(done: subprocess.CompletedProcess[str], error: str) -> None:
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"Error: {error}\n")


def objects(text: str) -> Iterator[dict[str, object]]:
    """JSON objects that stand one after the other."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        yield value
        at += 1


def until(condition: Callable[[], bool]) -> None:
    """Wait for what another process does."""
    end = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < end


# ---- what is refused


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("logs", "--since", "5m"), "unknown flag: --since"),
        (("logs", "--grep=x"), "unknown flag: --grep"),
        (("logs", "-z"), "unknown shorthand flag: 'z' in -z"),
        (("logs", "--region"), "flag needs an argument: --region"),
        (("config", "show", "--json"), 'unknown command "config" for "flyctl"'),
        (("vm", "status", "1"), 'unknown command "vm" for "flyctl"'),
        (("machine", "reboot"), 'unknown command "reboot" for "flyctl machine"'),
        (("machine", "list", "--region", "iad"), "unknown flag: --region"),
        (("releases", "--limit", "3"), "unknown flag: --limit"),
        (("deploy", "--image", "x"), "this world is for looking at: `fly deploy` would change it"),
        (("machine", "restart", MACHINE), "this world is for looking at: `fly machine restart` would change it"),
        (("secrets", "set", "A=hidden"), "this world is for looking at: `fly secrets set` would change it"),
        (("scale", "count", "0"), "this world is for looking at: `fly scale count` would change it"),
    ],
)
def test_what_flyctl_does_not_know_or_would_write(flyctl: Flyctl, words: tuple[str, ...], error: str) -> None:
    refused(call(flyctl, *words), error)
    assert list(flyctl.violations) == [error]


def test_another_application_is_not_there(flyctl: Flyctl) -> None:
    refused(call(flyctl, "releases", "-a", "somebody-elses", "-j"), 'Could not find App "somebody-elses"')
    assert not flyctl.violations


def test_without_a_login_nothing_is_told_but_the_version(tmp_path: Path) -> None:
    flyctl = Flyctl(tmp_path, STEADY, login=False)
    refused(call(flyctl, "releases", *APP, "-j"), "no access token available. Please login with 'flyctl auth login'")
    assert call(flyctl, "version").stdout.startswith("fly v0.4.87 ")


@pytest.mark.parametrize("command", ["rm -rf /", shlex.join(["sh", "-c", SCRIPT + " "]), SCRIPT, ""])
def test_only_shipped_scripts_run(flyctl: Flyctl, command: str) -> None:
    done = call(flyctl, "machine", "exec", MACHINE, command, *APP, "-j")
    assert (done.returncode, done.stdout) == (1, "")
    assert list(flyctl.violations) == ["fly machine exec: runs what is no shipped script"]


# ---- what is printed


def test_it_has_both_names_and_keeps_its_calls(flyctl: Flyctl) -> None:
    for name in ("fly", "flyctl"):
        assert call(flyctl, "version", name=name).returncode == 0
    call(flyctl, "releases", "--app", STEADY.app, "--json")
    assert [c.argv for c in flyctl.calls] == [["version"], ["version"], ["releases", "--app", STEADY.app, "--json"]]
    assert not flyctl.violations


def test_the_log_is_a_stream_of_objects_over_many_lines(flyctl: Flyctl) -> None:
    done = call(flyctl, "logs", *APP, "-n", "-j")
    found = list(objects(done.stdout))
    assert len(found) == 100
    assert found[0].keys() == {"level", "instance", "message", "region", "timestamp", "meta"}
    assert found[-1]["message"] == STEADY.entries[-1].message
    assert done.stdout.startswith('{\n    "level": "info",\n')


@pytest.mark.parametrize("flag", ["-m", "-i", "--machine", "--instance"])
def test_the_log_of_one_machine(flyctl: Flyctl, flag: str) -> None:
    done = call(flyctl, "logs", *APP, "-nj", flag, MACHINE)
    assert {entry["instance"] for entry in objects(done.stdout)} == {MACHINE}


def test_inside_of_fly_the_log_is_narrowed_to_the_region_unless_a_machine_is_named(flyctl: Flyctl) -> None:
    narrowed = call(flyctl, "logs", *APP, "-n", "-j", FLY_REGION="fra")
    assert {entry["region"] for entry in objects(narrowed.stdout)} == {"fra"}
    named = call(flyctl, "logs", *APP, "-n", "-j", "-m", MACHINE, FLY_REGION="fra")
    assert {entry["instance"] for entry in objects(named.stdout)} == {MACHINE}


@pytest.mark.parametrize("tail", [False, True])
def test_a_log_that_is_followed_or_has_no_line_does_not_end(tmp_path: Path, tail: bool) -> None:
    flyctl = Flyctl(tmp_path, STEADY if tail else scenarios.empty_logs())
    words = ("logs", *APP, "-j") if tail else ("logs", *APP, "-n", "-j")
    running = subprocess.Popen([tmp_path / "fly", *words], stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    with running:
        if tail:
            printed = "".join(running.stdout.readline() for _ in range(40))
            assert printed.startswith("{")
        else:
            until(lambda: len(flyctl.calls) == 1)
        assert running.poll() is None
        running.terminate()
        rest = running.stdout.read()
    assert running.returncode == -signal.SIGTERM
    assert tail or rest == ""


def test_machines(flyctl: Flyctl) -> None:
    for words in (("machine", "list"), ("machines", "ls"), ("m", "list")):
        machines = json.loads(call(flyctl, *words, *APP, "-j").stdout)
        assert [machine["id"] for machine in machines] == list(STEADY.machines)
        assert machines[0]["config"]["metadata"]["fly_process_group"] == "app"


def test_releases_have_the_keys_of_go(flyctl: Flyctl) -> None:
    (release,) = json.loads(call(flyctl, "releases", *APP, FLY_JSON="1").stdout)
    assert release.keys() == {
        *("ID", "Version", "Stable", "InProgress", "Reason", "Description", "Status", "DeploymentStrategy"),
        *("Metadata", "User", "EvaluationID", "CreatedAt", "ImageRef"),
    }
    assert (release["Version"], release["Status"], release["Metadata"]) == (41, "complete", None)


def test_an_empty_list_is_null(flyctl: Flyctl) -> None:
    assert call(flyctl, "incidents", "hosts", "list", *APP, "-j").stdout == "null\n"


def test_host_problems_and_secrets(tmp_path: Path) -> None:
    flyctl = Flyctl(tmp_path, scenarios.host_problem())
    (issue,) = json.loads(call(flyctl, "incidents", "hosts", "list", *APP, "-j").stdout)
    assert issue.keys() == {"InternalId", "Message", "CreatedAt", "UpdatedAt"}
    secrets = json.loads(call(flyctl, "secrets", "list", *APP, "-j").stdout)
    assert all(secret.keys() == {"name", "digest", "status"} for secret in secrets)


def test_the_status_takes_flags_that_nothing_reads(flyctl: Flyctl) -> None:
    status = json.loads(call(flyctl, "status", *APP, "--all", "--json").stdout)
    assert (status["Version"], len(status["Machines"])) == (41, 3)


def test_a_script_that_fails_ends_with_0_and_what_is_zero_is_left_out(flyctl: Flyctl) -> None:
    other = list(STEADY.machines)[1]
    run = shlex.join(["sh", "-c", SCRIPT])
    failed = call(flyctl, "machine", "exec", MACHINE, run, *APP, "-j")
    assert (failed.returncode, json.loads(failed.stdout)) == (0, {"exit_code": 1, "stderr": "df: gone\n"})
    assert json.loads(call(flyctl, "machine", "exec", other, run, *APP, "-j").stdout) == {"stdout": "/ 47%\n"}
    assert not flyctl.violations


def test_it_is_a_program_that_others_may_run(flyctl: Flyctl) -> None:
    assert os.access(flyctl.folder / "fly", os.X_OK)
