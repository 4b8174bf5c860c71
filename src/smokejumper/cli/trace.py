"""`trace`: one request, followed by its id."""

from pathlib import Path
from typing import Annotated

import typer

from smokejumper.cli import inputs, options, out
from smokejumper.logs.elixir import prefix
from smokejumper.model.verdict import Trace

NAME = "trace"
HELP = "One request through all machines: everything logged under its id."


def command(
    request_id: Annotated[str, typer.Argument(help="The request id.")],
    files: Annotated[
        list[Path] | None, typer.Argument(help="Logs or folders; without any, a pipe, else Fly.", show_default=False)
    ] = None,
    json: options.Json = False,
    app: options.App = None,
    env: options.Env = None,
) -> int:
    """Show every line of one request."""
    from smokejumper.plays import trace  # noqa: PLC0415

    found = trace.trace(inputs.need_log(inputs.read(files, env, app, wanted="log")), request_id)
    if json:
        out.json(found)
    else:
        out.lines(rows(found, colour=out.colour()))
    return 0


def rows(t: Trace, *, colour: bool) -> list[str]:
    """The screen."""
    columns = out.width()
    answer = f"{t.status} in {t.duration_ms:g} ms" if t.status else "never answered in this log"
    request = out.style(out.safe(f"{t.method or '?'} {t.path or '?'}"), "bold", on=colour)
    head = f"  {request}   {answer}   on {', '.join(t.machines)}"
    text = ["", head, ""]
    for line in t.lines:
        at = line.at[11:23] if line.at else ""
        if not line.text.strip():
            continue
        found = prefix(line.text)
        shown = out.safe(f"[{found.level}] {found.text}" if found else line.text)
        shown = shown if line.level else "    " + shown
        row = f"  {at:<12} {line.machine[:14]:<14} {shown}"
        row = row if len(row) <= columns else row[: columns - 1] + "…"
        text.append(out.style(row, "red", on=colour and line.level in ("error", "critical")))
    return [*text, ""]
