"""All known failures, found by their files."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from types import ModuleType

from smokejumper.causes import known
from smokejumper.model.cause import Cause


@cache
def modules() -> Mapping[str, ModuleType]:
    """Every cause's module by the cause's id, in the order of ids."""
    names = sorted(m.name for m in pkgutil.iter_modules(known.__path__))
    return {name: importlib.import_module(f"{known.__name__}.{name}") for name in names}


@cache
def causes() -> Mapping[str, Cause]:
    """Every cause by its id."""
    return {name: module.CAUSE for name, module in modules().items()}


def get(id_: str) -> Cause | None:
    """The cause of that id."""
    return causes().get(id_)


def tells() -> Mapping[str, Callable[..., object]]:
    """The functions that look for a second signal, by the id of their cause."""
    return {name: module.tell for name, module in modules().items() if hasattr(module, "tell")}


def needles() -> dict[str, str]:
    """What the reader looks for on behalf of causes: patterns by `id/number`."""
    return {f"{id_}/{i}": pattern for id_, cause in causes().items() for i, pattern in enumerate(cause.needles)}
