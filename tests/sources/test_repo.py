"""Commits between images: found in the surest way there is, the way told, and a gap where there is none."""

import asyncio
from pathlib import Path

import pytest
from tests.repository import BEGIN, Repository

from smokejumper.clients.git import Git
from smokejumper.model.fly import Release
from smokejumper.model.repo import Between, RepoReading
from smokejumper.model.verdict import Gap
from smokejumper.sources import repo as source

HOUR = 3600


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    """Three commits, an hour apart; the second brings migrations and things that look like some."""
    made = Repository(tmp_path / "repo")
    made.commit("first", lib__a_dot_ex="one\ntwo\n", apps__web__lib__w_dot_ex="w\n")
    made.commit(
        "second",
        lib__a_dot_ex="one\nTWO\n",
        priv__repo__migrations__1_orders_dot_exs="m\n",
        apps__core__priv__tenant_repo__migrations__2_x_dot_exs="m\n",
        priv__repo__seeds_dot_exs="s\n",
        test__migrations__3_x_dot_exs="t\n",
    )
    made.commit("third", lib__a_dot_ex="one\nTWO\nthree\n", priv__repo__migrations__1_orders_dot_exs="changed\n")
    return made


def release(version: int, tag: str, at: float | None = None) -> Release:
    return Release(version=version, image_ref=f"registry.fly.io/acme:{tag}" if tag else "", at=at)


def read(
    repo: Repository, *releases: Release, frames: tuple[tuple[str, int], ...] = ()
) -> tuple[RepoReading, tuple[Gap, ...]]:
    reading, gaps = asyncio.run(source.read(Git(repo.root), releases, frames))
    assert reading is not None
    return reading, gaps


def between(repo: Repository, *releases: Release) -> Between:
    reading, gaps = read(repo, *releases)
    assert gaps == ()
    (found,) = reading.between
    return found


# ---- what is not known is not told


def test_without_a_repository_there_is_no_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    reading, (gap,) = asyncio.run(source.read(Git(tmp_path), (), ()))
    assert reading is None
    assert (gap.source, gap.why) == ("repo", "There is no git repository here")


def test_an_image_that_fits_no_commit_is_a_gap(repo: Repository) -> None:
    reading, (gap,) = read(repo, release(2, "x", BEGIN), release(1, "y", BEGIN - 1))
    assert reading.between == ()
    assert (gap.why, gap.command) == ("No commit of the checkout fits release v1", "git fetch --tags")


def test_a_history_that_was_cut_says_how_to_get_it(repo: Repository, tmp_path: Path) -> None:
    repo.git("clone", "--quiet", "--depth=1", f"file://{repo.root}", str(tmp_path / "cut"))
    _, (gap,) = asyncio.run(
        source.read(Git(tmp_path / "cut"), (release(2, "x", BEGIN + 9 * HOUR), release(1, "y", BEGIN)), ())
    )
    assert gap.command == "git fetch --unshallow"


def test_a_release_without_a_time_is_not_guessed(repo: Repository) -> None:
    reading, gaps = read(repo, release(2, "x"), release(1, "y"))
    assert reading.between == ()
    assert len(gaps) == 1


def test_a_tag_of_git_that_is_younger_than_the_release_is_not_its_own(repo: Repository) -> None:
    """The product's second version, not Fly's second release."""
    repo.git("tag", "v2", repo.ids[2])
    found = between(repo, release(2, "x", BEGIN + HOUR), release(1, "y", BEGIN))
    assert (found.newer_commit, found.how) == (repo.ids[1], "time")


def test_a_word_of_an_image_that_is_no_commit_is_not_one(repo: Repository) -> None:
    found = between(repo, release(2, "deployment-defaced", BEGIN + HOUR), release(1, "1234567", BEGIN))
    assert found.how == "time"


def test_releases_of_one_image_have_nothing_between_them(repo: Repository) -> None:
    reading, gaps = read(repo, release(3, "x", BEGIN + HOUR), release(2, "x", BEGIN), release(1, ""))
    assert (reading.between, gaps) == ((), ())


@pytest.mark.parametrize(
    "file",
    ["../lib/a.ex", "/etc/passwd", "lib/../lib/a.ex", "lib/none.ex", "lib", "", "*.ex", ":(top)lib/a.ex", "--", "\x00"],
)
def test_a_frame_outside_of_the_repository_is_a_gap(repo: Repository, file: str) -> None:
    reading, (gap,) = read(repo, frames=((file, 1),))
    assert reading.blamed == ()
    assert gap.source == "repo"


