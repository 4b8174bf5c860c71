"""What `machines`, `recent` and `deps` print with `--json`, field by field as `smokejumper schema` publishes it.

Times are RFC 3339, UTC, shares run from 0 to 1; `null` is unknown, never a guess.
"""

from typing import Literal

import msgspec

from smokejumper.model.finding import Finding
from smokejumper.model.fly import HostStatus
from smokejumper.model.verdict import Gap, ReleaseVerdict


class FailingCheck(msgspec.Struct, frozen=True):
    """A health check that fails, and the reason, which is in no log."""

    name: str
    output: str
    since: str | None


class LastExit(msgspec.Struct, frozen=True):
    """How a machine ended last. `requested`: by order; `restarting`: Fly started it again of itself."""

    code: int
    oom: bool
    requested: bool
    restarting: bool
    at: str | None


class MachineRow(msgspec.Struct, frozen=True, kw_only=True):
    """One machine beside the others."""

    id: str
    group: str | None = None
    region: str | None = None
    state: str | None = None
    checks_passing: int | None = None
    checks_total: int | None = None
    failing: tuple[FailingCheck, ...] = ()
    restarts: int | None = None
    """How often Fly started it again of itself within the last hour."""
    last_exit: LastExit | None = None
    oom_kills: int | None = None
    """Within the last hour."""
    image: str | None = None
    release: int | None = None
    uptime_s: float | None = None
    memory_mb: int | None = None
    memory_used: float | None = None
    cpu_busy: float | None = None
    throttled: float | None = None
    """The share of measurements of the last ten minutes in which its CPU was throttled."""
    disk_used: float | None = None
    requests: int | None = None
    http_5xx: int | None = None
    errors: int | None = None
    """Errors of the application that its log shows, in requests and elsewhere."""
    errors_share: float | None = None
    """Of the errors of all machines."""
    host_status: HostStatus | None = None
    cordoned: bool | None = None
    leased_by: str | None = None
    link: str | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What the reports have in common: about whom, as of when, and what could not be seen."""

    schema: str = ""
    app: str | None = None
    environment: str | None = None
    at: str | None = None
    gaps: tuple[Gap, ...] = ()


class Findings(Report, frozen=True, kw_only=True):
    """A report that judges."""

    findings: tuple[Finding, ...] = ()
    """Worst first."""

    @property
    def troubled(self) -> bool:
        """Is there a finding that is more than good to know?"""
        return any(f.severity != "info" for f in self.findings)


class MachinesReport(Findings, frozen=True, kw_only=True):
    """What `machines --json` prints."""

    schema: str = "smokejumper.machines/1"
    machines: tuple[MachineRow, ...] = ()


ChangeKind = Literal[
    "autostop",
    "cordon",
    "created",
    "destroyed",
    "exit",
    "fly_status",
    "host",
    "image",
    "maintenance",
    "moved",
    "release",
    "restart",
    "secret",
    "start",
    "stop",
    "supabase_status",
    "update",
]


class SettingChange(msgspec.Struct, frozen=True):
    """A setting that differs from the release before; null where it is not set."""

    name: str
    before: str | None
    after: str | None


class CommitMade(msgspec.Struct, frozen=True):
    """One commit."""

    id: str
    at: str | None
    author: str
    subject: str


class Deployed(msgspec.Struct, frozen=True, kw_only=True):
    """What came with a release, or with an image that no release names."""

    version: int | None = None
    image: str | None = None
    status: str | None = None
    settings: tuple[SettingChange, ...] = ()
    """Of its configuration, against the release before."""
    commits: tuple[CommitMade, ...] = ()
    """Since the release before, newest first, at most 50."""
    more_commits: int = 0
    insertions: int = 0
    deletions: int = 0
    files: tuple[str, ...] = ()
    migrations: tuple[str, ...] = ()
    verdict: ReleaseVerdict | None = None
    """As `triage` judges it."""
    why: str | None = None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that changed."""

    kind: ChangeKind
    at: str | None
    seconds_before: float
    """Before the onset, or before now where there is no incident; for a release, as it first reached a machine."""
    close: bool
    """Did it come shortly before the onset? That accuses nobody."""
    what: str
    who: str | None = None
    machines: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    deployed: Deployed | None = None


class Touched(msgspec.Struct, frozen=True, kw_only=True):
    """Who touched a line of the failing code last."""

    file: str
    line: int
    commit: CommitMade
    close: bool
    """Within the week before the onset."""


class RecentReport(Report, frozen=True, kw_only=True):
    """What `recent --json` prints: what changed before the onset, in order of time."""

    schema: str = "smokejumper.recent/1"
    onset: str | None = None
    """Of the incident; null without one: then it is the hour before `at`."""
    since: str | None = None
    changes: tuple[Change, ...] = ()
    touched: tuple[Touched, ...] = ()


Party = Literal["us", "fly", "supabase", "third_party"]
Decision = Party | Literal["undecided", "none"]
"""`none`: nothing fails."""
DependencyState = Literal["ok", "degraded", "down", "unknown"]


class Dependency(msgspec.Struct, frozen=True, kw_only=True):
    """Something that requests depend on."""

    name: str
    owner: Party | None
    state: DependencyState
    figure: str
    since: str | None = None
    overlaps: bool | None = None
    """Was it so at a time of the incident? Null: unknown, or there is no incident."""
    related: bool = True
    """Could it have to do with what fails here? A status page tells of much that does not."""
    source: str


class DepsReport(Findings, frozen=True, kw_only=True):
    """What `deps --json` prints."""

    schema: str = "smokejumper.deps/1"
    onset: str | None = None
    ended: str | None = None
    decision: Decision
    """Whose trouble it is."""
    why: str
    dependencies: tuple[Dependency, ...] = ()


class Console(msgspec.Struct, frozen=True, kw_only=True):
    """What `console --json` prints: the command that opens IEx on one machine."""

    schema: str = "smokejumper.console/1"
    app: str
    environment: str | None = None
    machine: str
    why: str
    """Why this machine."""
    mix_release: str
    """What the program in the image is called, `/app/bin/NAME`."""
    guessed: bool
    """Is that name only made from the Fly app's?"""
    command: tuple[str, ...]
    """Word by word, for no shell."""
