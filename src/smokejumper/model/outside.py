"""What is said and seen outside of the application: status pages, and its own front door.

Times are seconds since the Unix epoch, UTC; `None` is unknown.
"""

from typing import Literal

import msgspec

Indicator = Literal["none", "minor", "major", "critical", "unknown"]


class StatusIncident(msgspec.Struct, frozen=True, kw_only=True):
    """An incident or maintenance that a status page tells of."""

    id: str
    name: str
    status: str
    """investigating, identified, monitoring, resolved; scheduled, in_progress, completed for a maintenance."""
    impact: str = ""
    maintenance: bool = False
    components: tuple[str, ...] = ()
    started_at: float | None = None
    updated_at: float | None = None
    resolved_at: float | None = None
    latest: str = ""
    """The newest update's first line."""
    link: str = ""


class StatusPage(msgspec.Struct, frozen=True, kw_only=True):
    """A status page in the shape of Statuspage v2."""

    of: Literal["fly", "supabase"]
    indicator: Indicator
    description: str = ""
    degraded: tuple[str, ...] = ()
    """Components that are not operational, with their state: `Auth (partial_outage)`."""
    incidents: tuple[StatusIncident, ...] = ()
    at: float
    url: str = ""


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """One GET of the application's front door from here, through Fly's proxy."""

    url: str
    machine: str = ""
    """Asked for with `fly-force-instance-id`; empty: whichever the proxy chose."""
    answered_by: str = ""
    """The machine that the answer names, where it names one."""
    status: int | None = None
    """None: no answer; then `error` says why."""
    ms: float | None = None
    error: str = ""
    """A kind (dns, refused, tls, timeout, reset, other), a colon, and the words."""
    request_id: str = ""
    """`fly-request-id` of the answer."""
    at: float
