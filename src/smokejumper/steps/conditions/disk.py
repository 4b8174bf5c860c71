"""File systems that fill."""

from collections.abc import Iterator

from smokejumper.model.finding import Finding
from smokejumper.steps.fleet import Fleet

FULL, GONE = 0.9, 0.97
"""Shares of a file system in use: little is left, and next to nothing."""


def disk_full(fleet: Fleet) -> Iterator[Finding]:
    """File systems of which hardly anything is left."""
    for m in fleet.machines:
        used = fleet.latest("disk_used", m.id)
        if used is not None and used > FULL:
            yield fleet.finding(
                "disk_full",
                "major" if used > GONE else "minor",
                (m,),
                f"{used:.0%} of its fullest file system in use",
                "writes fail when it is full; what lies on the root file system is gone after a restart",
                action="see what fills it",
                command=f'fly ssh console{fleet.flag} --machine {m.id} -C "df -h"',
            )


CONDITIONS = (disk_full,)
