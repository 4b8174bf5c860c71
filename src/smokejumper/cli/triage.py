"""`triage`: all steps at once."""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from smokejumper.cli import inputs, options, out
from smokejumper.errors import InputError
from smokejumper.model.verdict import Verdict
from smokejumper.sources.files import Inputs

NAME = "triage"
HELP = "What is broken, how far it reaches, why, since when, and what to do now."


def command(
    files: options.Files = None,
    json: options.Json = False,
    md: Annotated[bool, typer.Option("--md", help="Print ten lines to paste into a chat.")] = False,
    app: options.App = None,
    env: options.Env = None,
    since: options.Since = None,
    until: options.Until = None,
    machine: options.Machine = None,
    region: options.Region = None,
    endpoint: options.Endpoint = None,
    user: options.User = None,
    status: options.Status = None,
    grep: options.Grep = None,
    for_: options.For = None,
    save: Annotated[
        Path | None,
        typer.Option("--save", help="Keep all that live sources said in a masked bundle.", show_default=False),
    ] = None,
) -> int:
    """Read, judge, show. Exit code 1 with an incident, 0 without, 3 where no source could be read."""
    from smokejumper.cli import screen  # noqa: PLC0415
    from smokejumper.plays import triage  # noqa: PLC0415

    given = inputs.given(files)
    wanted = inputs.narrowed(files, options.selection(since, until, machine, region, endpoint, user, status, grep))
    seconds = duration(for_)
    on = out.colour() and not json and not md
    if save is not None and given:
        raise InputError(
            "--save keeps what live sources say; files are kept already.", "Leave --save or the files out."
        )
    if save is not None and not save.absolute().parent.is_dir():
        raise InputError(f"There is no folder for {save}.", "Give --save a file in a folder that is there.")
    on_screen = None if json or md or not triage.interactive() else lambda v: _draw(screen.verdict(v, colour=on))
    if inputs.piped(files) and not wanted:
        verdict, _ = triage.of_pipe(sys.stdin.buffer, seconds, app, on_screen)
    else:
        got = inputs.read(files) if given else _ask(env, app, since, seconds, save, on_screen)
        for note in got.notes:
            sys.stderr.write(note + "\n")
        verdict, _ = triage.of_files(got, wanted, app)
    if on_screen is not None and not files:
        sys.stdout.write("\x1b[H\x1b[2J")
    if json:
        out.json(verdict)
    elif md:
        out.lines(screen.markdown(verdict))
    else:
        out.lines(screen.verdict(verdict, colour=on))
    return triage.code(verdict)


def _ask(
    env: str | None,
    app: str | None,
    since: str | None,
    seconds: float | None,
    save: Path | None,
    on_screen: Callable[[Verdict], None] | None,
) -> Inputs:
    """Ask the live sources; the first word on the scope as soon as there is one, on the screen or on standard error."""
    from smokejumper.cli import screen  # noqa: PLC0415
    from smokejumper.plays import live  # noqa: PLC0415

    said = False

    def first_word(verdict: Verdict) -> None:
        nonlocal said
        if not said:
            sys.stderr.write(f"  {screen.so_far(verdict)}\n")
            sys.stderr.flush()
        said = True

    got = inputs.live(env, app, since=since, follow_s=seconds, tick=on_screen or first_word)
    if save is not None:
        live.save(got, save)
        got.notes.append(f"saved to {save}: `smokejumper {save}` says the same anywhere")
    return got


def duration(text: str | None) -> float | None:
    """Seconds of `30s`, `2m` or `30`.

    Raises:
        InputError: it is none.
    """
    if text is None:
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(s|m|h)?", text.strip())
    if found is None:
        raise InputError(f"{text!r} is no duration.", "Give seconds or minutes: --for 30s.")
    return float(found[1]) * {"s": 1, "m": 60, "h": 3600, None: 1}[found[2]]


def _draw(rows: list[str]) -> None:
    sys.stdout.write("\x1b[H\x1b[2J" + "\n".join(rows) + "\n  reading ... Ctrl-C ends it with this verdict\n")
    sys.stdout.flush()
