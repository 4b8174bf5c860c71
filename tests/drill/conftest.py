"""Worlds that are started for a test and stopped after it."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest
from tests.drill.asking import Asking, Start

from smokejumper.drill.scenario import Scenario
from smokejumper.drill.world import World


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts worlds, and gives somebody who asks them."""
    with ExitStack() as stack:

        def begin(scenario: Scenario, **more: Any) -> Asking:  # noqa: ANN401
            world = stack.enter_context(World(scenario, **more))
            return stack.enter_context(closing(Asking(world)))

        yield begin
