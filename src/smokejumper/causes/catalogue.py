"""All known failures, found by their files."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from types import ModuleType

from smokejumper.causes import known, tells
from smokejumper.causes.tell import Tell
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


@cache
def second_signals() -> Mapping[str, Callable[..., Tell | None]]:
    """The functions that look for the second signal, by the id of the cause that they convict."""
    names = sorted(m.name for m in pkgutil.iter_modules(tells.__path__))
    return {name: importlib.import_module(f"{tells.__name__}.{name}").tell for name in names}


def needles() -> dict[str, str]:
    """What the reader looks for on behalf of causes: patterns by `id/number`."""
    return {f"{id_}/{i}": pattern for id_, cause in causes().items() for i, pattern in enumerate(cause.needles)}
