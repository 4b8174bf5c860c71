"""Nothing is sent elsewhere to run but what stands in a file here, and all that stands here is sent."""

import re
import shutil
import subprocess
from importlib import resources

import pytest

from smokejumper.clients import fly
from smokejumper.clients.scripts import Script

FOLDER = resources.files("smokejumper.clients.scripts")
FILES = sorted(path.name for path in FOLDER.iterdir() if path.is_file() and not path.name.endswith(".py"))


def test_a_script_is_not_made_of_text() -> None:
    with pytest.raises(TypeError):
        Script()
    with pytest.raises(TypeError):
        Script("machine.sh", "rm -rf /")  # type: ignore[call-arg]
    with pytest.raises(FileNotFoundError):
        Script.load("none.sh")


def test_every_file_is_loaded_as_it_stands() -> None:
    loaded = {value.name: value.text for value in vars(fly).values() if isinstance(value, Script)}
    assert loaded == {name: FOLDER.joinpath(name).read_text(encoding="utf-8") for name in FILES}


@pytest.mark.parametrize("name", FILES)
def test_every_file_says_what_it_asks_and_what_it_costs(name: str) -> None:
    head = "".join(line for line in Script.load(name).text.splitlines(keepends=True) if line.startswith("#"))
    assert re.search(r"Question: .+\n# Cost: .+ Bound: .+\n# Versions: .+", head)


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".graphql")])
def test_a_query_changes_nothing(name: str) -> None:
    text = re.sub(r"#.*", "", Script.load(name).text)
    assert re.match(r"\s*query\b", text)
    assert not re.search(r"\b(mutation|subscription)\b", text)


@pytest.mark.parametrize("shell", [shell for shell in ("sh", "dash", "busybox", "bash") if shutil.which(shell)])
def test_the_machine_script_prints_what_its_head_says(shell: str) -> None:
    command = [shell, "sh", "-c"] if shell == "busybox" else [shell, "-c"]
    done = subprocess.run([*command, fly.MACHINE.text], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    patterns = (
        r"disk \d+ \d+ /.*",
        r"memory (MemTotal|MemAvailable|SwapTotal|SwapFree) \d+",
        r"load [\d.]+ [\d.]+ [\d.]+",
        r"uptime \d+",
    )
    lines = done.stdout.splitlines()
    assert all(any(re.fullmatch(pattern, line) for pattern in patterns) for line in lines)
    assert all(any(re.fullmatch(pattern, line) for line in lines) for pattern in patterns)
    assert len(done.stdout) < 4096
