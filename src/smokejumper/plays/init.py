"""smokejumper.toml, written from what was found in the folder."""

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from smokejumper.config import FILE, Environment, is_app
from smokejumper.errors import InputError
from smokejumper.plays.target import choice
from smokejumper.sources.project import environment_of, find

HEAD = """\
# The environments of this application, for smokejumper. Tokens never stand here: FLY_ACCESS_TOKEN,
# `smokejumper init --store-token`, or `fly auth login`.
"""


def init(start: Path, *, app: str | None = None, force: bool = False) -> tuple[Path, str]:
    """Write smokejumper.toml at the project's root, with its environments or that of the app named; where, and what.

    It is written whole or not at all; with `force` the one that is there is neither read nor kept.

    Raises:
        InputError: one is there already, nothing was found, or it cannot be written.
    """
    here = find(start, settings=False)
    if app is not None and not is_app(app):
        raise InputError(f"{app!r} cannot be the name of a Fly app.", "`fly apps list` shows yours.")
    found = here.environments if here is not None else ()
    if app is not None:
        known = tuple(e for e in found if e.app == app)
        found = known or (Environment(name=environment_of(app), app=app),)
    if not found:
        raise InputError("Nothing in this folder names a Fly app.", "Name it: `smokejumper init --app NAME`.")
    path = (here.root if here is not None else start.absolute()) / FILE
    text = render(found, default=choice(found))
    _write(path, text, force=force)
    return path, text


def render(environments: Iterable[Environment], *, default: str | None) -> str:
    """The text of the file. What is not known is left out."""
    tables = []
    for environment in environments:
        keys = {key: getattr(environment, key) for key in ("app", "org", "url", "supabase")}
        rows = [f"{key} = {json.dumps(value)}\n" for key, value in keys.items() if value]
        tables.append(f"\n[env.{environment.name}]\n{''.join(rows)}")
    chosen = f"\ndefault = {json.dumps(default)}\n" if default else ""
    return HEAD + chosen + "".join(tables)


def _write(path: Path, text: str, *, force: bool) -> None:
    if path.exists() and not force:
        raise InputError(f"{path} is there already.", "Write it anew with --force.")
    scratch = path.with_name(f".{FILE}.{os.getpid()}")
    try:
        scratch.write_text(text, encoding="utf-8")
        scratch.replace(path)
    except OSError as wrong:
        with suppress(OSError):
            scratch.unlink()
        raise InputError(f"{path} cannot be written: {wrong.strerror}.", "Make room, or the folder writable.") from None
