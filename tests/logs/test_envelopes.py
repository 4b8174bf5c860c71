"""One recording, many envelopes: the same errors and the same requests come out of each."""

import gzip
import json
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pytest
import zstandard
from tests import rendering
from tests.reading import assert_same, layout_of, read, recorded
from tests.recordings import NAMES, truth

from smokejumper.errors import InputError
from smokejumper.logs.envelopes import envelope, names
from smokejumper.model.digest import LogDigest
from smokejumper.plays.gather import gather
from smokejumper.sources.files import from_bytes, open_inputs
from smokejumper.sources.selection import Selection

FORMS: dict[str, Callable[[list[rendering.Entry]], bytes]] = {
    "text": rendering.text,
    "coloured": lambda rows: rendering.text(rows, colours=True),
    "proxy error": lambda rows: rendering.text(rows, proxy_error=True),
    "indented": rendering.json_indented,
    "nats": rendering.nats,
}
PRINTED = [name for name in NAMES if truth(name)["log_format"] == "text"]
SMALL = "phoenix/coupon_match_error_deploy"
MULTILINE = "phoenix/stock_transfer_deadlock"


@lru_cache(maxsize=1)
def rows_of(recording: str) -> list[rendering.Entry]:
    return rendering.entries(recording)


@lru_cache(maxsize=1)
def expected(recording: str) -> LogDigest:
    return read(rendering.json_lines(rows_of(recording)))


def errors(digest: LogDigest, *, platform: bool = True) -> dict[str, int]:
    """Events by signature."""
    return {s: g.span.count for s, g in digest.groups.items() if platform or g.kind != "platform"}


def requests(digest: LogDigest) -> Counter[tuple[str, str]]:
    """Answers by endpoint and class."""
    found: Counter[tuple[str, str]] = Counter()
    for (_, endpoint, cls), row in digest.answers.items():
        found[endpoint, cls] += sum(row.statuses.values())
    return found


def machines(digest: LogDigest) -> dict[str, tuple[str, dict[str, int]]]:
    """Regions and events by machine."""
    return {name: (log.region, log.counts) for name, log in digest.machines.items()}


@pytest.mark.parametrize("recording", NAMES)
def test_every_envelope_says_the_same(recording: str) -> None:
    """Text, coloured text, objects and Fly's stream give the same errors, requests, machines and events."""
    want = expected(recording)
    for form, make in FORMS.items():
        got = read(make(rows_of(recording)))
        assert errors(got) == errors(want), form
        assert requests(got) == requests(want), form
        assert machines(got) == machines(want), form
        assert (got.lines, got.unparsed, got.jobs) == (want.lines, want.unparsed, want.jobs), form


@pytest.mark.parametrize("recording", PRINTED)
def test_entries_of_logger_json_say_what_text_says(recording: str) -> None:
    """An app that logs JSON, in each of four shapes, shows the same errors and requests as one that logs text."""
    want = expected(recording)
    for form in rendering.FORMATTERS:
        got = read(rendering.logger_json(rows_of(recording), form))
        assert errors(got) == errors(want), form
        assert requests(got) == requests(want), form


@pytest.mark.parametrize("recording", NAMES)
def test_consoles_say_what_the_app_said(recording: str, tmp_path: Path) -> None:
    """A file for each machine gives the app's errors and requests by machine; the platform is silent there."""
    paths = []
    for machine, data in rendering.consoles(rows_of(recording)).items():
        if b"[info]" in data or b'"severity"' in data:
            paths.append(tmp_path / f"{machine}.log")
            paths[-1].write_bytes(data)
    got = gather(open_inputs(paths), Selection()).case.digest
    want = expected(recording)
    assert requests(got) == requests(want)
    assert errors(got, platform=False) == errors(want, platform=False)
    assert set(got.machines) == ({path.stem for path in paths} if len(paths) > 1 else {""})


@pytest.mark.parametrize("file", ["fly.txt", "fly.json", "nats.ndjson"])
def test_recorded_forms_are_recognised(file: str) -> None:
    """What was recorded in another form is read by the envelope that it was written in."""
    recording = "phoenix/clean_deploy" if file == "fly.json" else "phoenix/healthy"
    data = recorded(recording, file)
    layout = layout_of(data)
    assert layout.envelope == ("fly_text" if file == "fly.txt" else "fly_json")
    assert layout.boundary == (b"\n}" if file == "fly.json" else b"\n")
    digest = read(data, layout)
    assert digest.unparsed == 0
    assert digest.lines == (600 if file == "fly.json" else data.count(b"\n"))


