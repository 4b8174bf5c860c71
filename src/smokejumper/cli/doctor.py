"""`doctor`: can the other commands see?"""

import os
from pathlib import Path

from smokejumper.cli import options, out
from smokejumper.model.doctor import DoctorLine, DoctorReport, State

NAME = "doctor"
HELP = "Test each source and right that the other commands rest on; what is missing, what that blinds, what mends it."

STATE = 10
_COLOURS: dict[State, str] = {"works": "green", "missing": "red", "refused": "red", "optional": "dim"}


def command(json: options.Json = False, app: options.App = None, env: options.Env = None) -> int:
    """A line for each. Exit code 1 where something that is needed does not work."""
    from smokejumper.plays import doctor  # noqa: PLC0415

    report = doctor.doctor(Path.cwd(), env=env, app=app, environ=os.environ)
    if json:
        out.json(report)
    else:
        out.lines(rows(report, colour=out.colour()))
    return int(bool(report.broken))


def rows(report: DoctorReport, *, colour: bool) -> list[str]:
    """The screen."""
    columns = out.width()
    room = max(len(line.name) for line in report.lines)
    text = ["", *(f"  {x}" for x in out.wrap(_head(report), columns - 2)), ""]
    for line in report.lines:
        text += _line(line, room, columns, colour=colour)
    for note in report.notes:
        text += ["", *(f"  {x}" for x in out.wrap(out.safe(note), columns - 2))]
    return [*text, ""]


def _head(report: DoctorReport) -> str:
    whom = f"{report.app} ({report.environment})" if report.app else "no application"
    broken = len(report.broken)
    said = f"{broken} of {len(report.lines)} tests failed" if broken else "all that is needed works"
    return out.safe(f"{whom}: {said}")


def _line(line: DoctorLine, room: int, columns: int, *, colour: bool) -> list[str]:
    """The line; below it what it blinds, where that is needed, and what mends it."""
    pad = " " * (2 + STATE + room + 2)
    told = [line.detail]
    told += [f"blind to: {line.blinds}"] if line.blinds and line.state != "optional" else []
    told += [f"mend it: {line.mend}"] if line.mend else []
    shown = [x for part in told for x in out.wrap(out.safe(part), columns - len(pad))]
    state = out.style(f"{line.state:<{STATE}}", _COLOURS[line.state], on=colour)
    return [f"  {state}{line.name:<{room}}  {shown[0]}", *(pad + x for x in shown[1:])]
