"""What commands print with `--json`, field by field as `smokejumper schema` publishes it."""

from typing import Literal

import msgspec

from smokejumper.model.cause import Owner, Scope as Reach
from smokejumper.model.errors import Frame
from smokejumper.model.finding import Finding

Severity = Literal["critical", "major", "minor"]
ReleaseVerdict = Literal["caused", "innocent", "undecided"]
Role = Literal["cause", "symptom", "mechanism"]
Grade = Literal["proven", "likely", "symptom"]
TriggerKind = Literal["release", "config", "traffic", "dependency", "platform", "time", "data", "operator", "unknown"]


class Window(msgspec.Struct, frozen=True, rename={"start": "from", "end": "to"}):
    """Time covered by the evidence."""

    start: str | None
    end: str | None


class Traffic(msgspec.Struct, frozen=True):
    """Requests of one machine, endpoint or region, and how they were answered."""

    requests: int
    http_4xx: int
    http_5xx: int
    p50_ms: float | None
    p95_ms: float | None


class Counts(msgspec.Struct, frozen=True):
    """How much of everything the evidence holds."""

    lines: int
    requests: int
    http_5xx: int
    http_5xx_from_proxy: int
    http_4xx: int
    unfinished: int
    exceptions_by_type: dict[str, int]
    job_exceptions_by_type: dict[str, int]
    process_crashes_by_type: dict[str, int]
    users_hit: int
    approximate: bool = False


class RecordHit(msgspec.Struct, frozen=True):
    """A tenant or record that the fault is about."""

    kind: str
    id: str


class Trigger(msgspec.Struct, frozen=True):
    """Why now."""

    kind: TriggerKind
    release: str | None
    why: str


class Http(msgspec.Struct, frozen=True):
    """One failing request."""

    method: str
    path: str


class Fix(msgspec.Struct, frozen=True):
    """What to do, a sentence each."""

    mitigate: str | None
    repair: str | None
    do_not: str | None
    undo: str | None
    prevent: str | None


