"""What other sources said beside the log, as they said it, already masked."""

from collections.abc import Mapping
from typing import Any

import msgspec

from smokejumper.model.fly import FlyReading
from smokejumper.model.outside import Probe, StatusPage
from smokejumper.model.repo import RepoReading
from smokejumper.model.verdict import Gap


class Readings(msgspec.Struct, frozen=True, omit_defaults=True):
    """One reading of each source; None or empty where it was not read."""

    beam: Mapping[str, Any] | None = None
    pg: Mapping[str, Any] | None = None
    request: Mapping[str, Any] | None = None
    fly: FlyReading | None = None
    pages: tuple[StatusPage, ...] = ()
    """Status pages."""
    probes: tuple[Probe, ...] = ()
    """GETs of the application's front door."""
    repo: RepoReading | None = None
    gaps: tuple[Gap, ...] = ()
    """What was asked for and could not be read."""

    def names(self) -> tuple[str, ...]:
        """The sources that were read."""
        named = {
            "beam": self.beam is not None,
            "pg": self.pg is not None,
            "request": self.request is not None,
            "fly": self.fly is not None,
            "status pages": bool(self.pages),
            "front door": bool(self.probes),
            "repo": self.repo is not None,
        }
        return tuple(name for name, read in named.items() if read)
