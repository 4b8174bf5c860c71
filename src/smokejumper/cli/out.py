"""Writing to the terminal: styles where they are wanted, text escaped, JSON as bytes."""

import os
import shutil
import sys

import msgspec

from smokejumper.escaping import plain

_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


def colour() -> bool:
    """Are styles wanted: a terminal, and no word against it (no-color.org)?"""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width() -> int:
    """Columns to write in: the terminal's, at most 120, or 80 in a pipe."""
    return min(120, max(40, shutil.get_terminal_size((80, 24)).columns)) if sys.stdout.isatty() else 80


def style(text: str, *names: str, on: bool) -> str:
    """A text in a style."""
    return f"\x1b[{';'.join(_STYLES[n] for n in names)}m{text}\x1b[0m" if on and text else text


def safe(text: str | None) -> str:
    """A text from outside, on one line and harmless."""
    return " ".join(plain(text or "").split())


def wrap(text: str, columns: int, indent: str = "") -> list[str]:
    """Lines of at most so many columns; a word longer than that is cut."""
    import textwrap  # noqa: PLC0415

    return textwrap.wrap(text, columns, initial_indent="", subsequent_indent=indent, break_on_hyphens=False) or [""]


def json(value: object) -> None:
    """One JSON object on standard output."""
    sys.stdout.buffer.write(msgspec.json.encode(value) + b"\n")


def lines(rows: list[str]) -> None:
    """Rows on standard output."""
    sys.stdout.write("\n".join(rows) + "\n")
