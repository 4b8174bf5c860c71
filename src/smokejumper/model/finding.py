"""One thing that was seen of machines or dependencies, with the figure that shows it."""

from collections.abc import Iterable
from typing import Literal, get_args

import msgspec

FindingKind = Literal[
    "odd_machine",
    "status_page",
    "front_door",
    "edge_errors",
    "calls_failing",
    "host_problem",
    "no_machine_started",
    "silence",
    "oom_loop",
    "oom",
    "crash_loop",
    "failed",
    "gave_up",
    "ended",
    "check_failing",
    "half_done_deploy",
    "stuck",
    "silent_machine",
    "memory_pressure",
    "disk_full",
    "throttled",
    "cordoned",
    "mixed_config",
    "leased",
    "autostop",
    "standby",
    "moved",
]
KINDS: tuple[FindingKind, ...] = get_args(FindingKind)
"""Most telling first: the order of findings of one severity."""
Level = Literal["critical", "major", "minor", "info"]
"""`info`: good to know, and no trouble."""
LEVELS: tuple[Level, ...] = ("critical", "major", "minor", "info")
"""Worst first."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was seen, with the figure that shows it."""

    kind: FindingKind
    severity: Level
    machines: tuple[str, ...] = ()
    """All of them, where it is about machines."""
    figure: str
    why: str
    """What that means."""
    at: str | None = None
    """Since when, or when last."""
    action: str = ""
    command: str = ""


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings by severity, then by kind; those of one kind stay as they are."""
    return tuple(sorted(findings, key=lambda f: (LEVELS.index(f.severity), KINDS.index(f.kind))))
