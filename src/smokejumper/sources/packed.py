"""A packed log that arrives piece by piece: gzip or zstd, told by its first bytes.

Magic numbers: RFC 1952 section 2.3.1, RFC 8878 section 3.1.1.
"""

import io
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Protocol

from smokejumper.errors import InputError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_STEP = 1024
"""Bytes unpacked at once: what a hostile archive makes of them is still some megabytes at most."""


class _Member(Protocol):
    """One member of a gzip archive, or one frame of a zstd one."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...


def is_packed(begin: bytes) -> bool:
    """Do these first bytes (at least four) begin an archive?"""
    return begin.startswith((GZIP, ZSTD))


def unpack(pieces: Iterable[bytes], name: str, *, whole: bool = True) -> Iterator[bytes]:
    """The pieces, unpacked where they are an archive; empty ones (nothing arrived for a while) are handed on.

    One that need not be `whole` may end too early, and gives what there is of it.

    Raises:
        InputError: the archive is broken.
    """
    pieces, begin = iter(pieces), b""
    for piece in pieces:
        begin += piece
        if len(begin) >= len(ZSTD):
            break
        if not piece:
            yield b""
    everything = chain([begin], pieces)
    if begin.startswith(GZIP):
        yield from _members(everything, lambda: zlib.decompressobj(wbits=31), zlib.error, name, whole=whole)
    elif begin.startswith(ZSTD):
        import zstandard  # noqa: PLC0415 - only where it is used

        unpacker = zstandard.ZstdDecompressor()
        yield from _members(everything, unpacker.decompressobj, zstandard.ZstdError, name, whole=whole)
    else:
        yield from everything


def _members(
    pieces: Iterable[bytes], begin: Callable[[], _Member], error: type[Exception], name: str, *, whole: bool
) -> Iterator[bytes]:
    member: _Member | None = None
    for step in _steps(pieces):
        left = step
        if not left:
            yield b""
        while left:
            member = member or begin()
            try:
                yield member.decompress(left)
            except error as wrong:
                raise _broken(name, str(wrong)) from wrong
            left = b""
            if member.eof:  # members follow one another, perhaps behind a padding of zeros
                left, member = member.unused_data.lstrip(b"\x00"), None
    if member is not None and whole:
        raise _broken(name, "it ends too early")


def _steps(pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        for at in range(0, max(1, len(piece)), _STEP):
            yield piece[at : at + _STEP]


def _broken(name: str, wrong: str) -> InputError:
    return InputError(
        f"{name} is a broken archive: {wrong}.", "Fetch it again, or unpack what there is and hand that over."
    )


class Unpacked(io.RawIOBase):
    """Unpacked pieces as a file to read from its beginning."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        """`pieces`: see `unpack`."""
        self._pieces = iter(pieces)
        self._left = b""

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Fill the buffer as far as the next piece does; 0 at the end."""
        while not self._left:
            try:
                self._left = next(self._pieces)
            except StopIteration:
                return 0
        view = memoryview(buffer).cast("B")
        size = min(len(view), len(self._left))
        view[:size], self._left = self._left[:size], self._left[size:]
        return size
