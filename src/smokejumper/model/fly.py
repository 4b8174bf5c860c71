"""What Fly says of an application: its machines, releases, secrets, troubles and measurements.

Times are seconds since the Unix epoch, UTC; `None` is unknown. Nothing here is a secret's value.
"""

from typing import Literal

import msgspec

HostStatus = Literal["ok", "unknown", "unreachable"]
CheckStatus = Literal["passing", "warning", "critical"]

SPECIAL_GROUPS = frozenset(("fly_app_release_command", "fly_app_test_machine_command", "fly_app_console"))
"""Process groups of machines that serve nobody (superfly/fly-go `machine_types.go`)."""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """A health check as a machine holds it. `changed_at` is when `status` last changed, not when it last ran."""

    name: str
    status: CheckStatus
    output: str = ""
    changed_at: float | None = None


class Exit(msgspec.Struct, frozen=True, kw_only=True):
    """How a machine ended once. `requested`: by order; `restarting`: Fly started it again of itself."""

    code: int = 0
    signal: int = 0
    oom: bool = False
    requested: bool = False
    restarting: bool = False
    restarts: int = 0
    at: float | None = None


class MachineEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to a machine: `type` is launch, start, exit, stop, restart, update, destroy ..."""

    id: str = ""
    type: str
    status: str = ""
    source: str = ""
    """Who brought it about: user, flyd, proxy."""
    at: float | None = None
    exit: Exit | None = None


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """An image as a machine or a release names it."""

    registry: str = ""
    repository: str = ""
    tag: str = ""
    digest: str = ""

    @property
    def name(self) -> str:
        """What a person calls it: the tag, else the digest."""
        return self.tag or self.digest

    @property
    def ref(self) -> str:
        """What `fly deploy --image` takes; the tag form where there is one."""
        where = "/".join(part for part in (self.registry, self.repository) if part)
        return f"{where}:{self.tag}" if self.tag else f"{where}@{self.digest}" if self.digest else where


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """One machine of an application."""

    id: str
    name: str = ""
    state: str
    """created, started, stopped, suspended, failed; or one of the passing ones (starting, stopping, replacing ...)."""
    region: str = ""
    group: str = ""
    """Its process group; empty where its configuration could not be read."""
    version: str = ""
    """`instance_id`: changes with every update."""
    image: Image = Image()
    release: int | None = None
    """`fly_release_version` of its metadata."""
    host_status: HostStatus = "ok"
    cordoned: bool = False
    created_at: float | None = None
    updated_at: float | None = None
    cpus: int | None = None
    cpu_kind: str = ""
    memory_mb: int | None = None
    autostop: bool = False
    standby: bool = False
    """Does it only start when another one fails?"""
    leased_by: str = ""
    """Who holds a lease on it, such as a deploy that is going on."""
    config_digest: str = ""
    """Of its whole configuration but the image: equal where two machines are configured alike."""
    checks: tuple[Check, ...] = ()
    events: tuple[MachineEvent, ...] = ()
    """Newest first."""

    @property
    def special(self) -> bool:
        """Does it serve nobody: a release command, a console?"""
        return self.group in SPECIAL_GROUPS


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """One release: what a deploy, a secret or a scaling left behind."""

    id: str = ""
    version: int
    status: str = ""
    """running, complete, failed, interrupted."""
    description: str = ""
    reason: str = ""
    user: str = ""
    """Who deployed it; an e-mail address is masked."""
    image_ref: str = ""
    at: float | None = None
    config: str = ""
    """The digest of the configuration that it was made with; empty where it could not be read."""
    settings: dict[str, str] = {}
    """That configuration, flat and masked: `http_service.internal_port` -> `8080`; empty where it could not be read."""

    @property
    def image(self) -> str:
        """The image's tag, or its digest where it has none: what a log calls it."""
        _, at, digest = self.image_ref.partition("@")
        if at:
            return digest
        last = self.image_ref.rpartition("/")[2]
        return last.partition(":")[2] or last


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    """A secret by its name and digest; values are never asked for."""

    name: str
    digest: str
    created_at: float | None = None
    updated_at: float | None = None


class HostIssue(msgspec.Struct, frozen=True, kw_only=True):
    """A host problem that touches the application; these are not on the public status page."""

    id: str
    message: str
    created_at: float | None = None
    updated_at: float | None = None


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """A measurement over time: `name` as in `sources/metrics.py`, `machine` empty where it is of the whole app."""

    name: str
    machine: str = ""
    labels: dict[str, str] = {}
    points: tuple[tuple[float, float], ...] = ()
    """Time and value, oldest first."""


class App(msgspec.Struct, frozen=True, kw_only=True):
    """The application itself."""

    name: str
    org: str = ""
    status: str = ""
    hostname: str = ""
    deployed: bool = True


class FlyReading(msgspec.Struct, frozen=True, kw_only=True):
    """All that Fly said; a part that could not be read is None (and stands as a gap), empty where there is none."""

    at: float
    """Fly's clock when it was read."""
    app: App | None = None
    machines: tuple[Machine, ...] | None = None
    releases: tuple[Release, ...] | None = None
    """Newest first."""
    secrets: tuple[Secret, ...] | None = None
    host_issues: tuple[HostIssue, ...] | None = None
    series: tuple[Series, ...] | None = None
