"""What the repository says of releases: the commits between their images, migrations in them, and who wrote a line."""

import asyncio
import re
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeVar

from smokejumper.clients.git import FILES, Git, GitError
from smokejumper.model.fly import Release
from smokejumper.model.repo import Between, LineAuthor, RepoReading
from smokejumper.model.verdict import Gap
from smokejumper.sources.about import BY_ID

PAIRS = 3
"""Changes of image that are looked at, newest first."""
FRAMES = 5
_MIGRATION = re.compile(r"(?:^|/)(?:priv/[^/]+|repo)/migrations/[^/]+\.exs$")
_COMMIT = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{7,40}(?![0-9A-Za-z])")
"""A commit as people put it into an image's tag (`fly deploy --image-label`)."""
_FRAME = re.compile(r"(?:[\w-][\w.-]*/)*[\w-][\w.-]*")

How = Literal["label", "tag", "time"]
HOW: tuple[How, ...] = ("label", "tag", "time")
"""The surest first: the image's tag holds the commit; git has a tag of that name; the newest commit at its time."""

T = TypeVar("T")


@dataclass(frozen=True)
class _Found:
    commit: str
    how: How


async def read(
    git: Git, releases: tuple[Release, ...], frames: tuple[tuple[str, int], ...]
) -> tuple[RepoReading | None, tuple[Gap, ...]]:
    """What lies between releases (newest first) whose images differ, and who last touched lines (file and number).

    None where git itself cannot be read. What else it cannot say is a gap; nothing is raised.
    """
    try:
        head, tags = await git.head(), await git.tags()
    except GitError as wrong:
        return None, (_gap(wrong),)
    gaps: list[Gap] = []
    pairs = tuple(pairwise(_changes(releases)))[:PAIRS]
    between, blamed = await asyncio.gather(
        asyncio.gather(*(_or_gap(_between(git, tags, older, newer), gaps) for newer, older in pairs)),
        asyncio.gather(*(_or_gap(_blamed(git, *frame), gaps) for frame in dict.fromkeys(frames[:FRAMES]))),
    )
    reading = RepoReading(
        head=head.commit, branch=head.branch, dirty=head.dirty, between=_there(between), blamed=_there(blamed)
    )
    return reading, tuple(dict.fromkeys(gaps))


def _changes(releases: tuple[Release, ...]) -> list[Release]:
    """The releases that brought an image, newest first; the last that is known counts as one.

    Later ones of the same image (a secret, a scaling) say nothing of when it was made.
    """
    named = [release for release in releases if release.image_ref]
    return [a for a, b in pairwise(named) if a.image != b.image] + named[-1:]


async def _between(git: Git, tags: dict[str, str], older: Release, newer: Release) -> Between:
    """A rollback brings no commits, and its difference is that of the way back.

    Raises:
        GitError: the commit of one of them is not known.
    """
    old, new = await _commit(git, tags, older), await _commit(git, tags, newer)
    log, stat = await git.log(old.commit, new.commit), await git.stat(old.commit, new.commit)
    return Between(
        older=older.version,
        newer=newer.version,
        older_commit=old.commit,
        newer_commit=new.commit,
        how=max(old.how, new.how, key=HOW.index),
        commits=log.commits,
        more=log.more,
        insertions=stat.insertions,
        deletions=stat.deletions,
        files=stat.files[:FILES],
        migrations=tuple(path for path in stat.added if _MIGRATION.search(path)),
    )


async def _commit(git: Git, tags: dict[str, str], release: Release) -> _Found:
    """The commit that a release's image was made from.

    Raises:
        GitError: there is no saying.
    """
    for name in _COMMIT.findall(release.image):
        try:
            return _Found(await git.resolve(name), "label")
        except GitError as wrong:
            if wrong.kind != "unknown":
                raise
    for name in (release.image, f"v{release.version}"):
        if name in tags and await _before(git, tags[name], release):
            return _Found(tags[name], "tag")
    found = await git.at_time(release.at) if release.at is not None else ""
    if found:
        return _Found(found, "time")
    if await git.shallow():
        raise GitError(
            "unknown",
            f"The checkout's history does not reach back to release v{release.version}.",
            "git fetch --unshallow",
        )
    raise GitError("unknown", f"No commit of the checkout fits release v{release.version}.", "git fetch --tags")


async def _before(git: Git, commit: str, release: Release) -> bool:
    """Can it be in the release: a tag such as `v12` may be the product's twelfth version, and younger?"""
    return release.at is None or (await git.commit(commit)).at <= release.at


async def _blamed(git: Git, file: str, line: int) -> LineAuthor:
    """Who touched a line last, as of now. The file is given from its OTP application's root, as in a stack.

    Raises:
        GitError: the repository has no such file, or several.
    """
    found = await git.files(file) if _FRAME.fullmatch(file) and ".." not in file else ()
    path = file if file in found else found[0] if len(found) == 1 else ""
    if not path:
        raise GitError("unknown", f"The checkout has {'several files' if found else 'no file'} {file}.", "git fetch")
    return LineAuthor(file=path, line=line, commit=await git.blame(path, line))


async def _or_gap(asked: Awaitable[T], gaps: list[Gap]) -> T | None:
    try:
        return await asked
    except GitError as wrong:
        gaps.append(_gap(wrong))
        return None


def _gap(wrong: GitError) -> Gap:
    return BY_ID["repo"].gap(wrong.what.rstrip("."), command=wrong.hint)


def _there(found: Iterable[T | None]) -> tuple[T, ...]:
    return tuple(one for one in found if one is not None)
