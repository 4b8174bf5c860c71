"""Plain console output of an Elixir application: the app's own lines with nothing around them."""

import re

from smokejumper.logs import elixir, json_logger
from smokejumper.logs.layout import Layout
from smokejumper.logs.lines import Lines

_ANSI = re.compile(r"\x1b\[[\d;]*m")
_BARE = re.compile(r"\s*\*\* \((?:[A-Z][\w.]*|exit|throw|stop)\) |\*\* \(EXIT")


def sniff(sample: bytes) -> Layout | None:
    """Lines with a time or a `[level]` before them, entries of logger_json, or bare exceptions."""
    rows = [_ANSI.sub("", row.decode("utf-8", "replace")).rstrip("\r") for row in sample.split(b"\n")[:400]]
    rows = [row for row in rows if row.strip()]
    if not rows:
        return None
    heads = sum(
        elixir.prefix(row) is not None or (row[:1] == "{" and json_logger.read(row) is not None) for row in rows
    )
    bare = sum(_BARE.match(row) is not None for row in rows)
    frames = sum(elixir.frame(row) is not None for row in rows)
    if not heads and not bare:
        return None
    return Layout("console", sure=min(0.9, (heads + bare + frames) / len(rows)))


def read(data: bytes | bytearray, begin: int, end: int, layout: Layout, lines: Lines) -> None:
    """Whole lines, all of one machine."""
    machine = layout.machine
    rows = bytes(data[begin:end]).split(b"\n")
    if not rows[-1]:  # behind the last line's end
        rows.pop()
    for row in rows:
        text = row.decode("utf-8", "replace").rstrip("\r")
        if "\x1b" in text:
            text = _ANSI.sub("", text)
        lines.entry(None, "app", machine, "", "info", text)
