"""What the screens of `machines`, `recent` and `deps` share: whom they are about, findings, and what is not seen."""

import shlex
from collections.abc import Sequence

from smokejumper.cli import out
from smokejumper.model.finding import Finding, Level
from smokejumper.model.reports import Report
from smokejumper.wording import names

LABEL = 20
GAPS = 6
STYLES: dict[Level, tuple[str, ...]] = {
    "critical": ("bold", "red"),
    "major": ("red",),
    "minor": ("yellow",),
    "info": ("dim",),
}


def head(report: Report, said: str, *, colour: bool) -> list[str]:
    """The first row: the app and its environment, and the report in a sentence."""
    app = out.safe(report.app) or "an app that is not named"
    who = cut(app + (f" ({out.safe(report.environment)})" if report.environment else ""), out.width() // 2)
    told = out.wrap(f"{who}   {out.safe(said)}", out.width() - 2)
    return ["", "  " + out.style(who, "bold", on=colour) + told[0].removeprefix(who), *("  " + x for x in told[1:])]


def findings(report: Report, found: Sequence[Finding], *, colour: bool) -> list[str]:
    """Each finding: the figure, and, where it is trouble, what it means and what to do."""
    rows = [""] if found else []
    for f in found:
        told = any(m in f.figure for m in f.machines)
        figure = f.figure if told or not f.machines else f"{names(f.machines)}: {f.figure}"
        since = clock(f.at, report.at)
        rows += labelled(
            f.kind.replace("_", " "), f"{figure} ({since})" if since else figure, STYLES[f.severity], colour
        )
        if f.severity != "info":
            rows += labelled("", "; ".join(part for part in (f.why, f.action) if part), ("dim",), colour)
            rows += ["    " + line for line in command(f.command, out.width() - 4)]
    return rows


def command(text: str, room: int) -> list[str]:
    """A command of the shell in lines that fit, each but the last with a backslash, so that it can be copied."""
    lines = [""]
    for word in map(shlex.quote, shlex.split(out.safe(text))):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > room - 2:
            lines.append("  " + word)
        else:
            lines[-1] += f" {word}" if lines[-1] else word
    return [line + " \\" for line in lines[:-1]] + [line for line in lines[-1:] if line]


def labelled(label: str, text: str, styles: tuple[str, ...], colour: bool, most: int = 4) -> list[str]:
    """A text beside its label, in at most so many lines."""
    room = out.width() - LABEL - 2
    lines = out.wrap(out.safe(text), room)
    if len(lines) > most:
        lines = [*lines[: most - 1], cut(" ".join(lines[most - 1 :]), room)]
    shown = out.style(f"{label:<{LABEL}}" if label else "", *styles, on=colour) or " " * LABEL
    return [f"  {shown}{lines[0]}", *(" " * (LABEL + 2) + line for line in lines[1:])]


def gaps(report: Report, *, colour: bool) -> list[str]:
    """What was not seen, why, and the command that closes it."""
    rows = [""] if report.gaps else []
    for i, gap in enumerate(report.gaps[:GAPS]):
        rows += labelled("not seen" if i == 0 else "", f"{gap.source}: {gap.why}; {gap.command}", ("dim",), colour, 2)
    if len(report.gaps) > GAPS:
        rows += labelled("", f"and {len(report.gaps) - GAPS} more: --json", ("dim",), colour)
    return [*rows, ""]


def clock(at: str | None, now: str | None) -> str:
    """The time of day; with the day, where it is of another than now: 11 columns at most."""
    if at is None:
        return ""
    return at[11:19] if now is None or at[:10] == now[:10] else f"{at[5:10]} {at[11:16]}"


def cut(text: str, room: int) -> str:
    """A text that fits."""
    return text if len(text) <= room else text[: room - 1] + "…"
