"""Recordings: log files (also gzip and zstd), snapshots beside them, folders, and a pipe.

Recognised by content, never by name.
"""

import io
import json
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import msgspec

from smokejumper import bundle
from smokejumper.errors import InputError
from smokejumper.logs.envelopes import sniff
from smokejumper.logs.layout import Layout
from smokejumper.logs.times import epoch
from smokejumper.model.readings import Readings
from smokejumper.sources.packed import Unpacked, is_packed, unpack

SAMPLE = 256 * 1024
Snapshot = Literal["beam", "pg", "request"]
SNAPSHOT_LIMIT = 64 << 20


class Stream(Protocol):
    """Bytes that can be read from the beginning."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, at most so many; all that are left without a number."""

    def readinto(self, buffer: memoryview, /) -> int | None:
        """Fill a buffer as far as there is something; how far."""


@dataclass(frozen=True)
class LogFile:
    """A log that can be read again from its beginning. `data` holds a pipe's bytes; a file has none."""

    name: str
    layout: Layout
    path: Path | None = None
    packed: bool = False
    data: bytes | None = None
    first: float | None = None

    @contextmanager
    def open(self) -> Iterator[Stream]:
        """The log's bytes, unpacked."""
        if self.data is not None:
            yield io.BytesIO(self.data)
            return
        assert self.path is not None  # noqa: S101 - a log is either
        with unpacked(self.path, packed=self.packed) as stream:
            yield stream

    @property
    def size(self) -> int:
        """Bytes on disk; 0 where it is packed or a pipe and cannot be read in parts."""
        return self.path.stat().st_size if self.path is not None and not self.packed else 0


@dataclass
class Inputs:
    """What a command was given, or what live sources said."""

    logs: list[LogFile] = field(default_factory=list)
    readings: Readings = field(default_factory=Readings)
    notes: list[str] = field(default_factory=list)
    live: bool = False
    """Were live sources asked, now or when a bundle was saved? Then the log may be missing."""
    app: str | None = None
    environment: str | None = None

    def add(self, readings: Readings) -> None:
        """Take in what these readings hold and the present ones lack."""
        fresh = {f: v for f in Readings.__struct_fields__ if (v := getattr(readings, f)) not in (None, ())}
        self.readings = msgspec.structs.replace(self.readings, **fresh)


@contextmanager
def unpacked(path: Path, *, packed: bool) -> Iterator[Stream]:
    """A file's bytes; of an archive, what it holds.

    Raises:
        InputError: it cannot be opened, or is no whole archive.
    """
    try:
        with path.open("rb", buffering=0) as raw:
            if packed:
                pieces = unpack(iter(lambda: raw.read(SAMPLE), b""), str(path))
                yield io.BufferedReader(Unpacked(pieces), SAMPLE)
            else:
                yield raw
    except OSError as wrong:
        raise _cannot(path, wrong) from wrong


def _cannot(path: Path, wrong: OSError) -> InputError:
    return InputError(
        f"{path} cannot be read: {wrong.strerror or wrong}.", "Check the name and its rights, then try again."
    )


def open_inputs(paths: Sequence[Path]) -> Inputs:
    """Recognise what was handed over: logs, snapshots, folders.

    Raises:
        InputError: a path is missing, empty, binary, or nothing that is known; or the same recording was given twice.
    """
    inputs = Inputs()
    for path in paths:
        if path.is_dir():
            _open_folder(path, inputs)
        else:
            _open_file(path, inputs)
    _refuse_twins(inputs)
    inputs.logs.sort(key=lambda log: (log.first is None, log.first or 0.0, log.name))
    if sum(log.layout.envelope == "console" for log in inputs.logs) > 1:
        inputs.logs = [_named(log) for log in inputs.logs]
    return inputs


def _named(log: LogFile) -> LogFile:
    """Console output of several machines: each file is one, named by its file."""
    if log.layout.envelope != "console" or log.path is None:
        return log
    name = log.path.name
    for ending in (".gz", ".zst", ".txt", ".log"):
        name = name.removesuffix(ending)
    layout = msgspec.structs.replace(log.layout, machine=name)
    return LogFile(log.name, layout, log.path, log.packed, log.data, log.first)


def _open_folder(folder: Path, inputs: Inputs) -> None:
    found = Inputs()
    for path in sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith(".")):
        try:
            _open_file(path, found)
        except InputError:
            continue
    if not found.logs and not found.live:
        raise InputError(
            f"{folder} holds no recording.", "Name a folder with the output of `fly logs -n -j`, or the file itself."
        )
    logs = found.logs
    keep: list[LogFile] = []
    for log in sorted(logs, key=lambda x: (x.layout.envelope != "fly_json", x.layout.boundary != b"\n", -_bytes(x))):
        if any(_same(log, other) for other in keep):
            found.notes.append(f"{log.name} is the same recording as {keep[0].name}: read once")
            continue
        keep.append(log)
    inputs.logs += keep
    inputs.add(found.readings)
    inputs.notes += found.notes


def _bytes(log: LogFile) -> int:
    return log.path.stat().st_size if log.path is not None else 0