def test_every_envelope_has_its_own_beginning() -> None:
    """No envelope claims what another one wrote more surely than that one does."""
    rows = rows_of(SMALL)[:300]
    console = next(iter(rendering.consoles(rows_of(SMALL)).values()))
    for data, name in (
        (rendering.text(rows), "fly_text"),
        (rendering.json_lines(rows), "fly_json"),
        (rendering.json_indented(rows), "fly_json"),
        (rendering.nats(rows), "fly_json"),
        (console, "console"),
    ):
        sure = {n: found.sure for n in names() if (found := envelope(n).sniff(data)) is not None}
        assert max(sure, key=lambda n: sure[n]) == name
        assert layout_of(data).envelope == name


@pytest.mark.parametrize("make", [rendering.text, rendering.json_lines, rendering.json_indented, rendering.nats])
def test_line_ends_of_windows_change_nothing(make: Callable[[list[rendering.Entry]], bytes]) -> None:
    """A log that went through a program which ends lines by CR LF says the same."""
    data = make(rows_of(SMALL))
    assert_same(read(data.replace(b"\n", b"\r\n")), read(data))


def test_an_array_of_objects_is_read_like_objects() -> None:
    """Indented objects in an array, as other tools write them, are read as well."""
    rows = rows_of(SMALL)[:400]
    want = read(rendering.json_lines(rows))
    for indent in (2, 4, "\t"):
        got = read(json.dumps(rows, indent=indent, ensure_ascii=False).encode())
        assert requests(got) == requests(want)
        assert errors(got) == errors(want)


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
@pytest.mark.parametrize("memory", [True, False])
def test_packed_logs_are_unpacked(pack: Callable[[bytes], bytes], tmp_path: Path, *, memory: bool) -> None:
    """gzip and zstd, in a file of any name or in memory, are read as what they hold."""
    data = recorded(SMALL, "fly.txt")
    path = tmp_path / "log.bin"
    path.write_bytes(pack(data))
    inputs = open_inputs([path])
    if memory:
        inputs.logs = [from_bytes(pack(data), "standard input")]
    assert_same(gather(inputs, Selection()).case.digest, read(data))


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_broken_archive_is_an_input_error(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    """An archive that was cut says so, in a file and in memory."""
    broken = pack(recorded(SMALL, "fly.txt"))[:5000]
    path = tmp_path / "log.bin"
    path.write_bytes(broken)
    with pytest.raises(InputError, match="broken archive"):
        gather(open_inputs([path]), Selection())
    with pytest.raises(InputError, match="broken archive"):
        from_bytes(broken, "standard input")


def test_a_folder_is_read_once(tmp_path: Path) -> None:
    """Of a folder's files that are one recording in two forms only one is read, and a note says so."""
    (tmp_path / "a.txt").write_bytes(recorded(SMALL, "fly.txt"))
    (tmp_path / "b.ndjson").write_bytes(recorded(SMALL, "fly.ndjson"))
    (tmp_path / "notes.md").write_text("nothing\n")
    inputs = open_inputs([tmp_path])
    assert [log.layout.envelope for log in inputs.logs] == ["fly_json"]
    assert len(inputs.notes) == 1
    assert gather(inputs, Selection()).case.digest.lines == len(rows_of(SMALL))


def test_twins_are_refused(tmp_path: Path) -> None:
    """The same recording twice, as one file, a copy or in two forms, is refused instead of counted twice."""
    text, objects = tmp_path / "a.txt", tmp_path / "b.ndjson"
    text.write_bytes(recorded(SMALL, "fly.txt"))
    objects.write_bytes(recorded(SMALL, "fly.ndjson"))
    copy = tmp_path / "c.txt"
    copy.write_bytes(text.read_bytes())
    for pair in ([text, text], [text, objects], [text, copy]):
        with pytest.raises(InputError, match="same recording"):
            open_inputs(pair)


def test_logs_that_follow_each_other_add_up(tmp_path: Path) -> None:
    """Two files of one log, given in any order, say what the whole log says."""
    data = recorded(SMALL, "fly.ndjson")
    cut = data.index(b"\n", len(data) // 2) + 1
    first, second = tmp_path / "1.ndjson", tmp_path / "2.ndjson"
    first.write_bytes(data[:cut])
    second.write_bytes(data[cut:])
    got = gather(open_inputs([second, first]), Selection()).case.digest
    assert errors(got) == errors(read(data))
    assert requests(got) == requests(read(data))


@pytest.mark.parametrize("data", [b"", b"  \n \n", b"\x00\x01\x02" * 100, b"hello\nworld\n", b'{"a": 1}\n'])
def test_what_is_no_log_is_refused(data: bytes, tmp_path: Path) -> None:
    """Nothing, binary, prose and other JSON are input errors with a hint."""
    path = tmp_path / "x"
    path.write_bytes(data)
    for read_it in (lambda: open_inputs([path]), lambda: from_bytes(data, "standard input")):
        with pytest.raises(InputError) as caught:
            read_it()
        assert caught.value.hint
