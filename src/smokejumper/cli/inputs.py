"""Where a command reads from: the files named, else a pipe, else the live sources."""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from smokejumper.errors import BlindError
from smokejumper.model.verdict import Verdict
from smokejumper.sources.files import Inputs, from_bytes, open_inputs
from smokejumper.sources.selection import Selection

if TYPE_CHECKING:
    from smokejumper.plays.live import Wanted


def piped(files: Sequence[Path] | None) -> bool:
    """Is the pipe to be read?"""
    if files:
        return list(map(str, files)) == ["-"]
    try:
        return not sys.stdin.isatty() and _readable()
    except (ValueError, OSError, AttributeError):
        return False


def _readable() -> bool:
    import stat  # noqa: PLC0415

    mode = os.fstat(sys.stdin.fileno()).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode) or stat.S_ISSOCK(mode)


def given(files: Sequence[Path] | None) -> bool:
    """Was something handed over, or are the live sources to be asked?"""
    return bool(files) or piped(files)


def narrowed(files: Sequence[Path] | None, wanted: Selection) -> Selection:
    """What is left to be narrowed: live sources were asked no further back than was wanted."""
    return wanted if given(files) else replace(wanted, since=None)


def read(
    files: Sequence[Path] | None,
    env: str | None = None,
    app: str | None = None,
    since: str | None = None,
    *,
    wanted: "Wanted" = "all",
) -> Inputs:
    """What was handed over, or what the live sources say.

    Raises:
        InputError: it cannot be used, or there is neither and no application here to ask about.
    """
    if piped(files):
        return Inputs(logs=[from_bytes(sys.stdin.buffer.read(), "standard input")])
    return open_inputs(list(files)) if files else live(env, app, since=since, wanted=wanted)


def live(
    env: str | None,
    app: str | None,
    *,
    since: str | None = None,
    follow_s: float | None = None,
    tick: Callable[[Verdict], None] | None = None,
    wanted: "Wanted" = "all",
) -> Inputs:
    """What the live sources say about the application here, or about the one named.

    Raises:
        InputError: it cannot be told which one.
    """
    from smokejumper.plays import live as sources, target  # noqa: PLC0415

    chosen = target.resolve(Path.cwd(), env=env, app=app, environ=os.environ)
    if sys.stderr.isatty():
        sys.stderr.write(f"  asking about {chosen.environment.app} ({chosen.environment.name}) ...\r")
        sys.stderr.flush()
    return sources.read(sources.Ask(target=chosen, since=since, follow_s=follow_s, tick=tick, wanted=wanted))


def need_log(inputs: Inputs) -> Inputs:
    """The same, for commands that say nothing without a log.

    Raises:
        BlindError: live sources were asked, and the log could not be read.
    """
    if inputs.logs or not inputs.live:
        return inputs
    gap = next((g for g in inputs.readings.gaps if g.source == "log"), None)
    why = gap.why if gap is not None else "no answer"
    raise BlindError(f"The log of {inputs.app} could not be read: {why}.", f"Try: {gap.command}" if gap else "")