def _open_file(path: Path, inputs: Inputs) -> None:
    try:
        info = path.stat()
    except OSError as wrong:
        raise InputError(
            f"There is no file {path}." if isinstance(wrong, FileNotFoundError) else f"{path}: {wrong.strerror}.",
            "Name a log: `fly logs -n -j > fly.ndjson` writes one.",
        ) from wrong
    if not stat.S_ISREG(info.st_mode):
        with unpacked(path, packed=False) as stream:
            inputs.logs.append(from_bytes(stream.read(), str(path)))
        return
    if info.st_size == 0:
        raise InputError(f"{path} is empty.", "`fly logs -n -j > fly.ndjson` writes a log.")
    with unpacked(path, packed=False) as stream:
        magic = stream.read(4)
    packed = is_packed(magic)
    with unpacked(path, packed=packed) as stream:
        sample = _sample(stream)
    if bundle.is_bundle(sample):
        with unpacked(path, packed=packed) as stream:
            open_bundle(stream.read(), str(path), inputs)
        return
    snapshot = _snapshot(path, packed, sample)
    if snapshot is not None:
        inputs.add(msgspec.structs.replace(Readings(), **{snapshot[0]: snapshot[1]}))
        return
    layout = recognise(sample, str(path))
    inputs.logs.append(LogFile(str(path), layout, path, packed, first=first_time(sample)))


def open_bundle(data: bytes, name: str, inputs: Inputs) -> None:
    """Take in a bundle: its log, its readings, and whom they are about.

    Raises:
        InputError: it is no whole bundle.
    """
    head, log = bundle.read(data, name)
    if log:
        inputs.logs.append(live_log(log, name))
    inputs.add(head.readings)
    inputs.live, inputs.app, inputs.environment = True, head.app, head.environment


def live_log(data: bytes, name: str) -> LogFile:
    """The log of a bundle, or one that was just read: always of one layout, never sniffed."""
    return LogFile(name, Layout("fly_json", sure=1.0), data=data, first=first_time(data[:SAMPLE]))


def _read(stream: Stream, size: int) -> bytes:
    parts = []
    while size > 0 and (part := stream.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _sample(stream: Stream) -> bytes:
    """The beginning of a log; where its first line is longer than that, what comes after it."""
    sample = _read(stream, SAMPLE)
    if b"\n" in sample or len(sample) < SAMPLE:
        return sample
    while more := stream.read(SAMPLE):
        _, newline, rest = more.partition(b"\n")
        if newline:
            return (rest + _read(stream, SAMPLE - len(rest))) or sample
    return sample


def from_bytes(data: bytes, name: str) -> LogFile:
    """A log that is in memory, such as a pipe's.

    Raises:
        InputError: it is empty, binary, or no log.
    """
    if not data.strip():
        raise InputError(f"{name} is empty.", "Pipe a log into it: `fly logs | smokejumper`.")
    data = b"".join(unpack([data], name))
    sample = _sample(io.BytesIO(data))
    return LogFile(name, recognise(sample, name), data=data, first=first_time(sample))


def recognise(sample: bytes, name: str) -> Layout:
    """The layout of a log.

    Raises:
        InputError: binary, or no line of it is a log line of Fly or Elixir.
    """
    if _binary(sample):
        raise InputError(f"{name} is binary, not a log.", "Hand over text or JSON, as it is or packed by gzip or zstd.")
    layout = sniff(sample)
    if layout is None:
        raise InputError(
            f"{name} holds no log line of Fly.io or Elixir.",
            "`fly logs -n -j > fly.ndjson` writes one; other text with an error in it is for `smokejumper errors`.",
        )
    return layout


def _binary(sample: bytes) -> bool:
    if not sample:
        return False
    controls = sum(sample.count(bytes([c])) for c in (*range(7), 14, 15, 16, 17, 18, 19, 20))
    return b"\x00" in sample[:4096] or controls > len(sample) * 0.05


def first_time(sample: bytes) -> float | None:
    """The first RFC 3339 time in a sample: what several logs are put in order by."""
    import re  # noqa: PLC0415

    found = re.search(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?", sample)
    return epoch(found[0].decode().replace(" ", "T")) if found else None


def _snapshot(path: Path, packed: bool, sample: bytes) -> tuple[Snapshot, Mapping[str, Any]] | None:
    """A reading of the BEAM, of Postgres or of a tracker: one JSON object with the keys that such a reading has."""
    if sample.lstrip()[:1] != b"{" or (len(sample) >= SAMPLE and path.stat().st_size > SNAPSHOT_LIMIT):
        return None
    try:
        with unpacked(path, packed=packed) as stream:
            value = json.loads(stream.read(SNAPSHOT_LIMIT))
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    if "pg_stat_activity" in value:
        return "pg", value
    if isinstance(value.get("error"), dict) and isinstance(value.get("request"), dict):
        return "request", value
    nodes = [v for v in value.values() if isinstance(v, dict)]
    if nodes and len(nodes) == len(value) and all("memory" in n or "process_count" in n for n in nodes):
        return "beam", value
    return None


def _same(a: LogFile, b: LogFile) -> bool:
    """Are two logs the same recording, perhaps in two formats.

    Do the same request ids begin both (or, without any, the same bytes)?
    """
    mine, theirs = _begin(a), _begin(b)
    ids, others = _ids(mine), _ids(theirs)
    if not ids and not others:
        return mine == theirs
    return bool(ids) and bool(others) and len(ids & others) >= 0.5 * min(len(ids), len(others))


def _begin(log: LogFile) -> bytes:
    with log.open() as stream:
        return _read(stream, 4 * SAMPLE)


def _ids(sample: bytes) -> set[bytes]:
    import re  # noqa: PLC0415

    return set(re.findall(rb"request_id[=\\\":\s]{1,6}([\w-]{16,})", sample))


def _refuse_twins(inputs: Inputs) -> None:
    for i, log in enumerate(inputs.logs):
        for other in inputs.logs[:i]:
            if os.path.realpath(log.path or "") == os.path.realpath(other.path or "?") or _same(log, other):
                raise InputError(
                    f"{log.name} and {other.name} are the same recording.",
                    "Hand over one of them: every line would count twice.",
                )
