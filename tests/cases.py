"""The recordings of tests/corpus with what is true of each, and the verdicts on them."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from smokejumper.model.verdict import Verdict
from smokejumper.plays import triage
from smokejumper.sources.files import Inputs, from_bytes, open_inputs
from smokejumper.sources.selection import Selection

CORPUS = Path(__file__).resolve().with_name("corpus")
NAMES = sorted(path.parent.relative_to(CORPUS).as_posix() for path in CORPUS.glob("*/*/truth.json"))
SNAPSHOTS = ("beam.json", "pg.json", "request.json")
HEALTHY = ("phoenix/healthy", "lumen/healthy_cron_burst_and_bot_scan")


def folder(name: str) -> Path:
    """The folder of a recording such as `phoenix/healthy`."""
    return CORPUS / name


@cache
def truth(name: str) -> dict[str, Any]:
    """What really happened in a recording."""
    found: dict[str, Any] = json.loads((folder(name) / "truth.json").read_bytes())
    return found


def snapshots(name: str) -> list[Path]:
    """What else was recorded of it beside the log."""
    return [path for snapshot in SNAPSHOTS if (path := folder(name) / snapshot).exists()]


def fullest(name: str) -> list[Path]:
    """The log with its snapshots."""
    return [folder(name) / "fly.ndjson", *snapshots(name)]


def verdict_of(*paths: Path) -> Verdict:
    """What triage says about files."""
    return triage.of_files(open_inputs(list(paths)), Selection())[0]


def verdict_on(log: bytes) -> Verdict:
    """What triage says about a log in memory."""
    return triage.of_files(Inputs(logs=[from_bytes(log, "log")]), Selection())[0]
