"""What a simulated world is: one application on Fly with its past, and what its surroundings say.

Times are seconds since the Unix epoch, UTC.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Literal, TypeVar

import msgspec

from smokejumper.model.entry import LogEntry
from smokejumper.model.fly import HostIssue, Machine, Release, Secret, Series
from smokejumper.model.outside import StatusPage

ORG = "practice-org"
T = TypeVar("T")

Past = tuple[tuple[float, T], ...]
"""What something was from which time on, oldest first."""

Right = Literal["logs", "machines", "secrets", "exec", "graphql", "releases", "metrics"]
_ALL: frozenset[Right] = frozenset(("logs", "machines", "secrets", "exec", "graphql", "releases", "metrics"))
RIGHTS: Mapping[str, frozenset[Right]] = {
    "readonly": _ALL - {"exec"},
    "deploy": _ALL - {"logs", "exec"},
    "machine-exec": frozenset(("exec",)),
    "user": _ALL,
}
"""What a token of each kind may do (superfly/docs `security/tokens`).

flyctl warns that a deploy token may be refused on logs (superfly/flyctl `machines_deploymachinesapp.go`).
"""


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """A token that exists. All kinds but `user` are macaroons."""

    value: str
    kind: Literal["readonly", "deploy", "machine-exec", "user"] = "readonly"
    org: str
    apps: tuple[str, ...] | None = None
    """None: all of its organisation."""
    expired: bool = False

    def __repr__(self) -> str:
        return f"Grant({self.kind} of {self.org})"


class Executed(msgspec.Struct, frozen=True):
    """What a script prints on a machine, and its exit code."""

    stdout: str = ""
    stderr: str = ""
    code: int = 0


class Door(msgspec.Struct, frozen=True, kw_only=True):
    """How the application answers from outside; what is not told follows from its machines' state and checks."""

    status: int = 200
    statuses: Mapping[str, int] = {}
    """By machine."""
    seconds: Mapping[str, float] = {}
    """By machine: how long an answer takes."""
    body: str = "<!DOCTYPE html><title>It works</title>"


class Habits(msgspec.Struct, frozen=True, kw_only=True):
    """What Fly's interfaces do in either of two ways; a client must take both."""

    cursor: Literal["text", "number"] = "text"
    """How the log's `next_token` is written."""
    meta: Literal["lower", "go"] = "lower"
    """The case of keys in an entry's `meta`."""
    exit_event: Literal["plain", "monitor"] = "plain"
    """Does it stand in `request`, or in `request.MonitorEvent`?"""
    exited_at: Literal["text", "milliseconds"] = "text"
    releases_scheme: Literal["FlyV1", "Bearer"] = "Bearer"
    """How the releases' REST path wants macaroons."""
    message_key: Literal["error", "message"] = "error"
    """Of the body of an error of the Machines API."""
    rate_limits: bool = False


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """One application and its surroundings, with their past up to `now`, and beyond where it is played on."""

    name: str
    app: str
    org: str = ORG
    now: float
    entries: tuple[LogEntry, ...] = ()
    """Of the log, in order of time."""
    machines: Mapping[str, Past[Machine]] = {}
    releases: Mapping[int, Past[Release]] = {}
    """By version. The user is an e-mail address as Fly has it."""
    configs: Mapping[int, Mapping[str, object]] = {}
    """The whole fly.toml by version of the release; one that is missing is that of the version before."""
    secrets: tuple[Secret, ...] = ()
    host_issues: tuple[HostIssue, ...] = ()
    metrics: Mapping[str, tuple[Series, ...]] = {}
    """What each query in PromQL gives, by its exact text."""
    fly_status: StatusPage
    supabase_status: StatusPage
    door: Door = Door()
    grants: tuple[Grant, ...]
    executed: Mapping[str, Mapping[str, Executed]] = {}
    """What a shipped script prints: by its file's name, and by machine (or `` for any)."""
    habits: Habits = Habits()

    @property
    def token(self) -> str:
        """The token that a user of this world has: its first one."""
        return self.grants[0].value

    @property
    def hostname(self) -> str:
        """Where the application is found."""
        return f"{self.app}.fly.dev"

    def machines_at(self, now: float) -> tuple[Machine, ...]:
        """The machines as they are at a time; one that is not created yet is left out."""
        return _latest(self.machines.values(), now)

    def releases_at(self, now: float) -> tuple[Release, ...]:
        """The releases as they are at a time, newest first."""
        return tuple(sorted(_latest(self.releases.values(), now), key=lambda r: -r.version))

    def config_of(self, version: int) -> Mapping[str, object]:
        """The configuration that a release was made with."""
        known = sorted(v for v in self.configs if v <= version)
        return self.configs[known[-1]] if known else {}

    def entries_at(self, now: float) -> Sequence[LogEntry]:
        """The log up to a time."""
        return self.entries[: bisect_right(self.entries, int(now * 1e9), key=lambda e: e.at_ns)]


def _latest(pasts: Iterable[Past[T]], now: float) -> tuple[T, ...]:
    """What each thing is at a time, where it is there at all."""
    found = ((past, bisect_right(past, now, key=itemgetter(0))) for past in pasts)
    return tuple(past[count - 1][1] for past, count in found if count)
