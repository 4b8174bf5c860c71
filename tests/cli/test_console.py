"""`console`: the right machine, the right words, and nothing opened that was not confirmed."""

import errno
import os
import pty
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.running import environment
from tests.steps.building import A, B, C, case, event, fly, machine, requests, stopped, three

from smokejumper.cli.console import confirm, console, rows
from smokejumper.errors import BlindError, InputError, RefusedError
from smokejumper.model.reports import Console, MachinesReport
from smokejumper.steps.machines import machines

CALM = machines(case(fly(*three()), requests(B, 10)), "acme-shop", "prod")
OPEN = """
import sys
from smokejumper import cli
from smokejumper.cli.console import confirm, run
from smokejumper.errors import SmokejumperError
from smokejumper.model.reports import Console
found = Console(app="acme", machine="m1", why="", mix_release="acme", guessed=False,
                command=("fly", "ssh", "console", "-C", "/app/bin/acme remote"))
try:
    confirm(found)
    run(found)
except SmokejumperError as wrong:
    sys.stderr.write(wrong.what)
    sys.exit(wrong.code)
"""


# ---- what must not happen


def test_a_machine_that_lies_still_is_refused() -> None:
    report = machines(case(fly(machine(A), stopped(B, event("stop", 60)))), "acme")
    with pytest.raises(RefusedError, match=f"Machine {B} is stopped") as refused:
        console(report, B)
    assert refused.value.code == 4


@pytest.mark.parametrize("name", ["nobody", "-a", "m1; rm", "$(id)", ""])
def test_a_machine_that_is_not_there_is_an_error(name: str) -> None:
    with pytest.raises(InputError, match="There is no machine"):
        console(CALM, name)


@pytest.mark.parametrize("name", ["acme remote; rm", "-x", "../sh"])
def test_a_name_that_is_none_is_an_error(name: str) -> None:
    with pytest.raises(InputError, match="is no name of a mix release"):
        console(CALM, A, name)


def test_where_nothing_is_known_to_run_no_machine_is_made_up() -> None:
    with pytest.raises(BlindError, match="No machine of acme is known to run"):
        console(MachinesReport(app="acme"))


def test_without_an_app_there_is_no_command() -> None:
    with pytest.raises(InputError, match="which Fly app"):
        console(MachinesReport(), A)


def test_without_a_terminal_nothing_is_opened() -> None:
    with pytest.raises(RefusedError, match="from a terminal only"):
        confirm(console(CALM))


# ---- the command


def test_the_command_is_one_that_runs_as_printed() -> None:
    found = console(CALM, A, "acme")
    assert shlex.join(found.command) == f"fly ssh console -a acme-shop --machine {A} --pty -C '/app/bin/acme remote'"
    assert (found.why, found.guessed) == ("it was named", False)


def test_a_guessed_name_is_told_as_a_guess() -> None:
    found = console(CALM, A)
    assert (found.mix_release, found.guessed) == ("acme_shop", True)
    assert any("guess" in row for row in rows(found, colour=False))
    assert not any("guess" in row for row in rows(console(CALM, A, "acme"), colour=False))


def test_the_odd_machine_is_taken_and_why_is_said() -> None:
    sick = [*requests(A, 40), *requests(B, 40), *requests(C, 10), *requests(C, 30, 500)]
    found = console(machines(case(fly(*three()), sick), "acme"))
    assert found.machine == C
    assert found.why.startswith("odd_machine: 30 of 40 requests failed")


def test_a_machine_that_only_the_log_names_is_told_as_such() -> None:
    found = console(machines(case(None, requests(A, 10)), "acme"), A)
    assert found.why == "it was named; whether it runs is not known"


def test_the_screen_holds_the_command_and_what_to_beware_of() -> None:
    shown = rows(console(CALM, A, "acme"), colour=False)
    joined = " ".join(" ".join(shown).replace("\\", " ").split())
    assert shlex.join(console(CALM, A, "acme").command) in joined
    assert "changes production" in joined
    assert "rem-" in joined
    assert [row for row in shown if len(row) > 80] == []


# ---- opening


def answered(text: str, folder: Path) -> tuple[int, str, str]:
    """How `--open` ends in a terminal where somebody types this; there is a `fly` that prints its words."""
    program = folder / "fly"
    program.write_text('#!/bin/sh\nprintf "<%s>" "$@"\n')
    program.chmod(0o755)
    ours, theirs = pty.openpty()
    os.write(ours, text.encode())
    child = subprocess.Popen(
        [sys.executable, "-c", OPEN],
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.PIPE,
        env=environment(PATH=str(folder) + os.pathsep + os.environ["PATH"]),
    )
    os.close(theirs)
    shown = b"".join(iter(lambda: _read(ours), b"")).decode()
    _, said = child.communicate(timeout=30)
    os.close(ours)
    return child.returncode, shown, said.decode()


def _read(terminal: int) -> bytes:
    """What is printed next; nothing once the program is gone, which Linux tells by an error."""
    try:
        return os.read(terminal, 1 << 16)
    except OSError as wrong:
        if wrong.errno != errno.EIO:
            raise
        return b""


def test_yes_opens_it_word_by_word(tmp_path: Path) -> None:
    code, shown, _ = answered("y\n", tmp_path)
    assert code == 0
    assert "Open IEx on m1? It can write. [y/N]" in shown
    assert shown.endswith("<ssh><console><-C></app/bin/acme remote>")


@pytest.mark.parametrize("answer", ["n\n", "\n", "yet\n", "\x04"])
def test_anything_else_opens_nothing(answer: str, tmp_path: Path) -> None:
    code, shown, said = answered(answer, tmp_path)
    assert (code, said) == (4, "Not opened.")
    assert "<ssh>" not in shown


def test_json_is_the_command_word_by_word() -> None:
    import msgspec

    found = msgspec.json.decode(msgspec.json.encode(console(CALM, A, "acme")), type=Console)
    assert found.command[:3] == ("fly", "ssh", "console")
    assert found.schema == "smokejumper.console/1"
