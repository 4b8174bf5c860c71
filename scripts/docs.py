"""Write the pages that come from the code, or say which of them are out of date.

python scripts/docs.py            write them
python scripts/docs.py --check    exit 1 with the names of those that differ
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from smokejumper.causes import catalogue, page
from smokejumper.cli.app import NAMES
from smokejumper.cli.schemas import SCHEMAS, schema
from smokejumper.sources import about

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
README = ROOT / "README.md"
SHOWN = "tests/corpus/phoenix/coupon_match_error_deploy/fly.txt"
BEGIN, END = "<!-- screen: written by `make docs` -->", "<!-- end of screen -->"
HEAD = "<!-- Written by `make docs`. Change the code instead. -->\n\n"


def pages() -> Iterator[tuple[str, str]]:
    """Path under docs/ and text of each page."""
    yield "commands.md", HEAD + commands()
    yield "causes/README.md", HEAD + causes()
    for cause in catalogue.causes().values():
        yield f"causes/{cause.id}.md", HEAD + page.markdown(cause)
    yield "sources/README.md", HEAD + sources()
    for source in about.SOURCES:
        yield f"sources/{source.id}.md", HEAD + about.markdown(source)
    for name in SCHEMAS:
        text = msgspec.json.format(msgspec.json.encode(schema(name)), indent=2).decode()
        yield f"schemas/{name}.json", text + "\n"
    yield "../README.md", readme()


def commands() -> str:
    """Every command with the help that it prints."""
    parts = ["# Commands\n\n`sj` is short for `smokejumper`.\n"]
    for name in ("", *sorted(NAMES)):
        title = f"smokejumper {name}".rstrip()
        parts.append(f"## {title}\n\n```text\n{_help(name)}\n```\n")
    return "\n".join(parts)


def _help(command: str) -> str:
    return _shown(*([command] if command else []), "--help")


def _shown(*words: str) -> str:
    """What the program prints into a pipe of 80 columns."""
    plain = os.environ | {"COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb"}
    run = [sys.executable, "-m", "smokejumper", *words]
    done = subprocess.run(run, check=False, capture_output=True, text=True, env=plain, cwd=ROOT)  # noqa: S603 - ours
    if done.returncode not in (0, 1):
        sys.exit(done.stderr)
    return "\n".join(line.rstrip() for line in done.stdout.strip("\n").splitlines())


def causes() -> str:
    """The list of all causes."""
    head = [
        "# Known failures",
        "",
        "What smokejumper can name, a page each. `smokejumper explain ID` prints the same text in the terminal.",
        "",
        "| id | what happened | where to look | certainty |",
        "| --- | --- | --- | --- |",
    ]
    rows = [
        f"| [{c.id}]({c.id}.md) | {_cell(page.generic(c.title))} | {page.LOOKS[c.look]} | {page.KINDS[c.kind]} |"
        for c in catalogue.causes().values()
    ]
    return "\n".join([*head, *rows, ""])


def sources() -> str:
    """The list of all sources."""
    head = [
        "# Sources",
        "",
        "What smokejumper reads, a page each. It only ever reads; `smokejumper doctor` tries them all.",
        "",
        "| source | reads | right |",
        "| --- | --- | --- |",
    ]
    rows = [f"| [{s.title}]({s.id}.md) | {_cell(s.reads)} | {_cell(s.right)} |" for s in about.SOURCES]
    return "\n".join([*head, *rows, ""])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def readme() -> str:
    """README.md with the screen that the program shows now."""
    text = README.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    screen = _shown("triage", SHOWN)
    return f"{before}{begin}\n\n```text\n$ smokejumper fly.txt\n\n{screen}\n```\n\n{end}{after}" if end else text


def main(arguments: list[str]) -> int:
    """Write, or with --check compare; 1 where something differs."""
    wanted = dict(pages())
    here = {name: (DOCS / name).read_text(encoding="utf-8") for name in wanted if (DOCS / name).exists()}
    here |= {
        path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8")
        for folder in ("causes", "schemas", "sources")
        for path in (DOCS / folder).glob("*")
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
