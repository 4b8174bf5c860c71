"""Write the pages that come from the code, or say which of them are out of date.

python scripts/docs.py            write them
python scripts/docs.py --check    exit 1 with the names of those that differ
"""

import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import msgspec

from smokejumper.causes import catalogue, page
from smokejumper.cli.app import NAMES
from smokejumper.cli.schemas import SCHEMAS, schema

DOCS = Path(__file__).resolve().parents[1] / "docs"
HEAD = "<!-- Written by `make docs`. Change the code instead. -->\n\n"


def pages() -> Iterator[tuple[str, str]]:
    """Path under docs/ and text of each page."""
    yield "commands.md", HEAD + commands()
    yield "causes/README.md", HEAD + causes()
    for cause in catalogue.causes().values():
        yield f"causes/{cause.id}.md", HEAD + page.markdown(cause)
    for name in SCHEMAS:
        text = msgspec.json.format(msgspec.json.encode(schema(name)), indent=2).decode()
        yield f"schemas/{name}.json", text + "\n"


def commands() -> str:
    """Every command with the help that it prints."""
    parts = ["# Commands\n\n`sj` is short for `smokejumper`.\n"]
    for name in ("", *sorted(NAMES)):
        title = f"smokejumper {name}".rstrip()
        parts.append(f"## {title}\n\n```text\n{_help(name)}\n```\n")
    return "\n".join(parts)


def _help(command: str) -> str:
    program = Path(sysconfig.get_path("scripts")) / "smokejumper"
    plain = os.environ | {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}
    words = [str(program), *([command] if command else []), "--help"]
    done = subprocess.run(words, check=True, capture_output=True, text=True, env=plain)  # noqa: S603 - our own program
    return "\n".join(line.rstrip() for line in done.stdout.strip().splitlines())


def causes() -> str:
    """The list of all causes."""
    rows = [f"| [{c.id}]({c.id}.md) | {page.generic(c.title)} | {c.owner} |" for c in catalogue.causes().values()]
    return "\n".join(["# Known failures", "", "| id | what happened | owner |", "| --- | --- | --- |", *rows, ""])


def main(arguments: list[str]) -> int:
    """Write, or with --check compare; 1 where something differs."""
    wanted = dict(pages())
    here = {
        path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8")
        for folder in {(DOCS / name).parent for name in wanted}
        for path in folder.glob("*")
        if path.is_file() and (folder != DOCS or path.name in wanted)
    }
    stale = sorted(name for name in wanted.keys() | here.keys() if wanted.get(name) != here.get(name))
    if "--check" in arguments:
        if stale:
            print("These pages are not what the code says; `make docs` writes them:", *stale, sep="\n  docs/")
        return 1 if stale else 0
    for name in stale:
        path = DOCS / name
        if name in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[name], encoding="utf-8")
        else:
            path.unlink()
        print(f"{'wrote' if name in wanted else 'removed'} docs/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
