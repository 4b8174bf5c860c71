"""Which errors a text holds, like with like: logs of every format, and any other text."""

import re
from collections.abc import Sequence
from pathlib import Path

from smokejumper.causes.case import Case
from smokejumper.errors import InputError
from smokejumper.logs import digest as digests, elixir
from smokejumper.logs.layout import Layout
from smokejumper.model.readings import Readings
from smokejumper.model.verdict import Errors
from smokejumper.plays.gather import gather, needles
from smokejumper.sources.files import Inputs, from_bytes, open_inputs
from smokejumper.sources.selection import Selection
from smokejumper.steps.errors import errors

NARROW = 60
PASTE, PASTE_BYTES = 2_000, 1 << 20
"""Lines and bytes of a text that somebody may have pasted."""
_QUOTED = re.compile(rb"^[ \t]*(?:>+|#)[ \t]?", re.MULTILINE)
_DECORATED = re.compile(
    r"^(?:\S+ +\| ?|\w{3} +\d+ [\d:]{8} \S+ \S+?(?:\[\d+\])?: |\d{4}-\d\d-\d\dT\S+ (?:app|heroku)\[[\w.]+\]: )"
)


def of_paths(paths: Sequence[Path], selection: Selection, app: str | None) -> Errors:
    """The errors in files; a file that is no log is read as plain text.

    Raises:
        InputError: a file is missing, empty or binary.
    """
    try:
        inputs = open_inputs(list(paths))
    except InputError:
        if len(paths) != 1 or not paths[0].is_file():
            raise
        data = paths[0].read_bytes()
        if not data.strip() or b"\x00" in data[:4096]:
            raise
        return _of_prose(data)
    return of_inputs(inputs, selection, app)


def of_text(data: bytes, name: str, selection: Selection, app: str | None) -> Errors:
    """The errors in a text.

    Raises:
        InputError: it is empty or binary.
    """
    try:
        log = from_bytes(data, name)
    except InputError:
        if not data.strip() or b"\x00" in data[:4096]:
            raise
        return _of_prose(data)
    return of_inputs(Inputs(logs=[log]), selection, app)


def of_inputs(inputs: Inputs, selection: Selection, app: str | None) -> Errors:
    """The errors in what was handed over.

    Raises:
        InputError: see `gather`.
    """
    if len(inputs.logs) == 1 and inputs.logs[0].layout.envelope == "console" and not selection:
        with inputs.logs[0].open() as stream:
            data = stream.read(PASTE_BYTES)
        pasted = len(data) < PASTE_BYTES and data.count(b"\n") < PASTE
        if pasted and (inputs.logs[0].layout.sure < 0.5 or _is_wrapped(data)):
            return _of_prose(data)
    return errors(gather(inputs, selection, app).case)


def _is_wrapped(data: bytes) -> bool:
    lines = data.decode("utf-8", "replace").split("\n")
    return len(unwrapped(lines)) != len(lines)


def unwrapped(lines: list[str]) -> list[str]:
    """Lines of a paste that was cut at a fixed width, joined again; others as they are.

    Wrapped is what has no line longer than its longest two or more, of 60 columns at least, and goes on behind such a
    line with something that begins neither a message nor a frame.
    """
    width = max(map(len, lines), default=0)
    full = [i for i, line in enumerate(lines) if len(line) == width]
    follows = [lines[i + 1] for i in full if i + 1 < len(lines)]
    parted = [
        x
        for x in follows
        if x.strip() and elixir.prefix(x) is None and elixir.frame(x) is None and not x.startswith("    ")
    ]
    if width < NARROW or len(full) < 2 or len(parted) * 2 < len(full):
        return lines
    out: list[str] = []
    joining = False
    for line in lines:
        if joining:
            out[-1] += line
        else:
            out.append(line)
        joining = len(line) == width
    return out


def _of_prose(data: bytes) -> Errors:
    """Text with quotation marks, prefixes of other collectors, or prose around: the errors in it."""
    text = _QUOTED.sub(b"", data).decode("utf-8", "replace").replace("\r", "")
    lines = [_DECORATED.sub("", line) for line in unwrapped(text.split("\n"))]
    joined = "\n".join(line.strip("`") if line.startswith("```") else line for line in lines).encode()
    layout = Layout("console")
    wanted = needles()
    digest = digests.complete(digests.part(joined + b"\n", layout, wanted, start=True), layout, wanted)
    return errors(Case(digest, Readings()))
