"""The commands, each in a file of its own, as one command line."""

import sys
from typing import Annotated

import typer

from smokejumper import __version__
from smokejumper.cli import (
    console,
    deps,
    doctor,
    errors,
    explain,
    init,
    machines,
    races,
    recent,
    schema,
    scope,
    trace,
    triage,
)

app = typer.Typer(
    name="smokejumper",
    no_args_is_help=False,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="What is broken in a Phoenix application on Fly.io, why, and what to do now.",
)
COMMANDS = (
    triage,
    scope,
    errors,
    trace,
    races,
    machines,
    console,
    recent,
    deps,
    explain,
    doctor,
    init,
    schema,
)
for command in COMMANDS:
    app.command(command.NAME, help=command.HELP)(command.command)

NAMES = frozenset(command.NAME for command in COMMANDS)


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"smokejumper {__version__}\n")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """What is broken in a Phoenix application on Fly.io, why, and what to do now."""


def run(arguments: list[str]) -> int:
    """Run with these arguments; the exit code. Plain `smokejumper`, or one with files or options only, is `triage`."""
    if not arguments or (arguments[0] not in NAMES and arguments[0] not in ("-h", "--help", "--version")):
        arguments = ["triage", *arguments]
    try:
        code = app(arguments, standalone_mode=False, prog_name=app.info.name)
    except typer.Exit as done:
        return done.exit_code
    except typer.Abort:
        return 130
    except SystemExit as done:  # typer's way of ending where the output was closed
        if isinstance(done.__context__, BrokenPipeError):
            raise done.__context__ from None
        raise
    except Exception as wrong:
        shown = getattr(wrong, "format_message", None)
        if shown is None:
            raise
        sys.stderr.write(f"smokejumper: {shown()} Try `smokejumper --help`.\n")
        return 2
    return code if isinstance(code, int) else 0
