"""From bytes to a digest: whole units of an input, however it was cut, go to the envelope that reads them."""

from collections.abc import Callable

from smokejumper.logs.envelopes import envelope
from smokejumper.logs.layout import Layout
from smokejumper.logs.lines import Lines, Needles
from smokejumper.logs.tally import Tally
from smokejumper.model.digest import LogDigest

BUFFER = 512 * 1024
PAGE = 4096
MAX_UNIT = 1 << 20
"""Bytes of a line (or object); one of so many or more is passed over, and counted."""


class Reader:
    """Reads one stretch of an input.

    `start` says that it stands at the input's beginning; `width` is a hint (see `Tally`).
    """

    def __init__(self, layout: Layout, needles: Needles, *, start: bool = True, width: int = 1) -> None:
        self.tally = Tally(width)
        self.lines = Lines(self.tally, needles)
        self.layout = layout
        self._read = envelope(layout.envelope).read
        self._rest = b""
        self.tally.digest.cut = start

    def feed(self, data: bytes) -> None:
        """The next bytes of the input, of any number."""
        for begin in range(0, len(data), BUFFER):
            part = data if len(data) <= BUFFER else data[begin : begin + BUFFER]
            self._take(self._rest + part if self._rest else part, None)

    def drain(self, readinto: Callable[[memoryview], int | None]) -> None:
        """All bytes that `readinto` gives, through one buffer that is used again."""
        buffer = bytearray(BUFFER)
        view = memoryview(buffer)
        have = 0
        while True:
            if have >= len(buffer) - PAGE:  # a unit longer than the buffer
                self._rest = bytes(view[:have])
                while got := readinto(view):
                    self.feed(bytes(view[:got]))
                return
            got = readinto(view[have:])
            if not got:
                break
            self._rest = b""
            self._take(buffer, have + got)
            have = len(self._rest)
            buffer[:have] = self._rest

    def _take(self, data: bytes | bytearray, stop: int | None) -> None:
        digest, boundary = self.tally.digest, self.layout.boundary
        stop = len(data) if stop is None else stop
        first = data.find(boundary, 0, stop)
        if first < 0:
            self._keep(bytes(data[:stop]))
            return
        begin = 0
        if not digest.cut:
            begin = first + len(boundary)
            digest.head, digest.cut = bytes(data[: min(first, MAX_UNIT)]) + boundary, True
        elif first >= MAX_UNIT:
            begin = first + len(boundary)
            digest.oversized += 1
        end = data.rfind(boundary, 0, stop) + len(boundary)
        self._rest = bytes(data[end:stop])
        if begin < end:
            self._read(data, begin, end, self.layout, self.lines)

    def _keep(self, data: bytes) -> None:
        """Keep what no boundary ends; of a unit that is too long only so much that it is known to be."""
        if len(data) > MAX_UNIT:
            last = len(self.layout.boundary) - 1  # a boundary may be cut in two
            data = data[:MAX_UNIT] + (data[-last:] if last else b"")
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
    """Read bytes that are whole units, the last perhaps without its boundary; pass over those that are too long."""
    if len(data) >= MAX_UNIT:
        units = data.split(layout.boundary)
        lines.digest.oversized += sum(len(unit) >= MAX_UNIT for unit in units)
        data = layout.boundary.join(unit for unit in units if len(unit) < MAX_UNIT)
    if data:
        envelope(layout.envelope).read(data, 0, len(data), layout, lines)
        lines.flush()
