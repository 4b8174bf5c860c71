"""Where a command reads from: the files named, else a pipe; a sentence where there is neither."""

import sys
from collections.abc import Sequence
from pathlib import Path

from smokejumper.errors import InputError
from smokejumper.sources.files import Inputs, from_bytes, open_inputs


def piped(files: Sequence[Path] | None) -> bool:
    """Is the pipe to be read?"""
    if files:
        return list(map(str, files)) == ["-"]
    try:
        return not sys.stdin.isatty() and _readable()
    except (ValueError, OSError, AttributeError):
        return False


def _readable() -> bool:
    import os  # noqa: PLC0415
    import stat  # noqa: PLC0415

    mode = os.fstat(sys.stdin.fileno()).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode) or stat.S_ISSOCK(mode)


def read(files: Sequence[Path] | None) -> Inputs:
    """What was handed over.

    Raises:
        InputError: nothing was, or it cannot be used.
    """
    if piped(files):
        return Inputs(logs=[from_bytes(sys.stdin.buffer.read(), "standard input")])
    if not files:
        raise InputError(
            "Nothing to read.",
            "Begin with `fly logs -n -j > fly.ndjson` and `smokejumper fly.ndjson`, or pipe: `fly logs | smokejumper`.",
        )
    return open_inputs(list(files))
