"""Which errors a text holds, like with like: logs of every format, and any other text."""

import re
from collections.abc import Sequence
from pathlib import Path

from smokejumper.causes.case import Case, Readings
from smokejumper.errors import InputError
from smokejumper.logs import digest as digests
from smokejumper.logs.layout import Layout
from smokejumper.model.verdict import Errors
from smokejumper.plays.gather import gather, needles
from smokejumper.sources.files import Inputs, LogFile, from_bytes, open_inputs
from smokejumper.sources.selection import Selection
from smokejumper.triage import errors

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
    return _of_inputs(inputs, selection, app)


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
    return _of_inputs(Inputs(logs=[log]), selection, app)


def _of_inputs(inputs: Inputs, selection: Selection, app: str | None) -> Errors:
    if any(log.layout.sure < 0.5 and log.layout.envelope == "console" for log in inputs.logs):
        loose = inputs.logs[0]
        with loose.open() as stream:
            return _of_prose(stream.read())
    return errors(gather(inputs, selection, app).case)


def _of_prose(data: bytes) -> Errors:
    """Text with quotation marks, prefixes of other collectors, or prose around: the errors in it."""
    text = _QUOTED.sub(b"", data).decode("utf-8", "replace").replace("\r", "")
    lines = [_DECORATED.sub("", line) for line in text.split("\n")]
    joined = "\n".join(line.strip("`") if line.startswith("```") else line for line in lines).encode()
    layout = Layout("console")
    wanted = needles()
    digest = digests.complete(digests.part(joined + b"\n", layout, wanted, start=True), layout, wanted)
    return errors(Case(digest, Readings()))


__all__ = ["LogFile", "of_paths", "of_text"]
