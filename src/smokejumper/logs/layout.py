"""How an input is written: sniffed once from its beginning, by content, and handed to all who read a part of it."""

import msgspec


class Layout(msgspec.Struct, frozen=True):
    """The envelope's name and what it needs to read any part in the same way.

    `boundary` ends a unit that can be read on its own (a line, an indented object); `fast` is a regex whose groups are
    what stands before the message, request id, metadata behind it and the rest of a request line, or any other line;
    empty if none was found.
    """

    envelope: str
    boundary: bytes = b"\n"
    fast: bytes = b""
    sure: float = 0.0
    """The share of the sample's lines that this envelope reads."""
    blank: bool = False
    """Does a blank stand between the envelope and every message?"""
    machine: str = ""
    """The machine of lines that name none."""
