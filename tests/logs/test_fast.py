"""Request lines in bulk: the short way says what the long way says."""

import re
from functools import lru_cache

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from tests.reading import assert_same, dice, layout_of, read, recorded
from tests.recordings import NAMES, truth

from smokejumper.logs.layout import Layout

COLOUR = re.compile(rb"\x1b\[[\d;]*m")
TEXT = [name for name in NAMES if truth(name)["log_format"] == "text"]
MUTATED = [
    "phoenix/coupon_match_error_deploy",
    "phoenix/postgres_down",
    "phoenix/receipt_job_failing",
    *(name for name in NAMES if name.startswith("lumen/")),
]
SOME = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def slowly(layout: Layout) -> Layout:
    """The same layout, read line by line."""
    return msgspec.structs.replace(layout, fast=b"")


def coloured(data: bytes) -> bytes:
    """A log as `fly logs` colours it."""
    line = re.compile(rb"(?m)^(\S+Z) (\w+\[\w+\]) (\w+) \[(\w+)\]")
    return line.sub(b"\x1b[2m\\1\x1b[0m \\2 \x1b[32m\\3\x1b[0m [\x1b[34m\\4\x1b[0m]", data)


@pytest.mark.parametrize("recording", NAMES)
@pytest.mark.parametrize("colours", [True, False])
def test_a_recording_says_the_same_both_ways(recording: str, *, colours: bool) -> None:
    """Reading request lines in bulk and line by line gives the same digest, with colours and without."""
    bare = COLOUR.sub(b"", recorded(recording, "fly.txt"))
    data = coloured(bare) if colours else bare
    layout = layout_of(data)
    assert_same(read(data, layout), read(data, slowly(layout)))


@pytest.mark.parametrize("recording", TEXT)
def test_there_is_a_short_way_for_text(recording: str) -> None:
    """A pattern is found in every recording whose app prints text with request ids."""
    assert layout_of(recorded(recording, "fly.txt")).fast


SAID = [
    "Sent 500 in total",
    "POST /x failed",
    "POST /x\r",
    "Sent 404 in 12ms\r",
    "Sent 500 in 12ms\r",
    "GET /a b c",
    "GET  /x",
    "GET /",
    "GET //",
    "GET",
    "GET /x/12/",
    "GET /x/12?page=2",
    "GET /api/orders/12 ",
    "GET /api/orders/007",
    "GET /api/orders/12x",
    "FOO /bar",
    "Sent 200 in 5ms and more",
    "Sent 600 in 5ms",
    "Sent 200 in 5 ms",
    "Sent 200 in 3s",
    "Chunked 200 in 880µs",
    "Chunked 503 in 880us",
    "Sent 200 in 99999999999999999999ms",
    "Sent 200 in 1500ms",
    "CONNECTED TO AcmeWeb.UserSocket in 31µs",
    "DELETE /ünï/12",
    "** (KeyError) key :x not found in: %{}",
    "GenServer Acme.Worker terminating",
    "== Running 20261124 Acme.Migration.change/0 forward",
    "Running AcmeWeb.Endpoint with Bandit 1.12.5 at :::4000 (http)",
    "request_id=other-request-id-42 [info] GET /x",
    "",
]
BEHIND = [
    b"",
    b"    (acme 0.1.0) lib/acme/orders.ex:44: Acme.Orders.total/1",
    b"        (acme 0.1.0) lib/acme/orders.ex:44: Acme.Orders.total/1\r",
    b"    ** (EXIT) time out",
    b"Last message: :tick",
    b" INFO Sending signal SIGTERM to main child process w/ PID 315",
    b"[ 1.234567] reboot: Restarting system",
    b'12:00:00.000 [info] {"source":"oban","event":"job:start","worker":"A","queue":"q"}',
    b'12:00:00.000 [info] {"source":"oban","event":"job:stop","worker":"A","queue":"q","state":"success"}',
    b'12:00:00.000 [error] {"source":"oban","event":"job:stop","state":"success"',
    b"12:00:00.000 [error] ** (KeyError) key :x not found in: %{}",
    b"\xff\xfe\x00 GET /x",
]
REQUEST = re.compile(rb"(request_id=)([\w-]+) ")
ENVELOPE = re.compile(
    rb"^((?:\x1b\[[\d;]*m)*)(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)(.*?app\[)(\w+)(\].*?)([a-z]{3})"
    rb"(.*?\[(?:\x1b\[[\d;]*m)*info(?:\x1b\[[\d;]*m)*\])(.*)$",
    re.DOTALL,
)


