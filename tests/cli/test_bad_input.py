"""Bad input gets a sentence: what is wrong and what to do, exit code 2, no traceback, nothing half-written."""

import gzip
import json
import os
import pty
import random
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from tests.cases import folder
from tests.cli.running import LIMIT_S, PROGRAM, Done, assert_refused, call, environment, run

FAULT = folder("phoenix/coupon_match_error_deploy")
HEALTHY = folder("phoenix/healthy")
ONE_LINE = b'{"level":"info","instance":"4d891b6fe12e18","message":%s,"region":"iad","timestamp":"%s","meta":{}}\n'
READERS = ("triage", "scope", "errors", "races")
ID = "F0aBcDeFgHiJkLmNoPqR"


def write(path: Path, data: bytes) -> Path:
    """A file with this content."""
    path.write_bytes(data)
    return path


def entry(message: str, at: str = "2026-03-02T10:00:00Z") -> bytes:
    """One entry of `fly logs --json`."""
    return ONE_LINE % (json.dumps(message).encode(), at.encode())


def said(*words: str | Path) -> dict[str, object]:
    """The JSON of a run that worked."""
    done = call(*words, "--json")
    assert done.code in (0, 1), done
    assert "Traceback" not in done.err
    found: dict[str, object] = json.loads(done.out)
    return found


# ---- what cannot be read


@pytest.mark.parametrize("command", READERS)
def test_a_missing_file_is_named(command: str, tmp_path: Path) -> None:
    """A path that is not there is named, with the command that makes a log."""
    assert_refused(call(command, tmp_path / "nothing.log"), "nothing.log", "fly logs")


def test_trace_of_a_missing_file_is_refused(tmp_path: Path) -> None:
    """The same holds for a trace."""
    assert_refused(call("trace", ID, tmp_path / "nothing.log"), "nothing.log")


@pytest.mark.parametrize("command", READERS)
def test_an_empty_file_is_refused(command: str, tmp_path: Path) -> None:
    """A file without a byte is no log."""
    assert_refused(call(command, write(tmp_path / "empty.log", b"")), "empty.log is empty")


@pytest.mark.parametrize("command", READERS)
def test_a_folder_without_a_recording_is_refused(command: str, tmp_path: Path) -> None:
    """A folder is read when a log lies in it, and refused otherwise."""
    write(tmp_path / "notes.txt", b"nothing of interest\n")
    assert_refused(call(command, tmp_path), "holds no recording")


def test_an_unknown_folder_is_refused(tmp_path: Path) -> None:
    """A folder that is not there is refused like a file."""
    assert_refused(call("triage", f"{tmp_path / 'elsewhere'}/"), "elsewhere")


@pytest.mark.parametrize("command", READERS)
def test_binary_noise_is_refused(command: str, tmp_path: Path) -> None:
    """Bytes that are no text are refused, not read."""
    noise = random.Random(1).randbytes(20_000)  # noqa: S311 - a seed, so that a failure comes again
    assert_refused(call(command, write(tmp_path / "noise", noise)), "binary")


PROSE = b"Dear all,\n\nthe error of yesterday came from a timeout in the proxy, says Ann.\nWe saw 500 twice.\n"


@pytest.mark.parametrize("command", ["triage", "scope", "races"])
def test_prose_is_no_log(command: str, tmp_path: Path) -> None:
    """A letter that speaks of errors and timeouts is no log."""
    assert_refused(call(command, write(tmp_path / "letter.txt", PROSE)), "letter.txt", "no log line")


def test_errors_finds_none_in_prose(tmp_path: Path) -> None:
    """`errors` takes any text, and finds nothing in a letter."""
    path = write(tmp_path / "letter.txt", PROSE)
    assert call("errors", path, "--json") == Done(0, '{"groups":[],"schema":"smokejumper.errors/1"}\n', "")
    assert call("errors", path).out.strip() == "no errors"
    assert run("errors", stdin=PROSE).code == 0


@pytest.mark.parametrize("data", [b"\x1f\x8b\x08\x00garbage", gzip.compress(b"x" * 100_000)[:60]], ids=["bad", "cut"])
def test_a_broken_archive_is_refused(data: bytes, tmp_path: Path) -> None:
    """A packed file that cannot be unpacked is said to be broken."""
    assert_refused(call("triage", write(tmp_path / "fly.gz", data)), "broken archive")
    assert_refused(run("triage", stdin=data))


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_packed_log_may_come_through_a_pipe(pack: Callable[[bytes], bytes]) -> None:
    """`triage < fly.gz` reads what is in it."""
    data = (FAULT / "fly.txt").read_bytes()
    assert run("triage", "--json", stdin=pack(data)) == run("triage", "--json", stdin=data)


