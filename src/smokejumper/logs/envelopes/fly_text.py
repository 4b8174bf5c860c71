r"""`fly logs`: `TIME PROVIDER[MACHINE] REGION [LEVEL]MESSAGE`, coloured or not.

Source: superfly/flyctl `internal/render/logs.go`: no blank before the message, whole seconds, `error.message="..."`
before the time where the entry has one (the message is lost then), colours even into a pipe.
"""

import re
from functools import partial

from smokejumper.logs.fast import Bulk
from smokejumper.logs.layout import Layout
from smokejumper.logs.lines import Lines
from smokejumper.logs.times import epoch

_C = r"(?:\x1b\[[\d;]*m)*"
ENTRY = re.compile(
    rf"{_C}(?:error\.message=\"(?P<error>(?:[^\"\\]|\\.)*)\" ?)?"
    rf"{_C}(?P<time>\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d"
    rf"(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)){_C} "
    rf"{_C}(?P<provider>[a-z][\w-]*)(?:\[(?P<machine>[^\]\s]*)\])?"
    rf"{_C} {_C}(?P<region>[a-z0-9]{{2,5}}|-|){_C} ?\[{_C}(?P<level>[A-Za-z]+){_C}\]"
    r"(?P<fields>(?:(?:error\.code|request\.method|request\.url|request\.id|response\.status)="
    r"(?:\"[^\"]*\"|\S+) )*)(?P<message>.*)",
    re.DOTALL,
)
_TRACE = rb"(?:(?:trace_id|span_id)=\S+ )*"
ENOUGH = 8
"""Request lines that a sample must hold before a pattern is made of them."""


def sniff(sample: bytes) -> Layout | None:
    """Lines of `fly logs`."""
    rows = [row for row in sample.split(b"\n")[:400] if row.strip()]
    if not rows:
        return None
    found = [(row, entry) for row in rows if (entry := ENTRY.match(row.decode("utf-8", "replace")))]
    if not found:
        return None
    said = [entry["message"] for _, entry in found if entry["message"]]
    blank = bool(said) and all(message[0] == " " for message in said)
    return Layout("fly_text", fast=_fast([row for row, _ in found]), sure=len(found) / len(rows), blank=blank)


def _fast(rows: list[bytes]) -> bytes:
    """A pattern with the sample's fixed widths for request lines, empty where they do not fit one.

    Dots of fixed number instead of classes: half as much again is what a class costs here.
    """
    shape = re.compile(
        rb"(?P<c0>(?:\x1b\[[\d;]*m)*)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ(?P<c1>(?:\x1b\[[\d;]*m)* (?:\x1b\[[\d;]*m)*)"
        rb"app\[(?P<machine>\w+)\]"
        rb"(?P<c2>(?:\x1b\[[\d;]*m)* (?:\x1b\[[\d;]*m)*)(?P<region>[a-z0-9]+)"
        rb"(?P<c3>(?:\x1b\[[\d;]*m)* \[(?:\x1b\[[\d;]*m)*info(?:\x1b\[[\d;]*m)*\] ?)"
        rb"(?P<clock>[\d:. TZ-]{8,30} )(?P<first>\[info\] )?(?P<pre>(?:[\w.]+=\S+ )*?)"
        rb"request_id=(?P<rid>[\w-]+) (?P<post>(?:[\w.]+=\S+ )*)"
        rb"(?P<second>\[info\] )?(?:(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) /|Sent \d)"
    )
    found = [m for row in rows if (m := shape.match(row))]
    if len(found) < ENOUGH:
        return b""
    for part in ("c0", "c1", "c2", "c3", "first", "second"):
        if len({m[part] for m in found}) != 1:
            return b""
    one = found[0]

    def fixed(part: str, otherwise: bytes) -> bytes:
        width = {len(m[part]) for m in found}
        return b".{%d}" % next(iter(width)) if len(width) == 1 else otherwise

    rid = b"request_id=(" + fixed("rid", rb"[\w-]+") + b") "
    behind = rb"((?:[\w.]+=[^\s\[]+ )*)" if one["first"] else rb"([^\[\n]*)"
    if not any(m["pre"] for m in found):
        said = rid + behind
    elif any(m["post"] for m in found):
        said = _TRACE + rid + behind
    else:  # who asked stands before the id, which is the first group all the same
        said = rb"(?=(?:[^\[\n]*? )?" + rid + b")" + _TRACE + rb"((?:[^\[\n]*? )?)request_id=\S+ "
    return b"".join(
        (
            b"(",
            re.escape(one["c0"]),
            b".{19}Z",
            re.escape(one["c1"]),
            rb"app\[",
            fixed("machine", rb"\w+"),
            rb"\]",
            re.escape(one["c2"]),
            fixed("region", rb"[a-z0-9]+"),
            re.escape(one["c3"]),
            b")",
            fixed("clock", rb"[\d:. TZ-]+ "),
            re.escape(one["first"] or b""),
            said,
            re.escape(one["second"] or b""),
            rb"((?:Sent|Chunked|[A-Z]+ /)[^\n]*)\n|([^\n]+)\n?|\n",
        )
    )


def place(prefix: bytes) -> tuple[float, str, str] | None:
    """Time, machine and region of what stands before an app's message, or None where it is not that."""
    found = ENTRY.match(prefix.decode("utf-8", "replace"))
    if found is None or found["message"].strip() or found["provider"] != "app":
        return None
    at = epoch(found["time"])
    return (at, found["machine"] or "", found["region"]) if at is not None else None


def read(data: bytes | bytearray, begin: int, end: int, layout: Layout, lines: Lines) -> None:
    """Whole lines; request lines by the fast pattern where there is one, all others one by one."""
    if layout.fast:
        bulk = lines.bulk
        if not isinstance(bulk, Bulk):
            bulk = lines.bulk = Bulk(layout.fast, place, lines)
        bulk.read(data, begin, end, partial(line, blank=layout.blank))
        return
    for row in bytes(data[begin:end]).split(b"\n"):
        if row:
            line(row, lines, blank=layout.blank)


def line(row: bytes, lines: Lines, *, blank: bool = False) -> None:
    """One line, of any kind; `blank` says that one stands before every message."""
    text = row.decode("utf-8", "replace")
    found = ENTRY.match(text)
    at = epoch(found["time"]) if found is not None else None
    if found is None or at is None:  # a time such as 99:99:99 must not become one of 1970
        if text.strip():
            lines.digest.lines += 1
            lines.digest.unparsed += 1
        return
    message = found["message"]
    if blank and message[:1] == " ":
        message = message[1:]
    if "\x1b" in message:
        message = _ANSI.sub("", message)
    if found["error"] is not None and not message:
        message = found["error"]
    lines.entry(
        at,
        found["provider"],
        found["machine"] or "",
        found["region"].strip("-"),
        found["level"].lower(),
        message,
    )


_ANSI = re.compile(r"\x1b\[[\d;]*m")
