"""What the repository says: commits between two images, migrations in them, who touched a line last.

Times are seconds since the Unix epoch, UTC; `None` is unknown.
"""

import msgspec


class Commit(msgspec.Struct, frozen=True, kw_only=True):
    """One commit, its author as git has it with the address masked."""

    id: str
    at: float
    author: str
    subject: str
    files: tuple[str, ...] = ()


class Between(msgspec.Struct, frozen=True, kw_only=True):
    """What lies between two releases: `older` and `newer` are their versions."""

    older: int | None
    newer: int
    older_commit: str = ""
    newer_commit: str = ""
    how: str = ""
    """How the commits were found: by an image label, a tag, or the time of the release."""
    commits: tuple[Commit, ...] = ()
    """Newest first, at most 50."""
    more: int = 0
    """Commits beyond those."""
    insertions: int = 0
    deletions: int = 0
    files: tuple[str, ...] = ()
    """At most 50."""
    migrations: tuple[str, ...] = ()


class LineAuthor(msgspec.Struct, frozen=True, kw_only=True):
    """Who touched a line last (`git blame`)."""

    file: str
    line: int
    commit: Commit


class RepoReading(msgspec.Struct, frozen=True, kw_only=True):
    """What was read from the checkout."""

    head: str = ""
    branch: str = ""
    dirty: bool = False
    between: tuple[Between, ...] = ()
    """For each release that is looked at, newest first."""
    blamed: tuple[LineAuthor, ...] = ()
