"""From lines to messages: machines interleave, messages end, nothing grows without bound."""

from tests.reading import assert_same, read

from smokejumper.logs import digest as digests
from smokejumper.logs.layout import Layout
from smokejumper.logs.lines import MAX_LINES, MAX_SIZE
from smokejumper.logs.reader import MAX_UNIT, Reader

TEXT, CONSOLE = Layout("fly_text"), Layout("console")
FRAME = "    (acme 0.1.0) lib/acme/orders.ex:44: Acme.Orders.total/1"


def log(*rows: str) -> bytes:
    """`fly logs` of lines such as `a: text`, the machine before the colon."""
    out = []
    for i, row in enumerate(rows):
        machine, _, said = row.partition(": ")
        out.append(f"2026-11-24T12:00:{i % 60:02}Z app[{machine}] iad [info]{said}\n")
    return "".join(out).encode()


def test_stacks_of_two_machines_do_not_mix() -> None:
    """Lines go to the message of their own machine, however they interleave."""
    digest = read(
        log(
            "a: 12:00:00.000 [error] ** (KeyError) key :a not found in: %{}",
            "b: 12:00:01.000 [error] ** (KeyError) key :b not found in: %{}",
            "b:     (acme 0.1.0) lib/b.ex:2: Acme.B.run/0",
            "a:     (acme 0.1.0) lib/a.ex:1: Acme.A.run/0",
        ),
        TEXT,
    )
    found = {group.message: group.culprit and group.culprit.function for group in digest.groups.values()}
    assert found == {
        "key :a not found in: %{}": "Acme.A.run/0",
        "key :b not found in: %{}": "Acme.B.run/0",
    }


def test_a_message_ends_where_the_next_begins() -> None:
    """A prefix, a line of init and an entry of JSON each end the message before."""
    for end in (
        "a: 12:00:02.000 [info] GET /",
        "a:  INFO Sending signal SIGTERM to main child process w/ PID 315",
        'a: {"severity":"info","message":"x"}',
    ):
        rows = (
            "a: 12:00:00.000 [error] ** (KeyError) x",
            f"a: {FRAME}",
            end,
            "a:     (acme 0.1.0) lib/z.ex:9: Acme.Z.z/0",
        )
        digest = read(log(*rows), TEXT)
        assert [len(group.frames) for group in digest.groups.values() if group.type == "KeyError"] == [1], end


def test_a_request_is_joined_over_its_lines() -> None:
    """A request, its answer and its error are one thing: the error's place is the endpoint."""
    digest = read(
        log(
            "a: 12:00:00.000 request_id=A1 [info] GET /orders/12",
            "b: 12:00:00.100 request_id=B1 [info] GET /carts/7",
            "a: 12:00:02.000 request_id=A1 user_id=9 [info] Sent 500 in 5ms",
            "a: 12:00:03.000 request_id=A1 user_id=9 [error] ** (KeyError) x",
            f"a: {FRAME}",
            "b: 12:00:05.000 request_id=B1 [info] Sent 200 in 5ms",
        ),
        TEXT,
    )
    assert {key: row.statuses for key, row in digest.answers.items()} == {
        ("a", "GET /orders/:id", "failed"): {500: 1},
        ("b", "GET /carts/:id", "ok"): {200: 1},
    }
    (group,) = digest.groups.values()
    assert list(group.cells) == [("a", "GET /orders/:id")]
    assert group.users == ["9"]
    assert not digest.started
    assert not digest.ended


def test_bare_exceptions_need_no_formatter() -> None:
    """What the VM prints before the logger runs is a message too."""
    digest = read(
        log("a: ERROR! Config provider Config.Reader failed with:", "a: ** (RuntimeError) no SECRET_KEY_BASE"), TEXT
    )
    assert [(g.type, g.process) for g in digest.groups.values()] == [("RuntimeError", "boot")]


def test_a_message_is_kept_within_bounds() -> None:
    """A message of very many or very long lines keeps its beginning only."""
    head = "a: 12:00:00.000 [error] ** (RuntimeError) x"
    for rows in ([f"a: {FRAME}"] * 5000, ["a: " + "x" * 50_000] * 20):
        reader = Reader(TEXT, {})
        reader.feed(log(head, *rows))
        record = reader.part().open["a"]
        assert record is not None
        assert len(record.lines) <= MAX_LINES
        assert sum(map(len, record.lines)) <= MAX_SIZE + 50_000


def test_lines_without_a_beginning_are_kept_within_bounds() -> None:
    """A part that holds only the middle of messages keeps as many lines as a message may have."""
    digest = digests.part(log(*[f"a: {FRAME}"] * 5000), TEXT, {}, start=True)
    assert len(digest.orphans["a"]) == MAX_LINES


def test_an_oversized_line_is_the_same_in_pieces() -> None:
    """A line of three megabytes is counted and passed over, in pieces of any size."""
    before = log("a: 12:00:00.000 request_id=A1 [info] GET /orders/12")
    after = log("a: 12:00:01.000 request_id=A1 [info] Sent 200 in 5ms")
    data = before + log("a: 12:00:00.500 [info] " + "x" * (3 << 20)) + after
    found = []
    for size in (1 << 16, (1 << 20) - 1, 1 << 20, 2_000_001):
        reader = Reader(TEXT, {})
        for at in range(0, len(data), size):
            reader.feed(data[at : at + size])
        found.append(digests.complete(reader.part(), TEXT, {}))
    assert found[0].oversized == 1
    assert sum(sum(row.statuses.values()) for row in found[0].answers.values()) == 1
    for other in found[1:]:
        assert_same(other, found[0])


def test_a_line_of_a_hundred_megabytes_takes_little_memory() -> None:
    """However long a line is, the reader holds about as much of it as it keeps."""
    reader = Reader(TEXT, {})
    reader.feed(log("a: 12:00:00.000 request_id=A1 [info] GET /orders/12"))
    reader.feed(b"2026-11-24T12:00:01Z app[a] iad [info]12:00:01.000 [info] ")
    piece = b"x" * (1 << 20)
    for _ in range(100):
        reader.feed(piece)
        assert len(reader._rest) <= 2 * MAX_UNIT
    reader.feed(b"\n" + log("a: 12:00:02.000 request_id=A1 [info] Sent 200 in 5ms"))
    digest = digests.complete(reader.part(), TEXT, {})
    assert digest.oversized == 1
    assert len(digests.encode(digest)) < 10_000


def test_indented_objects_of_any_size_end_where_they_end() -> None:
    """An oversized object is passed over; the ones around it are read."""
    layout = Layout("fly_json", b"\n}")
    small = b'{\n  "instance": "a",\n  "message": "12:00:00.000 [error] ** (KeyError) x"\n}\n'
    large = b'{\n  "instance": "a",\n  "message": "' + b"x" * (3 << 20) + b'"\n}\n'
    reader = Reader(layout, {})
    data = small + large + small
    for at in range(0, len(data), 65_536):
        reader.feed(data[at : at + 65_536])
    digest = digests.complete(reader.part(), layout, {})
    assert digest.oversized == 1
    assert sum(group.span.count for group in digest.groups.values()) == 2
