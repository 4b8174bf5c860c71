"""`errors`: which exceptions, grouped."""

import sys
from typing import Annotated

import typer

from smokejumper.cli import inputs, options, out
from smokejumper.model.verdict import GroupFound

NAME = "errors"
HELP = "Which errors there are, like with like; any text that holds Elixir errors will do."


def command(
    files: options.Files = None,
    json: options.Json = False,
    why: Annotated[bool, typer.Option("--why", help="Say for each group why its errors are one.")] = False,
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
) -> int:
    """List error groups, most important first. Exit code 1 where there are some."""
    from smokejumper.plays import errors  # noqa: PLC0415

    wanted = inputs.narrowed(files, options.selection(since, until, machine, region, endpoint, user, status, grep))
    if inputs.piped(files):
        found = errors.of_text(sys.stdin.buffer.read(), "standard input", wanted, app)
    elif files:
        found = errors.of_paths(files, wanted, app)
    else:
        found = errors.of_inputs(inputs.need_log(inputs.live(env, app, since=since, wanted="log")), wanted, app)
    if json:
        out.json(found)
    else:
        out.lines(rows(found.groups, why=why, colour=out.colour()))
    return int(any(g.kind != "platform" or g.id != "unknown" for g in found.groups))


def rows(groups: tuple[GroupFound, ...], *, why: bool, colour: bool) -> list[str]:
    """The screen."""
    if not groups:
        return ["", "  no errors", ""]
    columns = out.width()
    text = [""]
    for g in groups[:20]:
        name = g.exception_type or g.kind
        when = f"{g.first_at[11:19]} to {g.last_at[11:19]}" if g.first_at and g.last_at else ""
        head, shown = f"  {g.count:>5} x ", out.style(name, "bold", on=colour)
        if when and len(f"{head}{name}  {g.id}  {when}") <= columns:
            text.append(f"{head}{shown}  {g.id}  {when}")
        else:
            text += [f"{head}{shown}  {g.id}", *([f"          {when}"] if when else [])]
        if g.message:
            message = out.safe(g.message)
            text.append("          " + (message if len(message) <= columns - 10 else message[: columns - 11] + "…"))
        if g.culprit_frame:
            f = g.culprit_frame
            text.append(f"          {out.safe(f.file)}:{f.line}  {out.safe(f.function)}"[:columns])
        where = ", ".join((*g.endpoints[:3], *g.jobs[:3]))
        if where:
            text.append(f"          {out.safe(where)}"[:columns])
        if why:
            text += _why(g, columns)
    if len(groups) > 20:
        text.append(f"  and {len(groups) - 20} more: errors --json")
    return [*text, ""]


def _why(g: GroupFound, columns: int) -> list[str]:
    frame = g.culprit_frame
    told = [
        f"signature {g.signature}: the same for every event with",
        f"  kind {g.kind} in {g.process}, {g.exception_type or 'no exception'}",
        f"  text {out.safe(g.skeleton)!r} (values, pids, ids and numbers taken out)",
        f"  function {out.safe(frame.function)} (arguments counted, line left out)"
        if frame
        else "  no frame of the application",
    ]
    return ["          " + (x if len(x) <= columns - 10 else x[: columns - 11] + "…") for x in told]