class CauseFound(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the verdict's `causes`."""

    id: str
    parent: str | None = None
    role: Role
    of: str | None = None
    grade: Grade
    confidence: float
    title: str
    scope: Reach
    machines: tuple[str, ...]
    endpoints: tuple[str, ...]
    jobs: tuple[str, ...] = ()
    regions: tuple[str, ...]
    severity: Severity | None
    started_at: str | None
    ended_at: str | None
    kind: str
    exception_type: str | None
    message: str | None
    culprit_frame: Frame | None
    top_frame: Frame | None
    process: str
    http: Http | None
    sqlstate: str | None
    client_error: bool
    count: int
    first_at: str | None
    last_at: str | None
    users: tuple[str, ...]
    users_count: int
    request_ids: tuple[str, ...]
    signatures: tuple[str, ...]
    trigger: Trigger | None
    owner: Owner | None
    evidence: tuple[str, ...]
    fix: Fix
    undecided: tuple[str, ...] = ()
    """Where the evidence does not decide: the ids it could be, best first."""


class ReleaseFound(msgspec.Struct, frozen=True, kw_only=True):
    """One change of image."""

    image: str | None
    version: int | None = None
    at: str | None
    machines: dict[str, str | None]
    verdict: ReleaseVerdict
    why: str


class Noise(msgspec.Struct, frozen=True):
    """What looks like trouble and is not."""

    kind: str
    count: int
    why: str


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One observation that causes cite: a quote that occurs in the input, or a figure."""

    id: str
    claim: str
    source: str
    quote: str | None = None
    figure: str | None = None
    at: str | None = None


class Gap(msgspec.Struct, frozen=True):
    """What could not be read, why, what it could change, and the command that closes it."""

    source: str
    why: str
    could_change: str
    command: str


class Coverage(msgspec.Struct, frozen=True):
    """What was read, and what was not."""

    read: tuple[str, ...]
    gaps: tuple[Gap, ...]
    unparsed_lines: int


class Next(msgspec.Struct, frozen=True):
    """The one next thing to do."""

    action: str
    command: str
    why: str


class Extent(msgspec.Struct, frozen=True, kw_only=True):
    """Is this an incident, how far does it reach, and the table behind it."""

    schema: str = ""
    app: str | None
    environment: str | None = None
    """Of the app, where live sources were read: prod, staging ..."""
    window: Window
    is_incident: bool
    severity: Severity | None
    scope: Reach
    machines: tuple[str, ...]
    endpoints: tuple[str, ...]
    jobs: tuple[str, ...]
    regions: tuple[str, ...]
    users: tuple[str, ...]
    users_count: int
    records: tuple[RecordHit, ...]
    started_at: str | None
    ended_at: str | None
    counts: Counts
    by_machine: dict[str, Traffic]
    by_endpoint: dict[str, Traffic]
    by_region: dict[str, Traffic]


class Verdict(Extent, frozen=True, kw_only=True):
    """Is this an incident, how far does it reach, what broke, why, since when, was it the deploy, what now?"""

    schema: str = "smokejumper.verdict/1"
    causes: tuple[CauseFound, ...]
    releases: tuple[ReleaseFound, ...]
    noise: tuple[Noise, ...]
    evidence: tuple[Evidence, ...]
    coverage: Coverage
    next: Next
    timeline: "Timeline"
    findings: tuple[Finding, ...] = ()
    """What is the matter with machines and dependencies, worst first; live sources only."""
    links: dict[str, str] = {}
    """Pages of Fly's dashboard: `log`, `releases`, `metrics`, and each machine by its id; live sources only."""


class Timeline(msgspec.Struct, frozen=True):
    """The failures over time, for the spark line: `counts[i]` falls into `start + i * width` seconds."""

    start: str | None
    width: int
    counts: tuple[int, ...]
    requests: tuple[int, ...]
    events: tuple[tuple[str | None, str], ...]


class GroupFound(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of `errors --json`."""

    signature: str
    id: str
    parent: str | None
    title: str
    kind: str
    exception_type: str | None
    message: str | None
    culprit_frame: Frame | None
    top_frame: Frame | None
    process: str
    http: Http | None
    sqlstate: str | None
    client_error: bool
    count: int
    first_at: str | None
    last_at: str | None
    users: tuple[str, ...]
    request_ids: tuple[str, ...]
    machines: tuple[str, ...]
    endpoints: tuple[str, ...]
    jobs: tuple[str, ...]
    owner: Owner | None
    skeleton: str
    sample: str


class Errors(msgspec.Struct, frozen=True):
    """What `errors --json` prints."""

    groups: tuple[GroupFound, ...]
    schema: str = "smokejumper.errors/1"


class Scope(Extent, frozen=True, kw_only=True):
    """What `scope --json` prints: the verdict's reach and the table behind it."""

    schema: str = "smokejumper.scope/1"


class Traced(msgspec.Struct, frozen=True):
    """One line that belongs to a request."""

    at: str | None
    provider: str
    machine: str
    region: str
    level: str | None
    text: str


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """What `trace --json` prints: one request through all machines."""

    schema: str = "smokejumper.trace/1"
    request_id: str
    method: str | None
    path: str | None
    status: int | None
    duration_ms: float | None
    machines: tuple[str, ...]
    lines: tuple[Traced, ...]


class Race(msgspec.Struct, frozen=True, kw_only=True):
    """Requests that ran at nearly the same time, or were repeated in haste."""

    kind: Literal["simultaneous", "repeated"]
    method: str
    path: str
    user: str | None
    count: int
    within_ms: int
    at: str | None
    machines: tuple[str, ...]
    request_ids: tuple[str, ...]
    statuses: tuple[int | None, ...]


class Races(msgspec.Struct, frozen=True, kw_only=True):
    """What `races --json` prints."""

    schema: str = "smokejumper.races/1"
    races: tuple[Race, ...]
    requests: int
