"""What a machine says of itself: odd lines cost only themselves, and nothing is run that was not shipped."""

import json
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, strategies as st
from tests import living

from smokejumper.clients.fly import MACHINE
from smokejumper.drill import scenarios
from smokejumper.drill.faults import Fault
from smokejumper.drill.world import World
from smokejumper.sources.inside import measured

SAID = """\
disk 8154588 4077294 /
disk 1000 900 /data with blanks
memory MemTotal: 1
memory MemTotal 500000
memory MemAvailable 100000
load 0.50 0.40 0.30
uptime 120
"""


def values(told: str) -> dict[str, float]:
    return {series.name: series.points[0][1] for series in measured(told, "4d89", 5.0)}


def test_what_the_script_prints_is_read() -> None:
    found = values(SAID)
    assert found == {"memory_total": 512e6, "memory_available": 102.4e6, "load": 0.5, "disk_used": 0.9}


@given(st.text(max_size=200))
def test_odd_lines_are_left_out(text: str) -> None:
    assert values(text + "\n" + SAID)["disk_used"] >= 0.9


@pytest.mark.skipif(not Path("/proc/meminfo").exists(), reason="no /proc here")
def test_the_shipped_script_runs_on_this_machine() -> None:
    shell = shutil.which("sh")
    assert shell is not None
    done = subprocess.run([shell, "-c", MACHINE.text], capture_output=True, check=True, text=True)
    assert {"memory_total", "memory_available", "load", "disk_used"} == values(done.stdout).keys()
    assert done.stderr == ""


def test_machines_are_asked_only_where_there_are_no_metrics() -> None:
    scenario = scenarios.steady()
    with World(scenario) as world:
        living.called(world, "machines", "--app", scenario.app)
        assert not world.asked("exec")


def test_a_token_that_may_run_commands_gives_disk_and_memory() -> None:
    steady = scenarios.steady()
    grants = tuple(msgspec.structs.replace(grant, kind="user") for grant in steady.grants)
    scenario = msgspec.structs.replace(steady, grants=grants)
    with World(scenario, faults=[Fault("status", "metrics", status=403)]) as world:
        done = living.called(world, "machines", "--json", "--app", scenario.app)
        assert len(world.asked("exec")) == 3
        assert list(world.violations) == []
    assert all(m["disk_used"] is not None and m["memory_used"] is not None for m in json.loads(done.out)["machines"])


def test_a_token_that_may_not_is_a_gap() -> None:
    scenario = scenarios.steady()
    with World(scenario, faults=[Fault("status", "metrics", status=403)]) as world:
        done = living.called(world, "machines", "--json", "--app", scenario.app)
        assert list(world.violations) == []
    gap = next(g for g in json.loads(done.out)["gaps"] if g["source"] == "fly-exec")
    assert gap["command"].startswith("fly tokens create machine-exec")
