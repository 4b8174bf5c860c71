"""What a second signal says, and the faults it is asked about."""

from dataclasses import dataclass, field

from smokejumper.causes.case import Case
from smokejumper.model.cause import Cause
from smokejumper.model.digest import ErrorGroup, Span


@dataclass
class Fault:
    """Error groups that are one failure: the same cause and, in code, the same function."""

    cause: Cause
    groups: list[ErrorGroup]
    places: dict[tuple[str, str], Span] = field(default_factory=dict)
    sure: float = 0.0
    """How exactly the groups show the cause: 1 by a structured code or text, less by class or frame alone."""

    @property
    def id(self) -> str:
        """The cause's id."""
        return self.cause.id

    @property
    def clients(self) -> bool:
        """Is it the clients' alone: answered with 4xx?"""
        return self.cause.kind == "client" and all(g.process in ("request", "other") for g in self.groups)

    @property
    def count(self) -> int:
        """All events."""
        return sum(g.span.count for g in self.groups)

    @property
    def machines(self) -> list[str]:
        """Machines that show it."""
        return sorted({m for m, _ in self.places if m})

    @property
    def endpoints(self) -> list[str]:
        """Routes that show it."""
        return sorted({w for _, w in self.places if " /" in w})

    @property
    def jobs(self) -> list[str]:
        """Jobs that show it."""
        return sorted({w for _, w in self.places if w.endswith(")") and " /" not in w})

    @property
    def first(self) -> float | None:
        """The first event."""
        return min((g.span.first for g in self.groups if g.span.first is not None), default=None)

    @property
    def onset(self) -> float | None:
        """The first event, less the timeout that its line names."""
        return min((g.span.first - g.timeout_ms / 1000 for g in self.groups if g.span.first is not None), default=None)

    @property
    def last(self) -> float | None:
        """The last event."""
        return max((g.span.last for g in self.groups if g.span.last is not None), default=None)

    def first_on(self, machine: str) -> float | None:
        """The first event on one machine."""
        return min((s.first for (m, _), s in self.places.items() if m == machine and s.first is not None), default=None)

    @property
    def main(self) -> ErrorGroup:
        """The group that is most frequent; those of requests and jobs before those of processes."""
        return max(
            self.groups,
            key=lambda g: (g.process in ("request", "oban", "liveview"), g.type is not None, g.span.count, g.signature),
        )


@dataclass(frozen=True)
class Tell:
    """A second signal was seen: it convicts its cause of these faults.

    `proven` says that a source of another kind than the log shows it; `endpoints` are the routes that hold the
    resource.
    """

    explains: tuple[str, ...]
    why: str
    source: str
    machines: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()
    figure: str | None = None
    quote: str | None = None
    at: float | None = None
    proven: bool = False
    confidence: float = 0.7
    mechanism_of: str | None = None
    """The id that this one is the how of, where it is no cause of its own."""


__all__ = ["Case", "Fault", "Tell"]