def test_an_archive_cut_in_its_last_part_is_refused(tmp_path: Path) -> None:
    """A cut that shows only at the end of a large archive is told as well."""
    packed = gzip.compress((FAULT / "fly.txt").read_bytes())
    assert_refused(call("triage", write(tmp_path / "fly.txt.gz", packed[:-2000])), "broken archive")


def test_a_log_cut_inside_its_first_entry_is_refused(tmp_path: Path) -> None:
    """A first entry without its end is no whole line."""
    assert_refused(call("triage", write(tmp_path / "fly.ndjson", entry("hello")[:40])))


def test_standard_input_without_a_byte_is_refused() -> None:
    """An empty pipe is told, with the way to fill it."""
    assert_refused(run("triage", stdin=b""), "empty", "fly logs | smokejumper")
    assert_refused(run(stdin=b""), "empty")


def test_standard_input_that_is_no_log_is_refused() -> None:
    """What comes by the pipe is looked at like a file."""
    assert_refused(run(stdin=PROSE), "no log line")
    assert_refused(run(stdin=bytes(5000)), "binary")


@pytest.mark.parametrize("command", ["triage", "scope", "errors", "races"])
def test_a_terminal_is_not_read(command: str) -> None:
    """Without files, with a terminal for standard input, it says how to begin and waits for nothing."""
    ours, theirs = pty.openpty()
    try:
        done = run(command, stdin=theirs)
    finally:
        os.close(theirs)
        os.close(ours)
    assert_refused(done, "There is no application in this folder", "--app", "fly logs")


# ---- what is odd and can be read all the same


def test_a_cut_last_entry_costs_only_itself(tmp_path: Path) -> None:
    """A log whose last entry is cut gives the verdict of the whole entries."""
    whole = (FAULT / "fly.ndjson").read_bytes()
    cut = whole + entry("15:49:20.000 [info] good night")[:50]
    before, after = said("triage", write(tmp_path / "a", whole)), said("triage", write(tmp_path / "b", cut))
    assert [c["id"] for c in after["causes"]] == [c["id"] for c in before["causes"]]  # type: ignore[attr-defined]
    assert after["scope"] == before["scope"] == "endpoint"


@pytest.mark.parametrize("before", [0, 400], ids=["first", "later"])
def test_a_line_of_ten_megabytes_does_no_harm(before: int, tmp_path: Path) -> None:
    """A line of any length is read or passed over, and the rest of the log is judged."""
    lines = (FAULT / "fly.ndjson").read_bytes().splitlines(keepends=True)
    path = write(tmp_path / "long", b"".join([*lines[:before], entry("x" * (10 << 20)), *lines[before:]]))
    found, there = said("triage", path), said("triage", FAULT / "fly.ndjson")
    assert found["scope"] == there["scope"] == "endpoint"


def test_bytes_that_are_no_text_do_no_harm(tmp_path: Path) -> None:
    """Invalid UTF-8 inside of messages is replaced, and the JSON is valid."""
    log = (FAULT / "fly.txt").read_bytes().replace(b"no match of", b"no \xff\xfe match \xc3 of")
    found = said("errors", write(tmp_path / "fly.txt", log))
    assert found["groups"]
    assert said("triage", tmp_path / "fly.txt")["is_incident"] is True


def test_lines_out_of_order_do_no_harm(tmp_path: Path) -> None:
    """A log from its last line to its first has the same requests."""
    lines = (HEALTHY / "fly.ndjson").read_bytes().splitlines(keepends=True)
    found = said("triage", write(tmp_path / "fly.ndjson", b"".join(reversed(lines))))
    there = said("triage", HEALTHY / "fly.ndjson")
    assert found["is_incident"] is False
    assert found["window"] == there["window"]


def test_a_log_without_times_can_be_read(tmp_path: Path) -> None:
    """Lines without any time are judged, and no time is made up."""
    log = b"".join(
        b"[info] request_id=%s GET /orders/7\n[error] request_id=%s ** (KeyError) key :total not found in: %%{}\n"
        b"    (ledger 1.4.0) lib/ledger/orders.ex:7: Ledger.Orders.total/1\n"
        b"[info] request_id=%s Sent 500 in 7ms\n" % ((f"{ID}{i:04d}".encode(),) * 3)
        for i in range(40)
    )
    found = said("triage", write(tmp_path / "app.log", log))
    assert found["window"] == {"from": None, "to": None}
    assert found["is_incident"] is True
    assert found["started_at"] is None


HOSTILE = "\x1b]0;owned\x07\x1b[2J\x1b[31m <script>alert(1)</script> \x9b2J \x08\x08 \u202e"


