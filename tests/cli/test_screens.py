"""What a person sees in a terminal of 24 rows and 80 columns. `UPDATE_SCREENS=1` writes the golden files anew."""

import os
from pathlib import Path

import pytest
from tests.cases import HEALTHY, NAMES, folder
from tests.cli.running import call
from tests.cli.terminals import COLUMNS, ROWS, Terminal

GOLDEN = Path(__file__).with_name("screens")
FAULT = folder("phoenix/coupon_match_error_deploy")
SCREENS: dict[str, tuple[str, ...]] = {
    "healthy": ("triage", "phoenix/healthy/fly.txt"),
    "deploy": ("triage", "phoenix/coupon_match_error_deploy/fly.txt"),
    "data": ("triage", "phoenix/report_arithmetic_one_user/fly.txt"),
    "machine": ("triage", "phoenix/boot_missing_secret_one_instance/fly.txt"),
    "scope": ("scope", "phoenix/db_unreachable_one_instance/fly.txt"),
    "errors": ("errors", "lumen/reminder_jobs_nxdomain/fly.txt"),
}


def words(command: str, recording: str) -> tuple[str, Path]:
    """A command and the file that it reads."""
    return command, folder(recording)


@pytest.mark.parametrize("name", SCREENS)
def test_a_whole_screen(name: str) -> None:
    """The whole screen is the one that somebody looked at and found good."""
    terminal = Terminal(*words(*SCREENS[name]), rows=60)
    assert terminal.end() in (0, 1)
    shown = "\n".join(terminal.shown).rstrip() + "\n"
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_SCREENS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["healthy", "deploy"])
def test_a_terminal_is_shown_in_colour(name: str) -> None:
    """In a terminal the first word is red for an incident and green without."""
    terminal = Terminal(*words(*SCREENS[name]))
    terminal.end()
    assert ("red" in terminal.colours()) is (name == "deploy")
    assert ("green" in terminal.colours()) is (name == "healthy")


@pytest.mark.parametrize(
    ("command", "env"),
    [
        ("triage", {"NO_COLOR": "1"}),
        ("triage", {"TERM": "dumb"}),
        ("scope", {"NO_COLOR": "1"}),
        ("errors", {"NO_COLOR": "1"}),
    ],
    ids=["triage", "dumb", "scope", "errors"],
)
def test_no_colour_where_none_is_wanted(command: str, env: dict[str, str]) -> None:
    """NO_COLOR and a dumb terminal get text without any escape."""
    terminal = Terminal(command, FAULT / "fly.txt", env=env)
    terminal.end()
    assert b"\x1b" not in terminal.raw


@pytest.mark.parametrize("command", ["triage", "scope", "errors", "explain", "races"])
def test_no_escape_in_a_pipe(command: str) -> None:
    """What goes into a pipe or file is text without any escape."""
    done = call(command, *([] if command == "explain" else [FAULT / "fly.txt"]))
    assert "\x1b" not in done.out


@pytest.mark.parametrize("name", NAMES)
def test_the_first_screen_fits(name: str) -> None:
    """The verdict on any recording fits a terminal of 24 rows with the prompt, and 80 columns."""
    rows = call("triage", folder(name) / "fly.ndjson").out.splitlines()
    assert [row for row in rows if len(row) > COLUMNS] == []
    assert len(rows) < ROWS


@pytest.mark.parametrize("command", ["scope", "errors", "races"])
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_wider_than_the_terminal(command: str, name: str) -> None:
    """The other screens stay within 80 columns."""
    rows = call(command, folder(name) / "fly.txt").out.splitlines()
    assert [row for row in rows if len(row) > COLUMNS] == []


@pytest.mark.parametrize("columns", [80, 100, 200])
def test_a_verdict_fits_wider_terminals(columns: int) -> None:
    """In a wide terminal too no row is broken in two."""
    terminal = Terminal(*words(*SCREENS["deploy"]), rows=80, columns=columns)
    terminal.end()
    printed = terminal.raw.count(b"\n")
    assert len("\n".join(terminal.shown).rstrip().splitlines()) <= printed


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_screen_says_so_first(name: str) -> None:
    """The first words of a calm hour are that there is no incident."""
    rows = call("triage", folder(name) / "fly.txt").out.split("\n")
    assert rows[1].startswith("  NO INCIDENT")
