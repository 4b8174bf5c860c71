"""What can be the matter with machines: a matter is a file, and it counts because it is there.

Each module names its conditions in `CONDITIONS`. A condition is given the fleet and yields findings, each with its
figure, and none where the evidence is thin.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache

from smokejumper.model.finding import Finding
from smokejumper.steps.fleet import Fleet

Condition = Callable[[Fleet], Iterator[Finding]]


@cache
def conditions() -> tuple[Condition, ...]:
    """All of them. Their order says nothing: what is found is put in order by severity and kind."""
    names = sorted(m.name for m in pkgutil.iter_modules(__path__))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    return tuple(condition for module in modules for condition in module.CONDITIONS)
