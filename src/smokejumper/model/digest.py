"""What a stretch of log says, small enough to keep: the LogDigest and its parts.

Every part adds up (`smokejumper.logs.digest.merge`), so the values here are sums, minima, maxima, unions, and samples
that are a function of the whole set, never of the order. Times are seconds since the Unix epoch, UTC; `None` is
unknown.
"""

import msgspec

from smokejumper.model.errors import Frame

Where = str
"""An endpoint (`GET /orders/:id`), a job (`Worker (queue)`), or empty where neither is known."""


class Span(msgspec.Struct, array_like=True):
    """How many, and from when to when."""

    count: int = 0
    first: float | None = None
    last: float | None = None

    def add(self, at: float | None, count: int = 1) -> None:
        """Count occurrences at one moment, in seconds since 1970; None where it is unknown."""
        self.count += count
        if at is not None:
            if self.first is None or at < self.first:
                self.first = at
            if self.last is None or at > self.last:
                self.last = at

    def join(self, other: "Span") -> None:
        """Count another span's occurrences too."""
        self.add(other.first, other.count)
        self.add(other.last, 0)


class Answers(msgspec.Struct, array_like=True):
    """The answers of one status class for one machine and endpoint.

    `latency` counts by class of duration (see `logs.requests.LATENCY_MS`), `series` counts by bucket of time, `slow`
    holds the longest duration in ms of each bucket that had one of a second or more. `first` and `last` are known for
    answers with 5xx only.
    """

    statuses: dict[int, int]
    latency: dict[int, int]
    series: dict[int, int]
    slow: dict[int, int]
    first: float | None = None
    last: float | None = None
    users: list[str] = []
    """Of failed answers, as `tenants` and `paths`."""
    tenants: list[str] = []
    paths: list[str] = []


class Start(msgspec.Struct, array_like=True):
    """A request that began and has no answer yet."""

    machine: str
    at: float | None
    method: str
    path: str


class End(msgspec.Struct, array_like=True):
    """An answer whose beginning was not seen."""

    machine: str
    at: float | None
    status: int
    latency: int
    ms: int
    user: str | None = None
    tenant: str | None = None


class Failed(msgspec.Struct, array_like=True):
    """An answer with 5xx that waits for the error which goes with it."""

    machine: str
    at: float | None
    endpoint: Where
    path: str
    user: str | None = None
    tenant: str | None = None


class Raised(msgspec.Struct, array_like=True):
    """An error that waits for the answer of its request."""

    machine: str
    at: float | None
    signature: str
    user: str | None = None
    tenant: str | None = None


class ErrorGroup(msgspec.Struct):
    """Like errors: one signature. The fields that describe are those of the sample, the earliest of all."""

    signature: str
    kind: str
    process: str
    skeleton: str
    type: str | None = None
    message: str = ""
    sqlstate: str | None = None
    reason: str | None = None
    """For exits: timeout, noproc, noconnection, shutdown, killed, normal or other."""
    culprit: Frame | None = None
    top: Frame | None = None
    name: str | None = None
    """Of the process, the worker, or the proxy's code."""
    text: str = ""
    """The event without its frames, masked."""
    frames: tuple[str, ...] = ()
    """The frames as printed, the first eight of each stack."""
    http: tuple[str, str] | None = None
    level: str = "error"
    sample_at: float | None = None
    span: Span = msgspec.field(default_factory=Span)
    cells: dict[tuple[str, Where], Span] = {}
    series: dict[int, int] = {}
    request_ids: list[str] = []
    users: list[str] = []
    tenants: list[str] = []
    names: list[str] = []
    paths: list[str] = []
    culprits: dict[str, int] = {}
    escaped: bool = False
    """Did the sample stand in a JSON string, so that its quotation marks bear backslashes in the log?"""
    lost: int = 0
    """Jobs that used up their last attempt."""
    timeout_ms: int = 0
    """The timeout that the sample names as having passed: what it reports began that much earlier."""


class Event(msgspec.Struct, array_like=True):
    """One thing that happened to a machine: boot, stop, exit, image, health."""

    at: float | None
    kind: str
    detail: str = ""


class MachineLog(msgspec.Struct):
    """What the log says of one machine, requests and errors apart."""

    region: str = ""
    events: dict[str, list[Event]] = {}
    """By kind, earliest and latest of each where there are too many."""
    counts: dict[str, int] = {}


class Mark(msgspec.Struct):
    """How often a needle was seen."""

    machines: dict[str, Span]
    sample: str = ""
    sample_at: float | None = None


class Record(msgspec.Struct):
    """A message whose lines may not all have been seen: its head and what followed on the same machine."""

    provider: str
    machine: str
    region: str
    at: float | None
    level: str
    lines: list[str]
    size: int = 0
    headless: bool = False
    meta: dict[str, str] = {}
    http: tuple[str, str] | None = None
    escaped: bool = False


class LogDigest(msgspec.Struct):
    """Counts by time, machine, endpoint and status; groups of like errors; platform events; marks; open ends."""

    width: int = 1
    """Seconds of one bucket of time, a power of two."""
    lines: int = 0
    unparsed: int = 0
    oversized: int = 0
    providers: dict[str, int] = {}
    apps: dict[str, int] = {}
    first: float | None = None
    last: float | None = None
    untimed: int = 0
    """Lines whose date is unknown."""
    machines: dict[str, MachineLog] = {}
    answers: dict[tuple[str, str, str], Answers] = {}
    """By machine, endpoint (before slugs are merged) and class.

    Ok, missing (404), refused (other 4xx), failed (5xx).
    """
    served_users: dict[str, list[str]] = {}
    """By endpoint: some users who were answered below 4xx, the first in alphabetical order."""
    served_tenants: dict[str, list[str]] = {}
    started: dict[str, list[Start]] = {}
    ended: dict[str, list[End]] = {}
    failed: dict[str, list[Failed]] = {}
    raised: dict[str, list[Raised]] = {}
    crashes: dict[tuple[str, str, str], int] = {}
    """Answers with 5xx less errors, by machine, method and path.

    Below zero, errors answered requests that have no `Sent` line (Cowboy prints none for an exit, and its entry names
    the path, not the id).
    """
    dropped: dict[str, int] = {}
    """What had to be let go, by the name of its table: counts that rest on it are lower bounds."""
    anonymous: dict[str, list[int]] = {}
    """Starts and answers without a request id, by machine."""
    groups: dict[str, ErrorGroup] = {}
    marks: dict[str, Mark] = {}
    jobs: dict[str, dict[str, int]] = {}
    """By `Worker (queue)`: attempts by state."""
    head: bytes = b""
    """What stands before the first boundary of lines, with it: the end of something that began earlier."""
    cut: bool = False
    """Was a boundary seen? If not, all is in `head`."""
    tail: bytes = b""
    """What stands behind the last boundary."""
    orphans: dict[str, list[tuple[float | None, str, str]]] = {}
    """Lines at the beginning that continue a message of before: time, region, text, by machine."""
    open: dict[str, Record | None] = {}
    """The message that may go on, by machine; None where the last one is complete."""
