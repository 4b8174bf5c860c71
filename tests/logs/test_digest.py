"""The digest's law: it adds up for any cut and any order of adding, also after it was kept as bytes."""

import json
from functools import lru_cache
from itertools import pairwise
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from tests.reading import NEEDLES, assert_same, dice, layout_of, read, recorded
from tests.recordings import NAMES

from smokejumper.logs import digest as digests
from smokejumper.logs.layout import Layout
from smokejumper.model.digest import LogDigest

WHOLE = [
    ("phoenix/cache_call_timeout", "fly.txt"),
    ("phoenix/coupon_match_error_deploy", "nats.ndjson"),
    ("phoenix/clean_deploy", "fly.json"),
    ("phoenix/boot_missing_secret_one_instance", "fly.txt"),
    ("phoenix/report_arithmetic_one_user", "fly.txt"),
    ("phoenix/pool_exhaustion_checkout_tx", "fly.ndjson"),
    ("phoenix/memory_leak_oom_one_instance", "fly.txt"),
    ("lumen/healthy_cron_burst_and_bot_scan", "fly.ndjson"),
    ("lumen/one_machine_database_restart", "fly.txt"),
    ("lumen/reminder_jobs_nxdomain", "fly.ndjson"),
]
FEW = settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
SOME = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@lru_cache(maxsize=1)
def whole(recording: str, file: str) -> tuple[bytes, Layout, bytes]:
    data = recorded(recording, file)
    layout = layout_of(data)
    return data, layout, digests.encode(read(data, layout))


def parts_of(data: bytes, cuts: list[int], layout: Layout) -> list[LogDigest]:
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    return [digests.part(data[a:b], layout, NEEDLES) for a, b in pairwise(places)]


def added(parts: list[LogDigest], layout: Layout, order: Random, *, kept: bool) -> LogDigest:
    """The sum of parts, neighbours added in any order."""
    if kept:
        parts = [digests.decode(digests.encode(p)) for p in parts]
    while len(parts) > 1:
        i = order.randrange(len(parts) - 1)
        one = digests.merge(parts[i], parts[i + 1], layout, NEEDLES)
        parts[i : i + 2] = [digests.decode(digests.encode(one)) if kept else one]
    return digests.complete(parts[0], layout, NEEDLES)


def tender(data: bytes) -> list[int]:
    """Places where a cut hurts: in a character, between the lines of a stack, in a boundary of objects, in a colour."""
    places: set[int] = set()
    for needle in (b"\xc2\xb5", b"\n}", b"\x1b[0m", b"    (", b"** (", b"\r", b"\\u003", b"request_id=", b'\n{"'):
        at = -1
        for _ in range(40):
            at = data.find(needle, at + 1)
            if at < 0:
                break
            places.update((at, at + 1, at + 2))
    return sorted(places)


@pytest.mark.parametrize(("recording", "file"), WHOLE)
@FEW
@given(draw=st.data())
def test_a_recording_cut_anywhere_adds_up(recording: str, file: str, draw: st.DataObject) -> None:
    """The parts of a recording, cut anywhere and added in any order, say what the whole says."""
    data, layout, expected = whole(recording, file)
    anywhere = st.one_of(st.integers(0, len(data)), st.sampled_from(tender(data)))
    cuts = draw.draw(st.lists(anywhere, min_size=1, max_size=7))
    order = dice(draw.draw(st.integers(0, 999)))
    kept = draw.draw(st.booleans())
    assert_same(added(parts_of(data, cuts, layout), layout, order, kept=kept), digests.decode(expected))


@pytest.mark.parametrize(("recording", "file"), WHOLE)
def test_a_recording_in_many_small_pieces_adds_up(recording: str, file: str) -> None:
    """A hundred pieces, many of them smaller than a line, say what the whole says."""
    data, layout, expected = whole(recording, file)
    order = dice(recording)
    places = tender(data)
    cuts = [order.choice(places) for _ in range(40)] + [order.randrange(len(data)) for _ in range(20)]
    middle = order.randrange(len(data))
    cuts += [middle + i * 3 for i in range(40)]
    assert_same(added(parts_of(data, cuts, layout), layout, order, kept=True), digests.decode(expected))


