"""From an error group to the ids that its text, code, class or frame shows: the general order of naming one event."""

import re
from functools import lru_cache
from typing import NamedTuple

from smokejumper.causes import catalogue
from smokejumper.model.cause import Cause
from smokejumper.model.digest import ErrorGroup

CRASHES = 7
"""The level of what would be the client's fault in a request, where nobody answers."""
CODE, TEXT, CLASS, FRAME = range(4)
"""How exact a sighting is: a structured code beats text, text beats class, class beats frame."""


class Sighting(NamedTuple):
    """One cause that a group could be, and where it shows."""

    cause: Cause
    by: int
    position: int

    @property
    def quote_from(self) -> int:
        """Where in the group's text the match begins."""
        return max(0, self.position)


@lru_cache(maxsize=4096)
def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.MULTILINE)


def sightings(group: ErrorGroup) -> list[Sighting]:
    """Every cause that the group shows, best first."""
    found = [s for cause in catalogue.causes().values() if (s := _sight(cause, group)) is not None]
    levels = {s.cause.id: level(s.cause, group) for s in found}
    beaten = {id_ for s in found for id_ in s.cause.over if levels.get(id_) == levels[s.cause.id]}
    return sorted(found, key=lambda s: (levels[s.cause.id], s.cause.id in beaten, s.by, -s.position, s.cause.id))


def level(cause: Cause, group: ErrorGroup) -> int:
    """A cause's place in the general order for one group.

    Only a request is answered with 4xx, elsewhere the same is a crash.
    """
    return CRASHES if cause.kind == "client" and cause.level == 1 and not answered(group) else cause.level


def answered(group: ErrorGroup) -> bool:
    """Does the group stand in a request, which is answered, and in no other process?"""
    return group.process in ("request", "other")


def name(group: ErrorGroup) -> Sighting | None:
    """What the group is called, or None where nothing known shows."""
    found = sightings(group)
    return found[0] if found else None


def _sight(cause: Cause, group: ErrorGroup) -> Sighting | None:
    sign = cause.signature
    if sign.processes and group.process not in sign.processes:
        return None
    if group.kind == "platform":
        if group.name in sign.codes:
            return Sighting(cause, CODE, 0)
        return _by_text(cause, group)
    if group.sqlstate and any(
        group.sqlstate == c or (c.endswith("*") and group.sqlstate.startswith(c[:-1])) for c in sign.sqlstates
    ):
        return Sighting(cause, CODE, group.text.find(group.sqlstate))
    by_text = _by_text(cause, group)
    if by_text is not None:
        return by_text
    if group.type and group.type in sign.types:
        return Sighting(cause, CLASS, group.text.find(group.type))
    if sign.frames and group.frames and (not sign.frame_types or group.type in sign.frame_types):
        first = group.frames[0]
        if any(_regex(pattern).search(first) for pattern in sign.frames):
            return Sighting(cause, FRAME, -1)
    return None


def _by_text(cause: Cause, group: ErrorGroup) -> Sighting | None:
    best = -1
    for pattern in cause.signature.patterns:
        for found in _regex(pattern).finditer(group.text):
            best = max(best, found.start())
    return Sighting(cause, TEXT, best) if best >= 0 else None
