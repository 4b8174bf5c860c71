"""The structures behind `--json`, as JSON Schema."""

from typing import Any

import msgspec

from smokejumper.model.doctor import DoctorReport
from smokejumper.model.reports import Console, DepsReport, MachinesReport, RecentReport
from smokejumper.model.verdict import Errors, Races, Scope, Trace, Verdict

SCHEMAS: dict[str, type[msgspec.Struct]] = {
    "verdict": Verdict,
    "errors": Errors,
    "scope": Scope,
    "trace": Trace,
    "races": Races,
    "machines": MachinesReport,
    "console": Console,
    "recent": RecentReport,
    "deps": DepsReport,
    "doctor": DoctorReport,
}


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of one name."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"smokejumper {name}",
        **msgspec.json.schema(SCHEMAS[name]),
    }
