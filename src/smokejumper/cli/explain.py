"""`explain`: the catalogue of known failures."""

from typing import Annotated

import typer

from smokejumper.causes import page
from smokejumper.cli import options, out
from smokejumper.errors import InputError

NAME = "explain"
HELP = (
    "What a cause is, how it shows, what separates it from its look-alikes, and what to do; without a name, the list."
)


def command(
    cause: Annotated[str | None, typer.Argument(help="A cause's id, such as nil_access.", show_default=False)] = None,
    json: options.Json = False,
) -> int:
    """Print one cause's page, or the list of all."""
    from smokejumper.causes import catalogue  # noqa: PLC0415

    causes = catalogue.causes()
    if cause is None:
        if json:
            out.json({"schema": "smokejumper.causes/1", "causes": [page.as_dict(c) for c in causes.values()]})
        else:
            room = max(map(len, causes))
            columns = out.width()
            out.lines(
                [
                    "",
                    *(
                        f"  {c.id:<{room}}  {out.wrap(page.generic(c.title), columns - room - 4)[0]}"
                        for c in causes.values()
                    ),
                    "",
                ]
            )
        return 0
    found = causes.get(cause)
    if found is None:
        import difflib  # noqa: PLC0415

        near = difflib.get_close_matches(cause, causes, 3)
        hint = f"Did you mean {' or '.join(near)}?" if near else "`smokejumper explain` lists them all."
        raise InputError(f"There is no cause {out.safe(cause)}.", hint)
    if json:
        out.json(page.as_dict(found))
    else:
        out.lines(["", *page.terminal(found, out.width(), colour=out.colour()), ""])
    return 0