@pytest.mark.parametrize("recording", NAMES)
def test_both_halves_of_a_recording_add_up(recording: str) -> None:
    """A recording cut in the middle, as two processes read it, says what the whole says."""
    data = recorded(recording, "fly.txt")
    layout = layout_of(data)
    halves = parts_of(data, [len(data) // 2], layout)
    assert_same(added(halves, layout, dice(0), kept=True), read(data, layout))


@pytest.mark.parametrize("recording", NAMES)
def test_a_digest_is_small_and_survives_its_bytes(recording: str) -> None:
    """The digest of a recording is far smaller than the recording, and its bytes give it back."""
    data = recorded(recording, "fly.txt")
    digest = read(data)
    encoded = digests.encode(digest)
    assert len(encoded) < 100_000
    assert len(encoded) < len(data) / 2
    assert_same(digests.decode(encoded), digest)


# ---- small logs, made up

MACHINES = ("148ed726c12358", "6e82dd7eb45187", "")
FRAMES = (
    "    (acme 0.1.0) lib/acme/orders.ex:44: Acme.Orders.total/1",
    "    (phoenix 1.8.9) lib/phoenix/router.ex:428: Phoenix.Router.__call__/5",
    "    :erlang.div(0, 0)",
    "        (stdlib 4.2) gen_server.erl:1121: :gen_server.try_dispatch/4",
)
MORE = (
    "",
    "\r",
    "    ** (EXIT) time out",
    "Last message: {:work, 12}",
    "Request: GET /orders/12?x=1",
    "    ** (KeyError) key :total not found in: %{}",
    "  Parameters: %{}",
    "Sent 500 in total",
)
HEADS = (
    "request_id={rid} [info] GET /api/orders/{n}",
    "request_id={rid} user_id={n} [info] Sent 200 in {n}ms",
    "request_id={rid} [info] Sent 500 in 880µs",
    "request_id={rid} user_id={n} [info] Sent 404 in 1500ms",
    "[info] POST /hooks",
    "[info] Sent 201 in 2ms",
    "request_id={rid} [error] ** (KeyError) key :total not found in: %{{id: {n}}}",
    "request_id={rid} [error] ** (exit) exited in: GenServer.call(Acme.Cache, {{:get, {n}}}, 5000)",
    "[error] GenServer Acme.Worker terminating",
    "[error] #PID<0.{n}.0> running AcmeWeb.Endpoint (connection #PID<0.2.0>, stream id 1) terminated",
    "[warning] queue is long: {n}",
    "[info] Running AcmeWeb.Endpoint with Bandit 1.12.5 at :::4000 (http)",
    '[info] {{"source":"oban","event":"job:exception","worker":"Acme.Mail","queue":"mail","error":"** (KeyError) x"}}',
    '[info] {{"source":"oban","event":"job:stop","worker":"Acme.Mail","queue":"mail","state":"success"}}',
    "[notice] SIGTERM received - shutting down",
    "request_id={rid} [info] Sent 500 in total",
    "request_id={rid} [info] POST /x failed",
)
BARE = (
    "[ 1.234567] reboot: Restarting system",
    " INFO Sending signal SIGTERM to main child process w/ PID 315",
    "ERROR! Config provider Config.Reader failed with:",
    "** (RuntimeError) environment variable SECRET is missing",
    "[os_mon] memory supervisor port (memsup): Erlang has closed\r",
)


@st.composite
def messages(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Machine and line in the order of the log; machines interleave; a request says each thing once, in any order."""
    rows: list[tuple[str, str]] = []
    said: set[tuple[int, str]] = set()
    for second in range(draw(st.integers(4, 30))):
        machine = draw(st.sampled_from(MACHINES))
        kind = draw(st.integers(0, 9))
        if kind <= 5:
            shape, request, number = draw(st.sampled_from(HEADS)), draw(st.integers(0, 4)), draw(st.integers(1, 40))
            what = next((w for w in ("GET", "Sent", "**") if f"] {w}" in shape), "")
            while what and (request, what) in said:
                request += 1
            said.add((request, what))
            text = shape.format(rid=f"GOsGmje-4D9ECs4AAA{request:02}", n=number)
            rows.append((machine, f"12:00:{second:02}.{draw(st.integers(0, 999)):03} {text}"))
        elif kind <= 7:
            rows += [(machine, row) for row in draw(st.lists(st.sampled_from(FRAMES), min_size=1, max_size=4))]
        elif kind == 8:
            rows.append((machine, draw(st.sampled_from(MORE))))
        else:
            rows.append((machine, draw(st.sampled_from(BARE))))
    return rows


def as_fly_text(rows: list[tuple[str, str]]) -> bytes:
    lines = (f"2026-11-24T12:00:{i % 60:02}Z app[{m or 'x'}] iad [info]{row}\n" for i, (m, row) in enumerate(rows))
    return "".join(lines).encode()


def as_objects(rows: list[tuple[str, str]], indent: int | None) -> bytes:
    made = (
        {"instance": m, "message": row, "region": "iad", "timestamp": f"2026-11-24T12:00:{i % 60:02}.5Z"}
        for i, (m, row) in enumerate(rows)
    )
    return "".join(json.dumps(entry, indent=indent, ensure_ascii=False) + "\n" for entry in made).encode()


def as_console(rows: list[tuple[str, str]]) -> bytes:
    return "".join(row + "\n" for _, row in rows).encode()


REQUESTS = [("148ed726c12358", f"12:00:00.000 request_id=GOsGmje-4D9ECs4AAA{i:02} [info] GET /") for i in range(20)]
FAST = layout_of(as_fly_text(REQUESTS))


@pytest.mark.parametrize("form", ["text", "line", "indented", "console"])
@SOME
@given(rows=messages(), data=st.data())
def test_a_small_log_cut_anywhere_adds_up(form: str, rows: list[tuple[str, str]], data: st.DataObject) -> None:
    """Any log in any layout, cut anywhere, says what the whole says."""
    if form in ("text", "fast"):
        log, layout = as_fly_text(rows), FAST if form == "fast" else Layout("fly_text")
    elif form == "console":
        log, layout = as_console(rows), Layout("console")
    else:
        indented = form == "indented"
        log, layout = as_objects(rows, 4 if indented else None), Layout("fly_json", b"\n}" if indented else b"\n")
    assert not (form == "fast" and not layout.fast)
    if data.draw(st.booleans()):
        log = log.rstrip(b"\n")
    cuts = data.draw(st.lists(st.integers(0, len(log)), min_size=1, max_size=5))
    order = dice(data.draw(st.integers(0, 99)))
    assert_same(added(parts_of(log, cuts, layout), layout, order, kept=data.draw(st.booleans())), read(log, layout))


def test_every_single_cut_of_a_small_log_adds_up() -> None:
    """No byte of a log with a stack, a µ and two machines is a place where the law breaks."""
    rows = [
        ("a", "12:00:00.000 request_id=GOsGmje-4D9ECs4AAA01 [info] GET /orders/1"),
        ("b", "12:00:00.100 [error] GenServer Acme.Worker terminating"),
        ("a", "12:00:00.200 request_id=GOsGmje-4D9ECs4AAA01 [info] Sent 500 in 880µs"),
        ("b", "** (KeyError) key :total not found in: %{}"),
        ("a", "12:00:00.300 request_id=GOsGmje-4D9ECs4AAA01 [error] ** (KeyError) key :id not found in: %{}"),
        ("b", FRAMES[0]),
        ("a", FRAMES[0]),
        ("a", FRAMES[1]),
        ("b", "Last message: :tick"),
    ]
    for log, layout in (
        (as_fly_text(rows), Layout("fly_text")),
        (as_fly_text(rows), FAST),
        (as_objects(rows, 4), Layout("fly_json", b"\n}")),
        (as_console(rows), Layout("console")),
    ):
        expected = read(log, layout)
        for cut in range(len(log) + 1):
            assert_same(added(parts_of(log, [cut], layout), layout, dice(0), kept=False), expected)


def test_a_digest_of_nothing_adds_nothing() -> None:
    """An empty part, before or behind, changes nothing."""
    data, layout, expected = whole("phoenix/healthy", "fly.txt")
    for cuts in ([0], [len(data)], [0, 0, len(data), len(data)]):
        assert_same(added(parts_of(data, cuts, layout), layout, dice(1), kept=True), digests.decode(expected))
