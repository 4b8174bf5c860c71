"""The options that commands share."""

from pathlib import Path
from typing import Annotated

import typer

from smokejumper.sources.selection import Selection

Files = Annotated[
    list[Path] | None,
    typer.Argument(
        help="Logs, snapshots (beam.json, pg.json, request.json), bundles or folders; without any, a pipe, else Fly.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON (see `smokejumper schema`).")]
App = Annotated[
    str | None,
    typer.Option("--app", "-a", help="The Fly app to ask, or of a log that holds several.", show_default=False),
]
Env = Annotated[
    str | None,
    typer.Option(
        "--env", help="The environment to ask (prod, staging ...), where there are several.", show_default=False
    ),
]
Since = Annotated[
    str | None,
    typer.Option(
        "--since",
        help="From here on: an age before the last line (5m), or a time; asks Fly as far back.",
        show_default=False,
    ),
]
Until = Annotated[
    str | None, typer.Option("--until", help="Up to here: an age before the last line, or a time.", show_default=False)
]
Machine = Annotated[
    list[str] | None, typer.Option("--machine", "-m", help="Only this machine; may be repeated.", show_default=False)
]
Region = Annotated[
    list[str] | None, typer.Option("--region", "-r", help="Only this region; may be repeated.", show_default=False)
]
Endpoint = Annotated[
    str | None, typer.Option("--endpoint", "-e", help="Only requests of this path or route.", show_default=False)
]
User = Annotated[str | None, typer.Option("--user", "-u", help="Only requests of this user.", show_default=False)]
Status = Annotated[
    str | None, typer.Option("--status", help="Only requests answered with this status (500, 5xx).", show_default=False)
]
Grep = Annotated[
    str | None,
    typer.Option("--grep", "-g", help="Only messages that match, and all of their requests.", show_default=False),
]
For = Annotated[
    str | None,
    typer.Option(
        "--for",
        help="Read a pipe, or follow the live log, for this long (30s), then say the verdict.",
        show_default=False,
    ),
]


def selection(
    since: str | None,
    until: str | None,
    machine: list[str] | None,
    region: list[str] | None,
    endpoint: str | None,
    user: str | None,
    status: str | None,
    grep: str | None,
) -> Selection:
    """What the options ask for."""
    return Selection(since, until, tuple(machine or ()), tuple(region or ()), endpoint, user, status, grep)
