"""One entry of a live log, as Fly's log endpoint gives it."""

import msgspec


class LogEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A line of log with what Fly says about it. `at_ns` is in nanoseconds since the Unix epoch."""

    id: str = ""
    at_ns: int
    timestamp: str
    """As given: RFC 3339 with a fraction."""
    message: str
    level: str = "info"
    machine: str = ""
    region: str = ""
    provider: str = "app"
    """app, proxy, runner or health."""
