"""From bytes to a digest: whole units of an input, however it was cut, go to the envelope that reads them."""

from smokejumper.logs.envelopes import envelope
from smokejumper.logs.layout import Layout
from smokejumper.logs.lines import Lines, Needles
from smokejumper.logs.tally import Tally
from smokejumper.model.digest import LogDigest

MAX_UNIT = 1 << 20
"""Bytes of a line (or object) that are kept; the rest of a longer one is passed over, and it is counted."""


class Reader:
    """Reads one stretch of an input. `start` says that it stands at the input's beginning; `width` is a hint (see `Tally`)."""

    def __init__(self, layout: Layout, needles: Needles, *, start: bool = True, width: int = 1) -> None:
        self.tally = Tally(width)
        self.lines = Lines(self.tally, needles)
        self.layout = layout
        self._read = envelope(layout.envelope).read
        self._rest = b""
        self._oversized = False
        self.tally.digest.cut = start

    def feed(self, data: bytes) -> None:
        """The next bytes of the input, of any number."""
        digest, boundary = self.tally.digest, self.layout.boundary
        if not data:
            return
        data = self._rest + data
        end = data.rfind(boundary)
        if end < 0:
            self._keep(data)
            return
        end += len(boundary)
        self._rest = data[end:]
        if self._oversized:
            digest.oversized += 1
            self._oversized = False
        if not digest.cut:
            first = data.find(boundary) + len(boundary)
            digest.head, digest.cut = data[:first][-MAX_UNIT:] if first > MAX_UNIT else data[:first], True
            data, end = data[first:], end - first
        if end:
            self._read(data if end == len(data) else data[:end], self.layout, self.lines)
        if len(self._rest) > MAX_UNIT:
            rest, self._rest = self._rest, b""
            self._keep(rest)

    def _keep(self, data: bytes) -> None:
        if len(data) > MAX_UNIT:
            self._oversized = True
            keep = len(self.layout.boundary) - 1  # a boundary may be cut in two
            data = data[:MAX_UNIT] + (data[-keep:] if keep else b"")
        self._rest = data

    def part(self) -> LogDigest:
        """The digest of what was read, with its ends open. Nothing may be fed afterwards."""
        self.lines.flush()
        digest = self.tally.finish()
        if digest.cut:
            digest.tail = self._rest
        else:
            digest.head = self._rest
        return digest


def read_units(data: bytes, layout: Layout, lines: Lines) -> None:
    """Read bytes that are whole units."""
    if data:
        envelope(layout.envelope).read(data, layout, lines)
        lines.flush()
