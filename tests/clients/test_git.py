"""git is asked and never lets a repository run something, change something, or hold us up."""

import asyncio
import contextlib
import os
import stat
import subprocess
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given, strategies as st
from tests.repository import BEGIN, Repository

from smokejumper.clients import git as module
from smokejumper.clients.git import Git, GitError, Head, Stat

T = TypeVar("T")


def said(asked: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(asked)


def refused(asked: Coroutine[Any, Any, object]) -> GitError:
    with pytest.raises(GitError) as told:
        asyncio.run(asked)
    assert "\n" not in told.value.what
    return told.value


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    """Three commits: two files; one changed and one new; a blob that is no text."""
    made = Repository(tmp_path / "repo")
    made.commit("first", lib__a_dot_ex="one\ntwo\n", lib__b_dot_ex="b\n")
    made.commit("second, of 5 %", lib__a_dot_ex="one\nTWO\nthree\n", priv__repo__migrations__1_x_dot_exs="m\n")
    made.commit("third", logo_dot_png=b"\x00\x01")
    return made


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `git` that is first on the path; the test says what it does."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder / "git"


def program(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


async def everything(git: Git, ids: list[str]) -> tuple[object, ...]:
    """Ask all that can be asked."""
    return (
        await git.head(),
        await git.shallow(),
        await git.tags(),
        await git.at_time(BEGIN),
        await git.files("a.ex"),
        await git.log(ids[0], ids[-1]),
        await git.stat(ids[0], ids[-1]),
        await git.blame("lib/a.ex", 1),
        await git.commit(ids[-1]),
    )


# ---- what must not happen


TRAPS = [
    ("core.fsmonitor", ["status"]),
    ("filter.evil.clean", ["status"]),
    ("filter.evil.process", ["status"]),
    ("diff.external", ["diff", "HEAD~2"]),
    ("diff.evil.command", ["diff", "HEAD~2"]),
    ("diff.evil.textconv", ["diff", "HEAD~2"]),
    ("diff.evil.textconv", ["blame", "HEAD", "--", "lib/a.ex"]),
    ("alias.trap", ["trap"]),
]
"""A setting that names a program, and what would start it."""


@pytest.mark.parametrize(("setting", "words"), TRAPS)
def test_no_program_that_the_repository_names_is_started(
    repo: Repository, tmp_path: Path, setting: str, words: list[str]
) -> None:
    """Its configuration and attributes come with a folder that somebody handed over."""
    witness = tmp_path / "it-ran"
    evil = program(tmp_path / "evil", f'touch "{witness}"; cat "$1" 2>&1')
    repo.git("config", setting, f"!{evil}" if setting.startswith("alias") else str(evil))
    repo.write(".gitattributes", "*.ex diff=evil filter=evil\n")
    repo.write("lib/a.ex", "ONE\nTWO\nTHREE\n")  # as long as before: git has to look inside
    said(everything(Git(repo.root), repo.ids))
    assert not witness.exists()
    with contextlib.suppress(subprocess.CalledProcessError):
        repo.git(*words)
    assert witness.exists(), "the trap itself works"


def test_no_signature_is_looked_into(repo: Repository, tmp_path: Path) -> None:
    """That would start the program that the configuration names for it."""
    witness = tmp_path / "it-ran"
    signer = program(
        tmp_path / "signer",
        f'touch "{witness}"; printf "\\n[GNUPG:] SIG_CREATED \\n" >&2\n'
        'printf -- "-----BEGIN PGP SIGNATURE-----\\n\\n-----END PGP SIGNATURE-----\\n"',
    )
    repo.git("config", "gpg.program", str(signer))
    repo.git("config", "commit.gpgSign", "true")
    repo.commit("signed")
    repo.git("config", "log.showSignature", "true")
    witness.unlink()
    said(everything(Git(repo.root), repo.ids))
    assert not witness.exists()
    repo.git("log")
    assert witness.exists(), "the trap itself works"


def test_settings_of_who_asks_change_nothing_of_what_is_read(repo: Repository) -> None:
    repo.commit("ümlaut", ü_dot_ex="x")
    git = Git(repo.root)
    before = said(everything(git, repo.ids))
    for setting in (
        "color.ui=always",
        "core.abbrev=4",
        "core.quotePath=true",
        "diff.renames=copies",
        "diff.noprefix=true",
        "log.abbrevCommit=true",
        "log.decorate=full",
        "log.diffMerges=first-parent",
        "log.follow=true",
        "blame.showEmail=true",
        "blame.showRoot=false",
        "status.short=true",
        "status.showUntrackedFiles=all",
        "format.pretty=raw",
    ):
        repo.git("config", *setting.split("="))
    repo.write("unknown.ex", "x")
    assert said(everything(git, repo.ids)) == before


def test_a_filter_that_cannot_be_switched_off_is_not_tried(repo: Repository) -> None:
    repo.git("config", "filter.a=b.clean", "touch it-ran")
    assert refused(Git(repo.root).head()).kind == "forbidden"


def test_nothing_in_the_repository_is_changed(repo: Repository) -> None:
    os.utime(repo.root / "lib" / "a.ex", (1, 1))  # so that git would like to refresh its index

    def state() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in sorted(repo.root.rglob("*")) if path.is_file()}

    before = state()
    said(everything(Git(repo.root), repo.ids))
    assert state() == before


def test_a_partial_clone_is_not_completed_over_the_network(repo: Repository, tmp_path: Path) -> None:
    witness = tmp_path / "it-ran"
    repo.git("config", "core.repositoryFormatVersion", "1")
    repo.git("config", "extensions.partialClone", "origin")
    repo.git("config", "remote.origin.url", f"ext::touch {witness}")
    repo.git("config", "remote.origin.promisor", "true")
    repo.git("config", "protocol.ext.allow", "always")
    blob = repo.git("rev-parse", f"{repo.ids[0]}:lib/a.ex")
    (repo.root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert refused(Git(repo.root).stat(repo.ids[0], repo.ids[1])).kind == "failed"
    assert not witness.exists()


def test_variables_of_git_lead_nowhere_else(repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Repository(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
    assert said(Git(repo.root).head()).commit == repo.ids[-1]


@pytest.mark.parametrize("revision", ["--output=x", "-n1", "", "a b", "HEAD\nHEAD", "a:b", "^HEAD", "\x00", "x" * 300])
def test_what_is_no_name_for_a_commit_is_never_handed_to_git(repo: Repository, revision: str) -> None:
    git = Git(repo.root)
    for asked in (git.resolve(revision), git.log(revision, "HEAD"), git.stat("HEAD", revision), git.commit(revision)):
        assert refused(asked).kind == "unknown"
    assert not (repo.root / "x").exists()


def test_an_address_of_an_author_is_never_told(repo: Repository) -> None:
    git = Git(repo.root)
    for told in (said(git.log(repo.ids[0], "HEAD")), said(git.blame("lib/a.ex", 2)), said(git.commit("HEAD"))):
        assert "example.com" not in repr(told)
        assert "Jo Doe" in repr(told)


def test_a_secret_in_a_subject_is_masked(repo: Repository) -> None:
    repo.commit("set api_key=abcdef123456 for jo@example.com")
    assert said(Git(repo.root).commit("HEAD")).subject == "set api_key=[masked] for [masked]"


@pytest.mark.parametrize("end", ["\u2028", "\x0b", "\x1c", "\x85", "\r"])
def test_a_subject_or_branch_with_another_end_of_line_is_no_answer_of_its_own(repo: Repository, end: str) -> None:
    """Not every end of a line in Python is one in git."""
    subject = f"x{end}committer-time now{end}author Nobody"
    repo.commit(subject, lib__a_dot_ex="new\n")
    git = Git(repo.root)
    for commit in (said(git.blame("lib/a.ex", 1)), said(git.commit("HEAD"))):
        assert (commit.subject, commit.author, commit.at) == (subject, "Jo Doe", BEGIN + 3 * 3600)
    if end in "\u2028\x85":  # git refuses the others in a name
        repo.git("checkout", "--quiet", "-b", f"a{end}b")
        repo.git("tag", f"c{end}d")
        assert said(git.head()) == Head(repo.ids[-1], f"a{end}b", dirty=False)
        assert said(git.tags()) == {f"c{end}d": repo.ids[-1]}


# ---- what goes wrong


def test_one_that_hangs_is_ended_with_all_that_it_started(
    fake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LIMIT_S", 0.2)
    os.mkfifo(tmp_path / "alive")
    program(fake, f'sh -c \'exec 9>"{tmp_path / "alive"}"; sleep 60\' & exec 9>"{tmp_path / "alive"}"; sleep 60')

    async def asked() -> GitError:
        reader = os.open(tmp_path / "alive", os.O_RDONLY | os.O_NONBLOCK)
        try:
            with pytest.raises(GitError) as told:
                await Git(tmp_path).head()
            os.set_blocking(reader, True)
            assert os.read(reader, 1) == b""  # nobody is left who could write to it
        finally:
            os.close(reader)
        return told.value

    wrong = said(asked())
    assert (wrong.kind, wrong.what) == ("timeout", "git takes longer than 0.2 s.")


def test_a_caller_that_gives_up_leaves_nothing_running(fake: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "alive")
    program(fake, f'exec 9>"{tmp_path / "alive"}" sleep 60')

    async def asked() -> None:
        asking = asyncio.create_task(Git(tmp_path).head())
        reader = await asyncio.to_thread(os.open, tmp_path / "alive", os.O_RDONLY)  # it runs
        try:
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
            assert os.read(reader, 1) == b""
        finally:
            os.close(reader)

    said(asked())


def test_one_that_prints_without_end_is_ended(fake: Path, tmp_path: Path) -> None:
    program(fake, "yes")
    assert refused(Git(tmp_path).tags()).kind == "too_much"


def test_without_git_the_sentence_says_where_to_get_it(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repo.root))
    wrong = refused(Git(repo.root).head())
    assert wrong.kind == "no_git"
    assert "git-scm.com" in wrong.hint


def test_a_folder_that_is_no_repository_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert refused(Git(tmp_path).head()).kind == "no_repository"
    assert refused(Git(tmp_path / "none").head()).kind == "no_repository"


def test_gits_own_words_are_told_on_one_harmless_line(fake: Path, tmp_path: Path) -> None:
    program(fake, r"printf 'warning: x\nfatal: bad \033[31mobject\033[0m\nmore\n' >&2; exit 128")
    assert refused(Git(tmp_path).tags()).what == "git failed: bad object."
    program(fake, "exit 3")
    assert refused(Git(tmp_path).tags()).what == "git failed: it does not say why."


def test_a_repository_of_another_user_is_told_as_such(fake: Path, tmp_path: Path) -> None:
    program(fake, "echo \"fatal: detected dubious ownership in repository at '/x'\" >&2; exit 128")
    wrong = refused(Git(tmp_path).tags())
    assert wrong.kind == "forbidden"
    assert "git status" in wrong.hint


def test_an_unknown_commit_is_told(repo: Repository) -> None:
    for revision in ("0" * 40, "abcdef1", "v9", f"{repo.ids[0]}x"):
        wrong = refused(Git(repo.root).resolve(revision))
        assert wrong.kind == "unknown"
        assert revision in wrong.what


def test_a_line_or_file_that_is_not_there_is_told(repo: Repository) -> None:
    for file, line in (("lib/a.ex", 99), ("lib/none.ex", 1), ("../a.ex", 1), ("lib", 1), ("", 1)):
        assert refused(Git(repo.root).blame(file, line)).kind == "unknown"


# ---- what it says


def test_the_head_is_where_the_checkout_stands(repo: Repository) -> None:
    git = Git(repo.root / "lib")
    assert said(git.head()) == Head(repo.ids[-1], "main", dirty=False)
    repo.write("new.ex", "x")
    assert not said(git.head()).dirty, "a file that git does not know is no change"
    repo.write("lib/a.ex", "x")
    assert said(git.head()).dirty
    repo.git("checkout", "--quiet", "--force", "--detach", repo.ids[0])
    assert said(git.head()) == Head(repo.ids[0], "", dirty=False)


def test_a_repository_without_a_commit_has_an_empty_head(tmp_path: Path) -> None:
    empty = Git(Repository(tmp_path / "empty").root)
    assert said(empty.head()) == Head("", "main", dirty=False)
    assert said(empty.tags()) == {}


def test_commits_between_two_are_told_newest_first(repo: Repository) -> None:
    log = said(Git(repo.root).log(repo.ids[0], "main"))
    assert [c.subject for c in log.commits] == ["third", "second, of 5 %"]
    assert [c.files for c in log.commits] == [("logo.png",), ("lib/a.ex", "priv/repo/migrations/1_x.exs")]
    assert [c.at for c in log.commits] == [BEGIN + 7200, BEGIN + 3600]
    assert log.more == 0
    assert said(Git(repo.root).log("main", repo.ids[0])).commits == ()


def test_of_many_commits_the_newest_are_told_and_the_others_counted(repo: Repository) -> None:
    for n in range(module.COMMITS):
        repo.commit(f"n{n}")
    log = said(Git(repo.root).log(repo.ids[0], "HEAD"))
    assert len(log.commits) == module.COMMITS
    assert log.commits[0].subject == f"n{module.COMMITS - 1}"
    assert log.more == 2


def test_the_difference_counts_lines_and_names_what_is_new(repo: Repository) -> None:
    assert said(Git(repo.root).stat(repo.ids[0], "HEAD")) == Stat(
        insertions=3,
        deletions=1,
        files=("lib/a.ex", "logo.png", "priv/repo/migrations/1_x.exs"),
        added=("logo.png", "priv/repo/migrations/1_x.exs"),
    )


def test_a_line_is_the_work_of_who_touched_it_last(repo: Repository) -> None:
    git = Git(repo.root)
    assert [said(git.blame("lib/a.ex", n)).id for n in (1, 2)] == repo.ids[:2]
    assert said(git.blame("lib/a.ex", 2, repo.ids[0])).subject == "first"


def test_the_commit_at_a_time_is_the_newest_before_it(repo: Repository) -> None:
    git = Git(repo.root)
    found = [said(git.at_time(BEGIN + s)) for s in (-1, 0, 3599, 3600, 10**6)]
    assert found == ["", repo.ids[0], repo.ids[0], repo.ids[1], repo.ids[2]]


def test_tags_lead_to_commits_annotated_or_not(repo: Repository) -> None:
    repo.git("tag", "v1", repo.ids[0])
    repo.git("tag", "-a", "-m", "x", "rel/2", repo.ids[1])
    assert said(Git(repo.root).tags()) == {"v1": repo.ids[0], "rel/2": repo.ids[1]}


def test_files_are_found_by_the_end_of_their_path(repo: Repository) -> None:
    repo.commit("umbrella", apps__web__lib__a_dot_ex="x")
    git = Git(repo.root / "lib")
    assert said(git.files("lib/a.ex")) == ("apps/web/lib/a.ex", "lib/a.ex")
    assert said(git.files("b/lib/a.ex", "lib/*.ex", ":(top)lib/a.ex")) == ()
    assert said(git.files()) == ()


def test_a_history_that_was_cut_is_told(repo: Repository, tmp_path: Path) -> None:
    assert not said(Git(repo.root).shallow())
    repo.git("clone", "--quiet", "--depth=1", f"file://{repo.root}", str(tmp_path / "cut"))
    assert said(Git(tmp_path / "cut").shallow())


@given(subjects=st.lists(st.text(st.sampled_from("\x1e\x1fa0 \n\r"), max_size=60), min_size=1, max_size=3))
def test_no_subject_breaks_the_list(subjects: list[str]) -> None:
    """Not even one that holds the separators."""
    told = "".join(f"\x1e{'0' * 40}\x1f17\x1fJo\x1f{subject}\0\nlib/a.ex\0\0" for subject in subjects)
    commits = list(module._commits(told))
    assert [commit.subject for commit in commits] == subjects
    assert {commit.files for commit in commits} == {("lib/a.ex",)}
