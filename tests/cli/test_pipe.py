"""`fly logs | smokejumper`: a pipe that never ends, and somebody who looks on."""

import json
import signal
import subprocess

import pytest
from tests.cases import folder
from tests.cli.running import PROGRAM, Done, call, environment, run
from tests.cli.terminals import Terminal

FAULT = folder("phoenix/coupon_match_error_deploy")
HEALTHY = folder("phoenix/healthy")


def never_ending(data: bytes, *words: str) -> Done:
    """A run that reads this from a pipe whose writer then says nothing more and does not go away."""
    process = subprocess.Popen(
        [*PROGRAM, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    with process:
        process.stdin.write(data)
        process.stdin.flush()
        out, err = process.stdout.read(), process.stderr.read()
    return Done(process.returncode, out.decode(), err.decode())


def test_for_ends_a_pipe_that_does_not() -> None:
    """With --for the verdict comes after that time, though the pipe stays open."""
    done = never_ending((FAULT / "fly.txt").read_bytes(), "--for", "1s", "--json")
    assert (done.code, done.err) == (1, "")
    assert json.loads(done.out)["scope"] == "endpoint"


def test_the_first_lines_of_a_slow_pipe_are_enough() -> None:
    """A few lines of a log and then silence give a verdict when the time is over."""
    lines = (HEALTHY / "fly.ndjson").read_bytes().splitlines(keepends=True)[:20]
    done = never_ending(b"".join(lines), "--for", "1s", "--json")
    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out)["counts"]["lines"] == 20


def test_a_pipe_that_stays_silent_is_waited_for() -> None:
    """A first line that does not come is no reason to give up before the time is over."""
    done = never_ending(b"", "--for", "1s")
    assert (done.code, done.out) == (2, "")
    assert "empty" in done.err


@pytest.mark.parametrize("file", ["fly.txt", "fly.ndjson", "nats.ndjson"])
def test_a_pipe_says_what_the_file_says(file: str) -> None:
    """The verdict on a pipe is byte for byte the one on the file."""
    piped = run("triage", "--json", stdin=(FAULT / file).read_bytes())
    assert piped == call("triage", "--json", FAULT / file)


def test_a_dash_is_the_pipe() -> None:
    """`-` names standard input."""
    data = (HEALTHY / "fly.txt").read_bytes()
    assert run("triage", "-", "--json", stdin=data) == run("triage", "--json", stdin=data)


@pytest.mark.parametrize("command", ["scope", "errors", "races"])
def test_the_other_commands_read_pipes_too(command: str) -> None:
    """What reads files reads a pipe as well."""
    piped = run(command, "--json", stdin=(FAULT / "fly.txt").read_bytes())
    assert piped == call(command, "--json", FAULT / "fly.txt")


def test_a_file_can_be_standard_input() -> None:
    """`smokejumper < fly.txt` reads the file."""
    with (FAULT / "fly.txt").open("rb") as log:
        done = run("--json", stdin=log.fileno())
    assert done == call("triage", "--json", FAULT / "fly.txt")


def test_the_screen_is_drawn_again_while_a_pipe_is_read() -> None:
    """Somebody who looks on sees the verdict so far, again and again in the same place, and the last one stays."""
    terminal = Terminal(piped=True)
    pipe = terminal.process.stdin
    assert pipe is not None
    log = (FAULT / "fly.ndjson").read_bytes()
    half = log.rfind(b"\n", 0, len(log) // 3) + 1
    pipe.write(log[:half])
    pipe.flush()
    terminal.read(until=lambda: any("Ctrl-C ends it" in row for row in terminal.shown))
    assert any("NO INCIDENT" in row for row in terminal.shown)
    pipe.write(log[half:])
    pipe.flush()
    terminal.read(until=lambda: terminal.shown[1].startswith("  INCIDENT"))
    assert sum("INCIDENT" in row for row in terminal.shown) == 1
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.end() == 1
    assert terminal.shown[1].startswith("  INCIDENT")
    assert not any("Ctrl-C" in row for row in terminal.shown)


def test_nothing_is_drawn_while_a_pipe_is_read_into_a_file() -> None:
    """Without a terminal there is one screen, at the end."""
    done = never_ending((FAULT / "fly.ndjson").read_bytes(), "--for", "2.5")
    assert done.out.count("INCIDENT") == 1
    assert "\x1b" not in done.out
