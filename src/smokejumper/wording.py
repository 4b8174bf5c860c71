"""Verdicts, gaps and causes as sentences: every face says the same."""

from smokejumper.causes.blanks import NEUTRAL, fill

__all__ = ["NEUTRAL", "fill", "number"]


def number(count: int, noun: str) -> str:
    """A count and what is counted: `1 request`, `2 requests`. For nouns that take an s."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
