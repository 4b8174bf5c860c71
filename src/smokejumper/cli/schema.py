"""`schema`: the published shapes of every `--json`."""

from typing import Annotated

import typer

from smokejumper.cli import out
from smokejumper.errors import InputError

NAME = "schema"
HELP = "The JSON Schema of what a command prints with --json."


def command(
    name: Annotated[
        str | None, typer.Argument(help="verdict, errors, scope, trace or races.", show_default=False)
    ] = None,
) -> int:
    """Print a schema, or the names of all."""
    from smokejumper.cli.schemas import SCHEMAS, schema  # noqa: PLC0415

    if name is None:
        out.lines(sorted(SCHEMAS))
        return 0
    if name not in SCHEMAS:
        raise InputError(f"There is no schema {out.safe(name)}.", f"There are {', '.join(sorted(SCHEMAS))}.")
    out.json(schema(name))
    return 0
