"""What `doctor` prints: each source and right that the other commands rest on, and whether it works."""

from typing import Literal

import msgspec

State = Literal["works", "missing", "refused", "optional"]
"""`missing`: not there, or no answer; `refused`: it answers, and says no; `optional`: not there, and not needed."""


class DoctorLine(msgspec.Struct, frozen=True, kw_only=True):
    """One of them, tested."""

    name: str
    state: State
    detail: str
    """What was found, or what is wrong."""
    blinds: str | None = None
    """What cannot be seen without it; null where it works."""
    mend: str | None = None
    """The command that mends it, or what to do where there is none; null where it works."""


class DoctorReport(msgspec.Struct, frozen=True, kw_only=True):
    """What `doctor --json` prints."""

    schema: str = "smokejumper.doctor/1"
    app: str | None
    environment: str | None
    lines: tuple[DoctorLine, ...]
    notes: tuple[str, ...] = ()
    """Files that could not be read, a sentence each."""

    @property
    def broken(self) -> tuple[DoctorLine, ...]:
        """The lines that need mending."""
        return tuple(line for line in self.lines if line.state in ("missing", "refused"))
