"""One known failure as data: how it looks, what separates it from its look-alikes, and what to do about it."""

from typing import Literal

import msgspec

Kind = Literal["cause", "evidence", "symptom", "client"]
"""How far a sighting convicts: at once; only with a second signal; never while anything beneath it can be named;
or not at all, because the client did it (a 4xx)."""

Look = Literal["log", "database", "beam", "releases", "fly", "upstream"]
"""Where the tell is found."""

Owner = Literal["us", "supabase", "fly", "third_party", "client"]
Trait = Literal[
    "below", "edge", "migrated", "released", "setting", "twofold", "unmigrated", "database", "upstream", "platform"
]
"""How a failure behaves, for the steps that ask.

`below`: it lies below the routes, so where two of them show it the whole application is hit. `edge`: ordinary within
seconds of a machine's own stop or start. `migrated`: what a migration changes for all machines at once, whatever image
they run. `released`: shows in the database, but code or a migration brings it. `setting`: a setting is missing or
wrong. `twofold`: code brings it, and something outside sets it off. `unmigrated`: keeps a schema step from starting,
and is named for itself. What sets it off where no release did: the way to the `database`, an `upstream`, or the
`platform`.
"""
Scope = Literal["machine", "endpoint", "systemic", "data", "job", "deploy", "none", "unknown"]


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """How a failure looks in a log. One hit of any part is a sighting.

    `patterns` are Python regexes searched in the event's text (banner, message, exit chain; no frames, no time prefix),
    `sqlstates` are codes, a trailing `*` stands for any rest (`22*`), `types` are exception classes as printed,
    `frames` are regexes searched in the first frame as printed (they count only together with a type of `frame_types`,
    or alone where that is empty), `codes` are those of Fly's proxy (`PC01`).
    """

    patterns: tuple[str, ...] = ()
    sqlstates: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    frames: tuple[str, ...] = ()
    frame_types: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    processes: tuple[str, ...] = ()
    """Processes in which it may stand (`request`, `boot` ...); empty: any."""


class Remedy(msgspec.Struct, frozen=True, kw_only=True):
    """What to do, a sentence each. Names in braces (`{machine}`, `{endpoint}` ...) are filled in from the incident."""

    mitigate: str
    repair: str
    do_not: str
    undo: str | None = None
    prevent: str | None = None


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of log that goes through the real reader, and the id it must end as (this cause's own, or another's)."""

    text: str
    id: str
    source: str = "own"
    """Where the wording was seen.

    `corpus:NAME`, `owner/repo#n`, a source file, or `own` for a made-up counter-example.
    """


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """A known failure.

    `level` is its place in the general order by which one event with several sightings is named (1 wins over 10):
    1 answered with 4xx, 2 platform fact, 3 named dependency failure, 4 boot, 5 nil, 6 class with an id of its own,
    7 cast, parse and clause errors, 8 relations between processes, 9 carriers, 10 raised on purpose.
    Within a level a structured code beats text, text beats class, class beats frame, a later place in the text
    (deeper in the chain) beats an earlier one; `over` names ids of the same level that give way to this one.
    """

    id: str
    title: str
    """What happened, in one line that a tired person understands; names in braces are filled in."""
    owner: Owner
    scope: Scope
    """The usual reach: a prior for reading, never a verdict."""
    kind: Kind
    level: int
    traits: tuple[Trait, ...] = ()
    what: str
    unlike: dict[str, str] = {}
    """Look-alikes: the id, and what separates it from this one."""
    signature: Signature = Signature()
    tell: str = ""
    look: Look = "log"
    needles: tuple[str, ...] = ()
    """Regexes for lines that no digest would keep (an info line); the reader counts them as marks."""
    over: tuple[str, ...] = ()
    explains: tuple[str, ...] = ()
    """Ids that follow from this one on the same machines at the same time."""
    parent: str | None = None
    remedy: Remedy
    playbook: str = ""
    examples: tuple[Example, ...] = ()
    unseen: bool = False
    """No recorded or published positive was found; its wording comes from the library's source."""
    sources: tuple[str, ...] = ()
