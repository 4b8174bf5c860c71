"""`init`: write smokejumper.toml, or keep a token in the system's key store."""

import getpass
import sys
from pathlib import Path
from typing import Annotated

import typer

from smokejumper.cli import options, out
from smokejumper.errors import InputError

NAME = "init"
HELP = "Write smokejumper.toml from what is found here; with --store-token, keep a token in the system's key store."


def command(
    app: options.App = None,
    force: Annotated[bool, typer.Option("--force", help="Write it anew where there is one.")] = False,
    store_token: Annotated[
        bool, typer.Option("--store-token", help="Read a token, hidden or from a pipe, and keep it; writes no file.")
    ] = False,
) -> int:
    """Write the file and show it, or keep the token. Nothing is asked but the token."""
    if store_token:
        _store()
        return 0
    from smokejumper.plays import init  # noqa: PLC0415

    path, text = init.init(Path.cwd(), app=app, force=force)
    out.lines(["", f"  {out.safe(str(path))}", "", *(f"  {row}".rstrip() for row in text.splitlines()), ""])
    return 0


def _store() -> None:
    from smokejumper.config import KEY_STORE, Token  # noqa: PLC0415

    token = Token(_typed() if sys.stdin.isatty() else _piped(), KEY_STORE)
    if not token:
        raise InputError(
            "No token was given.", "Pipe one: `fly tokens create readonly | smokejumper init --store-token`."
        )
    token.store()
    out.lines([f"  kept in {KEY_STORE}; `smokejumper doctor` tests it"])


def _piped() -> str:
    return sys.stdin.buffer.read(1 << 16).decode(errors="replace")


def _typed() -> str:
    try:
        return getpass.getpass("A token of Fly (it is not shown): ")
    except EOFError:
        return ""
