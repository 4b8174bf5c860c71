"""`races`: the same request twice at nearly the same time."""

from smokejumper.cli import inputs, options, out
from smokejumper.model.verdict import Races

NAME = "races"
HELP = "Duplicate simultaneous requests, and rapid repeated ones."


def command(
    files: options.Files = None, json: options.Json = False, app: options.App = None, env: options.Env = None
) -> int:
    """List races. Exit code 1 where there are some."""
    from smokejumper.plays import races  # noqa: PLC0415

    found = races.races(inputs.need_log(inputs.read(files, env, app, wanted="log")))
    if json:
        out.json(found)
    else:
        out.lines(rows(found, colour=out.colour()))
    return int(bool(found.races))


def rows(found: Races, *, colour: bool) -> list[str]:
    """The screen."""
    if not found.races:
        return ["", f"  no request came twice at nearly the same time, of {found.requests}", ""]
    text = [""]
    for r in found.races[:16]:
        answers = " ".join(str(s) if s else "-" for s in r.statuses)
        who = f" by {out.safe(r.user)}" if r.user else ""
        what = f"{r.count} x {out.safe(r.method)} {out.safe(r.path)}{who}"
        row = f"  {what} within {r.within_ms} ms on {', '.join(r.machines)}: {answers}"
        text.append(out.style(row[: out.width()], "red", on=colour and any((s or 0) >= 500 for s in r.statuses)))
    if len(found.races) > 16:
        text.append(f"  and {len(found.races) - 16} more: races --json")
    return [*text, ""]
