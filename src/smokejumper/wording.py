"""Verdicts, gaps and causes as sentences: every face says the same."""

from smokejumper.causes.blanks import NEUTRAL, fill

__all__ = ["NEUTRAL", "fill"]
