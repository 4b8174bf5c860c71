"""What `recent` shows: one axis, what came shortly before marked, 80 columns, nothing hostile."""

import msgspec
import pytest
from tests.recordings import folder

from smokejumper.cli.recent import command, rows
from smokejumper.model.reports import Change, CommitMade, Deployed, RecentReport, SettingChange, Touched
from smokejumper.model.verdict import Gap

COMMITS = tuple(CommitMade(f"{i}bc1234def", "2026-03-02T09:40:00.000Z", "Jo", f"Change {i}") for i in range(5))
DEPLOY = Change(
    kind="release",
    at="2026-03-02T09:53:00.000Z",
    seconds_before=100.0,
    close=True,
    what="release v42: Deploy image",
    who="jo",
    machines=("m1", "m2"),
    deployed=Deployed(
        version=42,
        image="deployment-01KJBBBBBBBBBBBBBBBBBBBBBB",
        status="complete",
        commits=COMMITS,
        more_commits=7,
        insertions=120,
        deletions=33,
        files=("lib/acme/orders.ex",),
        migrations=("20260302_add_index",),
        settings=tuple(SettingChange(f"env.{x}", None, "1") for x in "ABCDEF"),
        verdict="innocent",
        why="no fault began with it",
    ),
)
SECRET = Change(
    kind="secret", at="2026-03-01T23:30:00.000Z", seconds_before=37_800.0, close=False, what="secret KEY changed"
)
FULL = RecentReport(
    app="acme",
    environment="prod",
    at="2026-03-02T10:00:00.000Z",
    onset="2026-03-02T09:55:00.000Z",
    since="2026-03-02T08:55:00.000Z",
    changes=(SECRET, DEPLOY),
    touched=(Touched(file="lib/acme/orders.ex", line=44, commit=COMMITS[0], close=True),),
    gaps=(Gap("repo", "no checkout here", "commits", "cd REPO"),),
)


def test_the_screen() -> None:
    assert rows(FULL, colour=False) == [
        "",
        "  acme (prod)   2 changes in the hour before the onset at 09:55:00, 1 of them",
        "  shortly before",
        "",
        "      -10 h  03-01 23:30 secret KEY changed",
        ">    -100 s  09:53:00    release v42: Deploy image by jo",
        "                         on 2 machines, deployment-01KJBBBBBBBBBBBBBBBBBBBBBB",
        "                         innocent: no fault began with it",
        "                         12 commits, +120 -33 in 1 file",
        "                         0bc1234d Jo: Change 0",
        "                         1bc1234d Jo: Change 1",
        "                         2bc1234d Jo: Change 2",
        "                         1 migration: 20260302_add_index",
        "                         env.A: not set -> 1",
        "                         env.B: not set -> 1",
        "                         env.C: not set -> 1",
        "                         env.D: not set -> 1",
        "                         and 2 more settings: recent --json",
        "",
        "  last touched        lib/acme/orders.ex:44 by Jo 09:40:00 in 0bc1234d: Change 0",
        "",
        "  not seen            repo: no checkout here; cd REPO",
        "",
    ]


def test_it_fits_80_columns() -> None:
    wide = Change(kind="host", at=DEPLOY.at, seconds_before=5, close=True, what="word " * 60, who="w" * 200)
    assert [
        r for r in rows(RecentReport(app="a" * 90, changes=(wide, DEPLOY, SECRET)), colour=False) if len(r) > 80
    ] == []


def test_a_quiet_hour_says_so() -> None:
    calm = RecentReport(app="acme", since="2026-03-02T09:00:00.000Z", at="2026-03-02T10:00:00.000Z")
    assert rows(calm, colour=False)[1:3] == ["  acme   nothing is known to have changed in the hour before now", ""]


def test_an_unknown_time_says_so() -> None:
    assert rows(RecentReport(), colour=False)[1] == "  an app that is not named   when anything changed is not known"


def test_styles_only_where_they_are_wanted() -> None:
    assert not any("\x1b" in row for row in rows(FULL, colour=False))
    assert any("\x1b[33m>" in row for row in rows(FULL, colour=True))


def test_text_from_outside_is_harmless() -> None:
    bad = Change(kind="image", at=None, seconds_before=1, close=False, what="image \x1b[2J\nspoof\u202e", who="\x07")
    assert not any(c in row for row in rows(RecentReport(changes=(bad,)), colour=False) for c in "\x1b\x07\n\u202e")


@pytest.mark.parametrize(("name", "code"), [("phoenix/healthy", 0), ("lumen/disk_full_one_machine", 0)])
def test_the_command_on_a_recording(name: str, code: int, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert command([folder(name) / "fly.ndjson"], json=True) == code
    printed = msgspec.json.decode(capfdbinary.readouterr().out, type=RecentReport)
    assert printed.schema == "smokejumper.recent/1"
    assert command([folder(name) / "fly.ndjson"]) == code
    shown = capfdbinary.readouterr().out.decode()
    assert shown.split("\n")[1].startswith("  ")
    assert max(map(len, shown.split("\n"))) <= 80
