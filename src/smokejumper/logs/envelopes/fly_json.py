"""`fly logs --json`, one object a line or indented, and the objects of Fly's NATS stream as Vector writes them.

Sources: superfly/flyctl `internal/render/json.go` and `logs/entry.go`, superfly/fly-log-shipper
`vector-configs/vector.toml`.
"""

import re

import msgspec

from smokejumper.logs.layout import Layout
from smokejumper.logs.lines import Lines
from smokejumper.logs.times import epoch


class _Provider(msgspec.Struct):
    provider: str | None = None


class _ProviderGo(msgspec.Struct, rename={"provider": "Provider"}):
    provider: str | None = None


class _ErrorGo(msgspec.Struct, rename={"message": "Message"}):
    message: str | None = None


class _Meta(msgspec.Struct, rename={"event": "Event", "error": "Error", "instance": "Instance", "region": "Region"}):
    event: _ProviderGo | None = None
    error: _ErrorGo | None = None
    instance: str | None = None
    region: str | None = None


class _FlyApp(msgspec.Struct):
    instance: str | None = None
    name: str | None = None


class _Fly(msgspec.Struct):
    app: _FlyApp | None = None
    region: str | None = None


class _Log(msgspec.Struct):
    level: str | None = None


class _Entry(msgspec.Struct):
    """Both shapes at once; what is missing stays None."""

    timestamp: str | None = None
    message: str | None = None
    level: str | None = None
    instance: str | None = None
    region: str | None = None
    meta: _Meta | None = None
    event: _Provider | None = None
    fly: _Fly | None = None
    log: _Log | None = None


_DECODER = msgspec.json.Decoder(_Entry)


def _decode(unit: bytes) -> _Entry | None:
    try:
        entry = _DECODER.decode(unit)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        try:
            entry = _DECODER.decode(unit.decode("utf-8", "replace"))
        except (msgspec.DecodeError, RecursionError):
            return None
    return (
        entry
        if entry.message is not None and (entry.fly is not None or entry.instance is not None or entry.meta is not None)
        else None
    )


_INDENTED = re.compile(rb"\s*(?:\[\s*\n([ \t]*))?\{\s*\n")
"""Objects over several lines, one after another or in an array, and how far they stand from the margin."""


def _units(sample: bytes) -> tuple[bytes, list[bytes]]:
    """The boundary of the sample's units, and the whole ones."""
    indented = _INDENTED.match(sample)
    if indented or b"\n}\n" in sample[:4096]:
        boundary = b"\n" + (indented[1] or b"" if indented else b"") + b"}"
        return boundary, [part + boundary for part in sample.split(boundary)[:-1]]
    return b"\n", sample.split(b"\n")


def sniff(sample: bytes) -> Layout | None:
    """JSON objects with a message and a machine."""
    boundary, units = _units(sample)
    units = [u for u in units[:400] if u.strip(b" \r\n,[]")]
    good = sum(_decode(_trim(u)) is not None for u in units)
    if not good:
        return None
    return Layout("fly_json", boundary=boundary, sure=good / len(units))


def _trim(unit: bytes) -> bytes:
    return unit.strip(b" \t\r\n,[]") if unit[:1] != b"{" or unit[-1:] != b"}" else unit


def read(data: bytes | bytearray, begin: int, end: int, layout: Layout, lines: Lines) -> None:
    """Whole objects."""
    if layout.boundary == b"\n":
        units = bytes(data[begin:end]).split(b"\n")
    else:
        parts = bytes(data[begin:end]).split(layout.boundary)
        units = [*(part + layout.boundary for part in parts[:-1]), parts[-1]]
    for unit in units:
        if unit:
            _read(unit, lines)


def _read(unit: bytes, lines: Lines) -> None:
    unit = _trim(unit)
    if not unit:
        return
    entry = _decode(unit)
    if entry is None:
        lines.digest.lines += 1
        lines.digest.unparsed += 1
        return
    provider, machine, region, level = "app", entry.instance, entry.region, entry.level
    if entry.meta is not None:
        provider = (entry.meta.event and entry.meta.event.provider) or "app"
        machine = machine or entry.meta.instance
        region = region or entry.meta.region
    if entry.event is not None and entry.event.provider:
        provider = entry.event.provider
    if entry.fly is not None:
        region = region or entry.fly.region
        if entry.fly.app is not None:
            machine = machine or entry.fly.app.instance
            if entry.fly.app.name:
                apps = lines.digest.apps
                apps[entry.fly.app.name] = apps.get(entry.fly.app.name, 0) + 1
    if entry.log is not None:
        level = level or entry.log.level
    message = entry.message or ""
    if not message and entry.meta is not None and entry.meta.error is not None and entry.meta.error.message:
        message = entry.meta.error.message
    at = epoch(entry.timestamp) if entry.timestamp else None
    lines.entry(at, provider, machine or "", region or "", (level or "info").lower(), message)