@lru_cache(maxsize=64)
def some_lines(recording: str, *, colours: bool) -> tuple[bytes, ...]:
    bare = COLOUR.sub(b"", recorded(recording, "fly.txt"))
    rows = (coloured(bare) if colours else bare).split(b"\n")
    first = next((i for i, row in enumerate(rows) if b"[error]" in row or b"exception" in row), 100)
    return tuple(rows[max(0, first - 120) : first + 130])


def mutated(rows: list[bytes], seed: int) -> None:
    """Change one line."""
    chance = dice(seed)
    i = chance.randrange(len(rows))
    row, kind = rows[i], chance.randrange(16)
    found = ENVELOPE.match(row)
    if kind == 0 and not REQUEST.search(row):
        rows.insert(i, row)
    elif kind == 1:
        del rows[i]
    elif kind == 2:
        rows[i] = row[: chance.randrange(len(row) + 1)]
    elif kind == 3:
        j = chance.randrange(len(rows))
        if not any(REQUEST.search(r) for r in (row, rows[j])):
            rows[i], rows[j] = rows[j], row
    elif kind == 4:
        rows[i] = row + b"\r"
    elif kind == 5 and b"[info] " in row:
        at = chance.randrange(row.rstrip().rindex(b" "), len(row))
        rows[i] = row[:at] + bytes([chance.choice(b"\x00 []\xff\xc2=/9Z")]) + row[at + 1 :]
    elif found is None:
        rows[i] = b""
    elif kind == 6:
        rows[i] = row[: found.start(8)] + chance.choice(BEHIND)
    elif kind == 7:
        rows.insert(i + 1, row[: found.start(8)] + chance.choice(BEHIND))
    elif kind == 8:
        rows[i] = REQUEST.sub(b"", row)
    elif kind == 9:
        rows.insert(i, row[: found.start(8)] + b"12:00:00.000 [info] " + chance.choice(SAID).encode())
    elif kind == 11:
        rows[i] = row[: found.start(4)] + chance.choice((b"", b"x", b"148ed726c12358")) + found[6] + row[found.end(4) :]
    elif kind == 12:
        stamps = (b"2026-11-24T15:00:00.123Z", b"2026-11-24T15:00:00+00:00", b"2031-01-01T00:00:00Z", b"1999")
        stamp = chance.choice(stamps)
        rows[i] = row[: found.start(2)] + stamp + row[found.end(2) :]
    elif b"Sent 5" in row:
        rows[i] = row.replace(b"Sent 5", b"Chunked 5")
    elif kind == 13:
        level = chance.choice((b"[error] ", b"[warning] ", b"[debug] ", b"[info] user_id=7 "))
        rows[i] = row[: found.start(8)] + found[8].replace(b"[info] ", level)
    elif kind == 14:
        meta = chance.choice(
            (b"user_id=7 tenant=a ", b"user_id=nil ", b"user_id= ", b"name=Jo Smith ", b"user_id=\xff ")
        )
        rows[i] = row[: found.start(8)] + REQUEST.sub(rb"\1\2 " + meta, found[8])
    elif b"[info] " in row:
        head, level, _ = found[8].partition(b"[info] ")
        rows[i] = row[: found.start(8)] + head + level + chance.choice(SAID).encode()


@pytest.mark.parametrize("recording", MUTATED)
@pytest.mark.parametrize("colours", [True, False])
@SOME
@given(seeds=st.lists(st.integers(0, 99_999), min_size=1, max_size=30))
def test_a_mutated_recording_says_the_same_both_ways(recording: str, seeds: list[int], *, colours: bool) -> None:
    """Whatever stands between request lines, and whatever only looks like one, is read the same both ways."""
    rows = list(some_lines(recording, colours=colours))
    layout = layout_of(b"\n".join(rows))
    assert layout.fast
    for seed in seeds:
        mutated(rows, seed)
    data = b"\n".join(rows)
    assert_same(read(data, layout), read(data, slowly(layout)))


@pytest.mark.parametrize("said", SAID)
def test_a_message_that_looks_like_a_request_line_says_the_same_both_ways(said: str) -> None:
    """A message that begins like a request line is read the same both ways, wherever it stands."""
    rows = list(some_lines("phoenix/coupon_match_error_deploy", colours=True))
    layout = layout_of(b"\n".join(rows))
    at = next(i for i, row in enumerate(rows) if b"GET /" in row)
    head, level, _ = REQUEST.sub(b"request_id=GOsF0gtM4y8wct0AAAAA ", rows[at]).rpartition(b"[info] ")
    for place in (at, at + 1, len(rows)):
        data = b"\n".join([*rows[:place], head + level + said.encode(), *rows[place:], b""])
        assert_same(read(data, layout), read(data, slowly(layout)))
