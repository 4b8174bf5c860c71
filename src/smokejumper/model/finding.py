"""One thing that was seen of machines or dependencies, with the figure that shows it."""

from typing import Literal

import msgspec

FindingKind = Literal[
    "autostop",
    "calls_failing",
    "check_failing",
    "cordoned",
    "crash_loop",
    "disk_full",
    "edge_errors",
    "ended",
    "failed",
    "front_door",
    "gave_up",
    "half_done_deploy",
    "host_problem",
    "leased",
    "memory_pressure",
    "mixed_config",
    "moved",
    "no_machine_started",
    "odd_machine",
    "oom",
    "oom_loop",
    "silence",
    "silent_machine",
    "standby",
    "status_page",
    "stuck",
    "throttled",
]
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
