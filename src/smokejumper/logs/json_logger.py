"""Log entries that are JSON: the four shapes of logger_json, and Oban's own object.

Shapes: logger_json 7 `lib/logger_json/formatters/{basic,google_cloud,datadog,elastic}.ex`.
"""

from typing import Any, NamedTuple

import msgspec

from smokejumper.logs.elixir import LEVELS
from smokejumper.logs.times import epoch

_DECODER = msgspec.json.Decoder()


class Said(NamedTuple):
    """One entry in the terms of a text line."""

    at: float | None
    level: str
    meta: dict[str, str]
    text: str
    http: tuple[str, str] | None


def _at(value: object) -> float | None:
    return epoch(value) if isinstance(value, str) else None


def _dig(entry: dict[str, Any], *path: str) -> Any:  # noqa: ANN401 - JSON
    """A value by its path, nested or as one flat dotted key."""
    flat = ".".join(path)
    if flat in entry:
        return entry[flat]
    value: Any = entry
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return None
        value = value[key]
    return value


def read(line: str) -> Said | None:
    """The entry that a line of JSON is, or None where it is something else."""
    try:
        entry = _DECODER.decode(line)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None
    if not isinstance(entry, dict):
        return None
    if entry.get("source") == "oban":
        return Said(None, "info", {}, line, None)
    level = (
        entry.get("severity") or entry.get("level") or _dig(entry, "syslog", "severity") or _dig(entry, "log", "level")
    )
    if not isinstance(level, str) or not ("message" in entry or "msg" in entry or "error" in entry):
        return None
    level = level.lower()
    level = {"warn": "warning", "err": "error", "fatal": "critical", "default": "info"}.get(level, level)
    if level not in LEVELS:
        return None
    metadata = entry.get("metadata")
    meta = _metadata(metadata if isinstance(metadata, dict) else entry)
    rid = (
        _dig(entry, "http", "request_id")
        or _dig(entry, "logging.googleapis.com/operation", "id")
        or _dig(entry, "http", "request", "id")
        or entry.get("request_id")
    )
    if isinstance(rid, str) and "request_id" not in meta:
        meta["request_id"] = rid
    return Said(
        _at(
            entry.get("time") or _dig(entry, "syslog", "timestamp") or entry.get("@timestamp") or entry.get("timestamp")
        ),
        level,
        meta,
        _text(entry),
        _http(entry),
    )


def _metadata(source: dict[str, Any]) -> dict[str, str]:
    return {
        k: v if isinstance(v, str) else str(v)
        for k, v in source.items()
        if isinstance(v, str | int)
        and not isinstance(v, bool)
        and k not in ("message", "severity", "time", "level", "msg", "timestamp")
    }


def _text(entry: dict[str, Any]) -> str:
    message = entry.get("message", entry.get("msg", ""))
    if not isinstance(message, str):
        message = msgspec.json.encode(message).decode()
    stack = entry.get("stack_trace")
    if isinstance(stack, str) and stack:  # GoogleCloud: banner and frames
        return stack
    error = entry.get("error")
    if isinstance(error, dict) or "error.type" in entry or "error.stack_trace" in entry:
        kind = _dig(entry, "error", "type") or _dig(entry, "error", "kind")
        told = _dig(entry, "error", "message")
        stack = _dig(entry, "error", "stack_trace") or _dig(entry, "error", "stack")
        if isinstance(stack, str) and stack.lstrip().startswith("** ("):  # Elastic: banner and frames
            return stack
        if isinstance(kind, str):  # Datadog: the banner's parts; `kind` is the module's last part
            if message.startswith("** ("):
                banner = message
            else:
                banner = f"** ({kind.removeprefix('Elixir.')}) {told if isinstance(told, str) else message}"
            return f"{banner}\n{stack}" if isinstance(stack, str) else banner
    return message


def _http(entry: dict[str, Any]) -> tuple[str, str] | None:
    for method, path in (
        (("request", "connection", "method"), ("request", "connection", "path")),
        (("context", "httpRequest", "requestMethod"), ("context", "httpRequest", "requestUrl")),
        (("httpRequest", "requestMethod"), ("httpRequest", "requestUrl")),
        (("http", "method"), ("http", "url_details", "path")),
        (("http", "request", "method"), ("url", "path")),
    ):
        m, p = _dig(entry, *method), _dig(entry, *path)
        if isinstance(m, str) and isinstance(p, str):
            if "://" in p:
                p = "/" + p.split("://", 1)[1].partition("/")[2]
            return m, p
    return None
