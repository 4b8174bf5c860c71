"""A simulated world asked as a user would: what live sources say about it, and the verdict."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from unittest import mock

from tests.cli.running import Done, call

from smokejumper.drill.faults import Fault
from smokejumper.drill.scenario import Scenario
from smokejumper.drill.world import World
from smokejumper.model.verdict import Verdict
from smokejumper.plays import live, target, triage
from smokejumper.plays.target import Target
from smokejumper.sources.files import Inputs
from smokejumper.sources.fly import DEADLINE_S
from smokejumper.sources.selection import Selection

HANGING_S = 1.5
"""A deadline where some source never answers and all others do at once."""


def around(world: World) -> dict[str, str]:
    """This process's environment without what could lead out of the world, and with what leads into it."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("FLY_", "SMOKEJUMPER_")) and k != "PATH"}
    return kept | {"PATH": "/usr/bin:/bin"} | dict(world.environment())


def target_in(world: World, folder: Path = Path("/")) -> Target:
    """The world's app, asked about from a folder."""
    return target.resolve(folder, app=world.scenario.app, environ=around(world))


def asked(world: World, deadline_s: float = DEADLINE_S) -> Inputs:
    """What its live sources say."""
    return live.read(live.Ask(target=target_in(world), deadline_s=deadline_s))


def judged(scenario: Scenario, faults: Iterable[Fault] = ()) -> Verdict:
    """The verdict on a scenario, of which some sources may be at fault."""
    wrong = list(faults)
    deadline_s = HANGING_S if any(fault.kind == "hang" for fault in wrong) else DEADLINE_S
    with World(scenario, faults=wrong) as world:
        inputs = asked(world, deadline_s)
        assert not world.violations
    return triage.of_files(inputs, Selection())[0]


def called(world: World, *words: str, cwd: Path | None = None, **env: str) -> Done:
    """A command run in this process, in the world; `env` joins the environment."""
    begun = Path.cwd()
    with mock.patch.dict(os.environ, around(world) | env, clear=True), mock.patch.object(sys, "stdin", None):
        os.chdir(cwd or "/")
        try:
            return call(*words)
        finally:
            os.chdir(begun)