@pytest.mark.parametrize("words", [["triage"], ["triage", "--md"], ["errors", "--why"], ["scope"], ["trace", ID]])
def test_no_control_of_a_log_reaches_the_terminal(words: list[str], tmp_path: Path) -> None:
    """Escapes and HTML in messages are shown as text, or left out; a terminal never obeys them."""
    log = b"".join(
        entry(text, f"2026-03-02T10:00:{i % 60:02d}Z")
        for i in range(60)
        for text in (
            f"10:00:{i:02d}.000 request_id={ID} [info] GET /{HOSTILE}",
            f"10:00:{i:02d}.001 request_id={ID} [error] ** (RuntimeError) {HOSTILE}",
            f"    (ledger 1.4.0) lib/ledger/{HOSTILE}.ex:7: Ledger.Orders.total/1",
            f"10:00:{i:02d}.002 request_id={ID} [info] Sent 500 in 7ms",
        )
    )
    done = call(*words, write(tmp_path / "fly.ndjson", log))
    assert done.code in (0, 1)
    assert not set(done.out) & {*map(chr, range(9)), *map(chr, range(11, 32)), *map(chr, range(127, 160)), "\u202e"}


def test_control_characters_are_escaped_in_json(tmp_path: Path) -> None:
    """In JSON a control of a log stands as its escape."""
    log = entry(f"10:00:00.001 request_id={ID} [error] ** (RuntimeError) {HOSTILE}")
    done = call("errors", write(tmp_path / "fly.ndjson", log), "--json")
    assert "\x1b" not in done.out
    assert json.loads(done.out)["groups"]


# ---- several apps, and the same log twice


def nats(app: str) -> bytes:
    """A recording as the log of that app."""
    return (FAULT / "nats.ndjson").read_bytes().replace(b"acme", app.encode())


@pytest.mark.parametrize("command", ["triage", "scope", "errors"])
def test_several_apps_are_never_mixed(command: str, tmp_path: Path) -> None:
    """A log of two apps is refused with their names."""
    path = write(tmp_path / "both.ndjson", nats("ledger") + nats("courier"))
    assert_refused(call(command, path), "courier, ledger", "--app")


def test_one_of_several_apps_can_be_chosen(tmp_path: Path) -> None:
    """With --app only the lines of that app count."""
    healthy = (HEALTHY / "nats.ndjson").read_bytes().replace(b"acme", b"courier")
    path = write(tmp_path / "both.ndjson", nats("ledger") + healthy)
    alone = said("triage", write(tmp_path / "one.ndjson", healthy))
    chosen = said("triage", path, "--app", "courier")
    assert (chosen["app"], chosen["is_incident"]) == ("courier", False)
    assert chosen["counts"] == alone["counts"]


def test_one_of_several_apps_can_be_chosen_from_a_pipe() -> None:
    """With --app a pipe gives what the log of that app alone gives."""
    healthy = (HEALTHY / "nats.ndjson").read_bytes().replace(b"acme", b"courier")
    both = nats("ledger") + healthy
    assert run("--app", "courier", "--json", stdin=both) == run("--json", stdin=healthy)
    assert_refused(run("--json", stdin=both), "courier, ledger")
    assert_refused(run("--json", "--app", "depot", stdin=both), "courier", "ledger")


@pytest.mark.parametrize("words", [["--since", "1h"], ["--grep", "GET"]], ids=["since", "grep"])
def test_several_apps_are_not_mixed_in_a_part_of_the_log(words: list[str], tmp_path: Path) -> None:
    """A narrowed log of two apps is refused as well."""
    path = write(tmp_path / "both.ndjson", nats("ledger") + nats("courier"))
    assert_refused(call("triage", path, *words), "courier, ledger", "--app")
    assert call("triage", path, *words, "--app", "ledger").code in (0, 1)


def test_an_app_that_is_not_in_the_log_is_refused(tmp_path: Path) -> None:
    """An app without a line is refused with the names of those that have some."""
    path = write(tmp_path / "both.ndjson", nats("ledger") + nats("courier"))
    assert_refused(call("triage", path, "--app", "depot"), "courier", "ledger")


def test_one_recording_in_two_formats_is_refused() -> None:
    """The same lines twice would count twice."""
    assert_refused(call("triage", FAULT / "fly.txt", FAULT / "fly.ndjson"), "the same recording")
    assert_refused(call("triage", FAULT / "fly.txt", FAULT / "fly.txt"), "the same recording")


def test_a_folder_reads_one_of_its_formats() -> None:
    """A folder that holds a recording in several formats is read once, and says so."""
    done = call("triage", HEALTHY, "--json")
    assert done.code == 0
    assert "read once" in done.err
    assert json.loads(done.out)["counts"] == said("triage", HEALTHY / "fly.ndjson")["counts"]


