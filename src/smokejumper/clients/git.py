"""git, for reading: no shell, no program that a repository's configuration names, no network, and never for long."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from smokejumper.clients import program
from smokejumper.errors import SmokejumperError
from smokejumper.escaping import plain
from smokejumper.masking import mask
from smokejumper.model.repo import Commit

LIMIT_S = 3.0
"""For one call."""
COMMITS = FILES = 50
"""At most so many are kept."""
TAGS = 1000
_SAFE = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "diff.external=",
    "log.showSignature=false",
)
"""Settings of a repository that would start a program, switched off (git-scm.com/docs/git-config)."""
_PLAIN_DIFF = ("--no-ext-diff", "--no-textconv", "--no-renames")
_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": "none",  # a partial clone would fetch what is missing
    "GIT_NO_LAZY_FETCH": "1",
    "LC_ALL": "C",
}
_REVISION = re.compile(r"[A-Za-z0-9][\w./@{}+-]{0,200}")
_ID = re.compile(r"[0-9a-f]{40,64}")
_BEGIN, _FIELD = "\x1e", "\x1f"
_RECORD = re.compile(rf"(?:\A|(?<=\0)){_BEGIN}(?=[0-9a-f]{{40,64}}{_FIELD}[0-9]+{_FIELD})")
"""Where a commit begins: a subject may hold our separators, but no NUL."""
_FORMAT = f"--format={_BEGIN}%H{_FIELD}%ct{_FIELD}%an{_FIELD}%s"

Kind = Literal["no_git", "no_repository", "forbidden", "unknown", "timeout", "too_much", "failed"]


class GitError(SmokejumperError):
    """git could not say it. `kind` `unknown`: the repository has no such commit, file or line."""

    def __init__(self, kind: Kind, what: str, hint: str = "") -> None:
        super().__init__(what, hint)
        self.kind = kind


@dataclass(frozen=True)
class Head:
    """Where the checkout stands. `branch` is empty where it stands on none, `commit` where there is none yet."""

    commit: str
    branch: str
    dirty: bool
    """Are tracked files changed and not committed?"""


@dataclass(frozen=True)
class Log:
    """Commits that lie between two, newest first, and how many there are beyond those."""

    commits: tuple[Commit, ...]
    more: int


@dataclass(frozen=True)
class Stat:
    """The difference between two commits: lines, files, and those of the files that are new."""

    insertions: int
    deletions: int
    files: tuple[str, ...]
    added: tuple[str, ...]


class Git:
    """The repository that a folder lies in."""

    def __init__(self, root: Path) -> None:
        self.root = root

    async def head(self) -> Head:
        """The commit and branch that are checked out.

        Raises:
            GitError: see `_run`; so does every other call.
        """
        told = await self._run(
            *await self._without_filters(),
            "status",
            "--porcelain=v2",
            "--branch",
            "--untracked-files=no",
            "--ignore-submodules=all",
        )
        rows = told.split("\n")[:-1]
        said = {key: value for key, _, value in (r[len("# branch.") :].partition(" ") for r in rows if r[:1] == "#")}
        commit, branch = said.get("oid", ""), said.get("head", "")
        return Head(
            commit=commit if _ID.fullmatch(commit) else "",
            branch="" if branch == "(detached)" else branch,
            dirty=any(row[:1] != "#" for row in rows),
        )

    async def shallow(self) -> bool:
        """Was the history cut when it was cloned?"""
        return (await self._run("rev-parse", "--is-shallow-repository")).strip() == "true"

    async def resolve(self, revision: str) -> str:
        """The full id of a commit.

        Raises:
            GitError: the repository does not know it, or it is no name for one.
        """
        if not _REVISION.fullmatch(revision):
            raise GitError("unknown", "This is no name for a commit.")
        try:
            told = await self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        except GitError as wrong:
            if wrong.kind != "failed":
                raise
            raise GitError("unknown", f"The repository has no commit {revision}.", "git fetch") from None
        return told.strip()

    async def commit(self, revision: str) -> Commit:
        """One commit."""
        found = next(_commits(await self._run("log", "-1", "-z", _FORMAT, await self.resolve(revision), "--")), None)
        if found is None:
            raise GitError("unknown", f"The repository does not show the commit {revision}.")
        return found

    async def log(self, older: str, newer: str) -> Log:
        """The commits of `newer` which `older` does not have. At most 50, each with at most 50 of its files."""
        between = f"{await self.resolve(older)}..{await self.resolve(newer)}"
        told = await self._run("log", f"-{COMMITS}", "-z", "--name-only", *_PLAIN_DIFF, _FORMAT, between, "--")
        count = await self._run("rev-list", "--count", between, "--")
        commits = tuple(_commits(told))
        return Log(commits, max(0, int(count) - len(commits)))

    async def at_time(self, at: float) -> str:
        """The newest commit on the current branch at a time (seconds since the Unix epoch), by the committers' clocks.

        Empty where the branch begins later.
        """
        moment = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return (await self._run("rev-list", "-1", "--first-parent", f"--before={moment}", "HEAD", "--")).strip()

    async def stat(self, older: str, newer: str) -> Stat:
        """The difference between two commits, without a look at renames. All files are counted."""
        ends = await self.resolve(older), await self.resolve(newer)
        told = await self._run("diff", "--raw", "--numstat", "-z", *_PLAIN_DIFF, *ends, "--")
        return _stat(told)

    async def blame(self, file: str, line: int, revision: str = "HEAD") -> Commit:
        """The commit that touched a line last, as of a revision. `file` is given from the root.

        Raises:
            GitError: `unknown` where the revision has no such file or line.
        """
        where = f"-L{line},{line}", await self.resolve(revision), "--", file
        try:
            told = await self._run("blame", "--porcelain", "--no-textconv", *where)
        except GitError as wrong:
            if wrong.kind != "failed":
                raise
            raise GitError("unknown", f"git knows no line {line} of {file}.") from None
        id_, *rows = told.split("\n")
        said = {key: value for key, _, value in (row.partition(" ") for row in rows)}
        return _commit(id_.partition(" ")[0], said["committer-time"], said["author"], said["summary"])

    async def tags(self) -> dict[str, str]:
        """The id of the commit of each tag, the newest thousand."""
        fields = "--format=%(refname:strip=2)%00%(objectname)%00%(*objectname)"
        told = await self._run("for-each-ref", f"--count={TAGS}", "--sort=-creatordate", fields, "refs/tags")
        rows = (row.split("\0") for row in told.split("\n"))
        return {row[0]: row[2] or row[1] for row in rows if len(row) == 3}

    async def files(self, *names: str) -> tuple[str, ...]:
        """The tracked files whose paths end like these, from the root of the repository."""
        patterns = [f":(top,glob)**/{_escaped(name)}" for name in names]
        told = await self._run("ls-files", "-z", "--full-name", "--", *patterns) if names else ""
        return tuple(name for name in told.split("\0") if name)

    async def _without_filters(self) -> list[str]:
        """Options without the programs that `status` would start to compare files (git-scm.com/docs/gitattributes)."""
        try:
            told = await self._run("config", "-z", "--name-only", "--get-regexp", r"^filter\..*\.(clean|process)$")
        except GitError as wrong:
            if wrong.kind != "failed":
                raise
            return []  # there are none
        names = [name for name in told.split("\0") if name]
        if any("=" in name for name in names):  # such a name cannot be given as an option
            raise GitError("forbidden", "The repository's configuration names a filter that cannot be switched off.")
        required = [name.rpartition(".")[0] + ".required=false" for name in names]
        return [word for setting in (*(f"{n}=" for n in names), *required) for word in ("-c", setting)]

    async def _run(self, *words: str) -> str:
        """What git prints.

        Raises:
            GitError: it is not installed, this is no repository (or one of another user), it takes longer than
                `LIMIT_S` or prints too much, or it fails, with its own words.
        """
        options = [word for setting in _SAFE for word in ("-c", setting)]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        words = ("-C", str(self.root), "--no-pager", *options, *words)
        try:
            ran = await program.run("git", *words, environment=kept | _ENVIRONMENT, limit_s=LIMIT_S)
        except FileNotFoundError:
            raise GitError("no_git", "git is not installed.", "install it from https://git-scm.com/downloads") from None
        except OSError as wrong:
            raise GitError("failed", f"git cannot be started: {wrong.strerror}.") from None
        if ran.code is None:
            raise GitError("timeout", f"git takes longer than {LIMIT_S:g} s.", "git gc")
        if len(ran.out) > program.LARGEST:
            raise GitError("too_much", f"git prints more than {program.LARGEST >> 20} MiB.")
        if ran.code:
            raise _failed(ran.err.decode(errors="replace"))
        return ran.out.decode(errors="replace")


def _failed(err: str) -> GitError:
    said = next((line for line in err.splitlines() if line.startswith(("fatal: ", "error: "))), "it does not say why")
    said = mask(plain(said)).partition(": ")[2] or said
    if "not a git repository" in said or "cannot change to" in said:
        return GitError("no_repository", "There is no git repository here.", "start in the application's checkout")
    if "dubious ownership" in said:
        return GitError(
            "forbidden",
            "git refuses a repository of another user; it says itself how to allow it.",
            "git status",
        )
    return GitError("failed", f"git failed: {said}.")


def _commits(told: str) -> Iterator[Commit]:
    """The commits of `log -z` in our format; the names of files, if asked for, each end with a NUL."""
    for record in _RECORD.split(told)[1:]:
        head, _, names = record.partition("\0")
        id_, at, author, subject = head.split(_FIELD, 3)
        files = (name.lstrip("\n") for name in names.split("\0"))
        yield _commit(id_, at, author, subject, files=tuple(name for name in files if name)[:FILES])


def _commit(id_: str, at: str, author: str, subject: str, *, files: tuple[str, ...] = ()) -> Commit:
    """A commit, masked. The author's address was never asked for."""
    return Commit(id=id_, at=float(at), author=mask(author), subject=mask(subject), files=files)


def _stat(told: str) -> Stat:
    """Of `diff --raw --numstat -z`: entries that begin with a colon and have their path behind them, then numbers."""
    parts = iter(told.split("\0"))
    insertions = deletions = 0
    files: list[str] = []
    added: list[str] = []
    for part in parts:
        if part.startswith(":"):
            path = next(parts, "")
            files.append(path)
            added += [path] if part.endswith(" A") else []
        elif part.count("\t") >= 2:
            more, less, _ = part.split("\t", 2)
            insertions += int(more) if more.isdigit() else 0  # a dash where the file is no text
            deletions += int(less) if less.isdigit() else 0
    return Stat(insertions, deletions, tuple(files), tuple(added))


def _escaped(name: str) -> str:
    return re.sub(r"([*?\[\]\\])", r"\\\1", name)
