"""`triage`: all steps at once."""

import re
import sys
from typing import Annotated

import typer

from smokejumper.cli import inputs, options, out
from smokejumper.errors import InputError

NAME = "triage"
HELP = "What is broken, how far it reaches, why, since when, and what to do now."


def command(
    files: options.Files = None,
    json: options.Json = False,
    md: Annotated[bool, typer.Option("--md", help="Print ten lines to paste into a chat.")] = False,
    app: options.App = None,
    since: options.Since = None,
    until: options.Until = None,
    machine: options.Machine = None,
    region: options.Region = None,
    endpoint: options.Endpoint = None,
    user: options.User = None,
    status: options.Status = None,
    grep: options.Grep = None,
    for_: options.For = None,
) -> int:
    """Read, judge, show. Exit code 1 with an incident, 0 without."""
    from smokejumper.cli import screen  # noqa: PLC0415
    from smokejumper.plays import triage  # noqa: PLC0415

    wanted = options.selection(since, until, machine, region, endpoint, user, status, grep)
    seconds = duration(for_)
    on = out.colour() and not json and not md
    if inputs.piped(files) and not wanted:
        live = None if json or md or not triage.interactive() else lambda v: _draw(screen.verdict(v, colour=on))
        verdict, _ = triage.of_pipe(sys.stdin.buffer, seconds, app, live)
        if live is not None:
            sys.stdout.write("\x1b[H\x1b[2J")
    else:
        got = inputs.read(files)
        for note in got.notes:
            sys.stderr.write(note + "\n")
        verdict, _ = triage.of_files(got, wanted, app)
    if json:
        out.json(verdict)
    elif md:
        out.lines(screen.markdown(verdict))
    else:
        out.lines(screen.verdict(verdict, colour=on))
    return int(verdict.is_incident)


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