def test_a_frame_that_may_be_of_several_files_is_a_gap(repo: Repository) -> None:
    repo.commit("fourth", apps__one__lib__same_dot_ex="x\n", apps__two__lib__same_dot_ex="x\n")
    reading, (gap,) = read(repo, frames=(("lib/same.ex", 1),))
    assert reading.blamed == ()
    assert "several files" in gap.why


def test_a_line_that_is_not_there_any_more_costs_only_itself(repo: Repository) -> None:
    reading, (gap,) = read(repo, frames=(("lib/a.ex", 99), ("lib/a.ex", 1)))
    assert [b.line for b in reading.blamed] == [1]
    assert "99" in gap.why


# ---- the ways to find a commit, the surest first


def test_a_commit_in_the_image_is_the_surest_way(repo: Repository) -> None:
    repo.git("tag", "v2", repo.ids[0])
    newer = release(2, f"main-{repo.ids[1][:9]}", BEGIN + 9 * HOUR)
    found = between(repo, newer, release(1, repo.ids[0], BEGIN + 8 * HOUR))
    assert (found.older_commit, found.newer_commit, found.how) == (repo.ids[0], repo.ids[1], "label")


def test_then_a_tag_of_git_that_is_called_like_the_image_or_the_release(repo: Repository) -> None:
    repo.git("tag", "2026.1", repo.ids[0])
    repo.git("tag", "v2", repo.ids[1])
    found = between(repo, release(2, "x", BEGIN + 9 * HOUR), release(1, "2026.1", BEGIN + 8 * HOUR))
    assert (found.older_commit, found.newer_commit, found.how) == (repo.ids[0], repo.ids[1], "tag")


def test_then_the_time_of_the_release(repo: Repository) -> None:
    found = between(repo, release(2, "x", BEGIN + HOUR + 60), release(1, "y", BEGIN + 60))
    assert (found.older_commit, found.newer_commit, found.how) == (repo.ids[0], repo.ids[1], "time")


def test_the_less_sure_way_of_the_two_is_told(repo: Repository) -> None:
    found = between(repo, release(2, repo.ids[1], BEGIN + HOUR), release(1, "y", BEGIN + 60))
    assert found.how == "time"


# ---- what lies between


def test_what_lies_between_two_releases(repo: Repository) -> None:
    found = between(repo, release(7, repo.ids[2]), release(5, repo.ids[0]))
    assert (found.older, found.newer) == (5, 7)
    assert [c.subject for c in found.commits] == ["third", "second"]
    assert (found.more, found.insertions, found.deletions) == (0, 6, 1)
    assert found.migrations == (
        "apps/core/priv/tenant_repo/migrations/2_x.exs",
        "priv/repo/migrations/1_orders.exs",
    )


def test_a_migration_that_was_only_changed_is_not_in_the_release(repo: Repository) -> None:
    assert between(repo, release(2, repo.ids[2]), release(1, repo.ids[1])).migrations == ()


def test_a_rollback_brings_no_commits(repo: Repository) -> None:
    found = between(repo, release(2, repo.ids[0]), release(1, repo.ids[2]))
    assert (found.commits, found.insertions, found.deletions) == ((), 1, 6)


def test_a_release_that_kept_the_image_says_nothing_of_when_it_was_made(repo: Repository) -> None:
    """A secret that was set two hours later is no reason to take the commit of that time."""
    found = between(
        repo,
        release(4, "new", BEGIN + 2 * HOUR),
        release(3, "old", BEGIN + HOUR),
        release(2, "old", BEGIN),
    )
    assert (found.older, found.newer) == (2, 4)
    assert [c.subject for c in found.commits] == ["third", "second"]


def test_the_newest_changes_are_looked_at(repo: Repository) -> None:
    images = [repo.ids[n % 3] for n in range(9)]
    reading, _ = read(repo, *(release(9 - n, image) for n, image in enumerate(images)))
    assert [b.newer for b in reading.between] == [9, 8, 7]


# ---- the rest


def test_the_reading_says_where_the_checkout_stands(repo: Repository) -> None:
    reading, gaps = read(repo)
    assert (reading.head, reading.branch, reading.dirty, gaps) == (repo.ids[2], "main", False, ())


def test_who_touched_a_line_last(repo: Repository) -> None:
    """A frame names its file from its OTP application's root."""
    reading, gaps = read(repo, frames=(("lib/a.ex", 2), ("lib/w.ex", 1), ("lib/a.ex", 2)))
    assert [(b.file, b.line, b.commit.subject) for b in reading.blamed] == [
        ("lib/a.ex", 2, "second"),
        ("apps/web/lib/w.ex", 1, "first"),
    ]
    assert gaps == ()
