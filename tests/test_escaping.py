"""Text from outside is harmless on a terminal."""

import unicodedata

import pytest
from hypothesis import given, settings, strategies as st
from tests.fuzz import PIECES

from smokejumper.escaping import plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07rest", "rest"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b2Jgone", "gone"),
        ("a\tb\r\n", "a b\n"),
        ("a\x07b", "a\\x07b"),
        ("a\u202eb", "a\\u202eb"),
        ("a\u2066b\u200bc", "a\\u2066b\\u200bc"),
        ("line\u2028end", "line\\u2028end"),
        ("\x85", "\\x85"),
        ("µs, ünï, 日本, 👍", "µs, ünï, 日本, 👍"),
    ],
)
def test_what_moves_a_terminal_is_taken_out_or_spelled(text: str, shown: str) -> None:
    """Sequences go, control and direction characters are spelled, letters of any language stay."""
    assert plain(text) == shown


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    st.lists(st.one_of(st.characters(), st.sampled_from("\x1b\x9b\x07[]\\;m2\u202e\u200f")), max_size=60).map("".join)
)
def test_nothing_hostile_comes_through(text: str) -> None:
    """No control, format, private or separating character but the end of a line is left, whatever the text."""
    shown = plain(text)
    assert all(c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") for c in shown)
    assert plain(shown) == shown


def test_pieces_of_broken_logs_come_through_harmless() -> None:
    """What mutants of logs are made of is harmless too."""
    for piece in PIECES:
        shown = plain(piece.decode("utf-8", "replace"))
        assert not any(unicodedata.category(c) in ("Cc", "Cf") and c != "\n" for c in shown)
