"""A bundle keeps what was read, masked, and is written whole or not at all."""

from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, strategies as st

from smokejumper import bundle
from smokejumper.errors import InputError
from smokejumper.masking import mask, mask_line
from smokejumper.model.entry import LogEntry
from smokejumper.model.fly import FlyReading, Machine, MachineEvent
from smokejumper.model.readings import Readings
from smokejumper.model.verdict import Gap
from smokejumper.plays.triage import of_files
from smokejumper.sources.files import Inputs, open_bundle
from smokejumper.sources.selection import Selection
from smokejumper.steps.machines import machines
from smokejumper.steps.recent import recent

HEAD = bundle.Head(
    app="tern",
    environment="staging",
    readings=Readings(
        fly=FlyReading(
            at=1.5, machines=(Machine(id="4d89", state="started", events=(MachineEvent(type="start", at=1.0),)),)
        ),
        gaps=(Gap("fly metrics", "no answer within 4 s", "memory", "fly dashboard metrics"),),
    ),
)


def entry(message: str) -> LogEntry:
    return LogEntry(id="1", at_ns=5, timestamp="2026-03-02T10:00:00.5Z", message=message, machine="4d89", region="ord")


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    log = bundle.lines([entry("GET /a"), entry("Sent 200 in 3ms")])
    bundle.write(tmp_path / "kept", HEAD, log)
    data = (tmp_path / "kept").read_bytes()
    assert bundle.is_bundle(data)
    assert bundle.read(data, "kept") == (HEAD, log)


def test_a_bundle_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    bundle.write(tmp_path / "kept", HEAD, b"")
    assert (tmp_path / "kept").stat().st_mode & 0o077 == 0


def test_a_failure_leaves_nothing_half_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        bundle.write(tmp_path / "missing" / "kept", HEAD, b"")
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        bundle.write(tmp_path / "folder", HEAD, b"")
    assert [p.name for p in tmp_path.iterdir()] == ["folder"]


@pytest.mark.parametrize("data", [b'{"schema":"smokejumper.bundle/1","app":"te', b'{"schema":"smokejumper.bundle/9"}'])
def test_what_is_no_whole_bundle_of_this_version_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match="bundle"):
        bundle.read(data, "kept")


@given(st.binary(max_size=12), st.integers(0, 10_000), st.integers(0, 40))
def test_a_bundle_that_was_damaged_is_refused_or_judged(junk: bytes, at: int, cut: int) -> None:
    whole = msgspec.json.encode(HEAD) + b"\n" + bundle.lines([entry("GET /a"), entry("Sent 500 in 3ms")] * 5)
    at %= len(whole)
    inputs = Inputs()
    with suppress(InputError):
        open_bundle(whole[:at] + junk + whole[at + cut :], "kept", inputs)
        verdict, _ = of_files(inputs, Selection())
        assert verdict.coverage.read


@pytest.mark.parametrize("at", [1e300, -1.0, 253_402_300_800.0])
def test_a_time_that_no_calendar_has_is_unknown(at: float) -> None:
    readings = Readings(fly=FlyReading(at=at, machines=(Machine(id="4d89", state="stopped", created_at=at),)))
    data = msgspec.json.encode(bundle.Head(app="tern", environment="prod", readings=readings)) + b"\n"
    inputs = Inputs()
    open_bundle(data, "kept", inputs)
    verdict, case = of_files(inputs, Selection())
    assert not verdict.is_incident
    assert machines(case).at is None
    assert recent(case, None).at is None


def test_a_log_is_no_bundle() -> None:
    assert not bundle.is_bundle(bundle.lines([entry("GET /a")]))


def test_two_people_stay_two_and_neither_is_shown() -> None:
    lines = [mask_line(f"user_id={who}@example.com [info] Sent 500 in 2ms") for who in ("ann", "bo", "ann")]
    assert lines[0] == lines[2] != lines[1]
    assert not any("example" in line or "ann" in line for line in lines)
    assert all(len(line.split()) == 6 for line in lines)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=80))
def test_a_line_that_was_masked_stays_as_it_is(text: str) -> None:
    once = mask_line(text)
    assert mask_line(once) == once


@pytest.mark.parametrize("text", ["password=hunter22", "Bearer hunter220123456789", "postgres://app:hunter22@db/app"])
def test_a_kept_line_holds_no_secret(text: str) -> None:
    assert "hunter22" not in mask_line(text)
    assert mask_line(text) == mask(text)