def test_snapshots_without_a_log_are_refused() -> None:
    """A snapshot of the BEAM alone is no log."""
    assert_refused(call("triage", HEALTHY / "beam.json"), "only snapshots")


# ---- what was asked wrongly


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["--since", "yesterday"], "yesterday"),
        (["--until", "soon"], "soon"),
        (["--grep", "("], "no pattern"),
        (["--status", "5["], "5["),
        (["--status", "fine"], "no status"),
        (["--for", "a while"], "no duration"),
        (["--machine", "0000000000"], "Nothing is left"),
        (["--region", "zzz"], "Nothing is left"),
        (["--grep", "nobody ever printed this"], "Nothing is left"),
        (["--frobnicate"], "--frobnicate"),
        (["--since"], "--since"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_option_is_refused(words: list[str], part: str) -> None:
    """An option that cannot be understood, or that leaves nothing, is named."""
    assert_refused(call("triage", FAULT / "fly.txt", *words), part)


def test_an_unknown_command_is_refused() -> None:
    """A word that is neither a command nor a file is refused."""
    assert_refused(run("frobnicate"), "frobnicate")


def test_an_unknown_cause_is_met_with_its_neighbours() -> None:
    """A cause that is not there brings up those of like names."""
    assert_refused(call("explain", "db_deadlok"), "db_deadlok", "db_deadlock")
    assert_refused(call("explain", "zzzzzz"), "zzzzzz", "smokejumper explain")


def test_an_unknown_schema_is_met_with_all_names() -> None:
    """A schema that is not there brings up those that are."""
    names = ("console", "deps", "doctor", "errors", "machines", "races", "recent", "scope", "trace", "verdict")
    assert_refused(call("schema", "frobnicate"), ", ".join(names))


def test_an_unknown_request_is_refused() -> None:
    """A request id without a line is refused."""
    assert_refused(call("trace", "F0nothing", FAULT / "fly.txt"), "F0nothing")


# ---- outputs that fail


@pytest.mark.parametrize("words", [["triage"], ["triage", "--json"], ["errors", "--json"], ["explain"]])
def test_a_closed_output_ends_quietly(words: list[str]) -> None:
    """Where nobody reads (`| head -1`), it ends with 0 and without a word."""
    reading, writing = os.pipe()
    os.close(reading)
    files = [] if words == ["explain"] else [str(FAULT / "fly.txt")]
    try:
        done = subprocess.run(
            [*PROGRAM, *words, *files],
            stdin=subprocess.DEVNULL,
            stdout=writing,
            stderr=subprocess.PIPE,
            check=False,
            env=environment(),
            timeout=LIMIT_S,
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("words", [["triage"], ["triage", "--json"], ["errors"], ["explain"]])
def test_a_full_disk_gets_a_sentence(words: list[str]) -> None:
    """An output that cannot be written is told in one sentence."""
    files = [] if words == ["explain"] else [str(FAULT / "fly.txt")]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*PROGRAM, *words, *files],
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            env=environment(),
            timeout=LIMIT_S,
        )
    assert done.returncode == 2
    assert done.stderr.decode().count("\n") == 1
    assert "cannot be written: No space left on device" in done.stderr.decode()


# ---- Ctrl-C


def interrupted(data: bytes, *words: str) -> Done:
    """A run that reads this from a pipe which stays open, and then gets Ctrl-C.

    A pipe holds 64 KiB: when more has been written, the program is reading.
    """
    process = subprocess.Popen(
        [*PROGRAM, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    assert process.stdin is not None
    process.stdin.write(data)
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    assert process.stdout is not None
    assert process.stderr is not None
    with process:
        out, err = process.stdout.read(), process.stderr.read()
    return Done(process.returncode, out.decode(), err.decode())


@pytest.mark.parametrize(("case", "code"), [(FAULT, 1), (HEALTHY, 0)], ids=["incident", "healthy"])
def test_ctrl_c_ends_the_reading_with_the_last_verdict(case: Path, code: int) -> None:
    """Ctrl-C while a pipe is read prints the verdict on what came, with its code."""
    done = interrupted((case / "fly.ndjson").read_bytes(), "triage", "--json")
    assert done.code == code, done
    assert json.loads(done.out)["is_incident"] is bool(code)
    assert done.err == ""


def test_ctrl_c_before_any_line_ends_with_130() -> None:
    """Ctrl-C before there is anything to judge ends without a verdict."""
    done = interrupted(b" " * 70_000, "triage")
    assert (done.code, done.out) == (130, "")
    assert "Traceback" not in done.err
    assert done.err.count("\n") <= 1
