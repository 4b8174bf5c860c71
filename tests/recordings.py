"""The recordings of tests: each folder with a truth.json in tests/corpus, or in the folder that RECORDINGS names."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

from smokejumper.model.readings import Readings
from smokejumper.model.verdict import Verdict
from smokejumper.plays import triage
from smokejumper.sources.files import Inputs, from_bytes, open_inputs
from smokejumper.sources.selection import Selection

ROOT = Path(os.environ.get("RECORDINGS") or Path(__file__).with_name("corpus"))
CASES = sorted(path.parent for path in ROOT.glob("*/*/truth.json"))
NAMES = [f"{case.parent.name}/{case.name}" for case in CASES]
SNAPSHOTS = ("beam.json", "pg.json", "request.json")
HEALTHY = ("phoenix/healthy", "lumen/healthy_cron_burst_and_bot_scan")


def folder(name: str) -> Path:
    """The folder of a recording such as `phoenix/healthy`."""
    return ROOT / name


@cache
def truth(name: str) -> dict[str, Any]:
    """What really happened in a recording."""
    found: dict[str, Any] = json.loads((folder(name) / "truth.json").read_bytes())
    return found


def fullest(name: str) -> list[Path]:
    """The log with its snapshots."""
    case = folder(name)
    return [case / "fly.ndjson", *(case / snapshot for snapshot in SNAPSHOTS if (case / snapshot).exists())]


def verdict_of(*paths: Path) -> Verdict:
    """What triage says about files."""
    return triage.of_files(open_inputs(list(paths)), Selection())[0]


def verdict_on(log: bytes, snapshots: tuple[Path, ...] = ()) -> Verdict:
    """What triage says about a log in memory, with the snapshots in files."""
    beside = open_inputs(list(snapshots)).readings if snapshots else Readings()
    return triage.of_files(Inputs(logs=[from_bytes(log, "log")], readings=beside), Selection())[0]
