"""Archives that arrive piece by piece."""

import gzip
from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
import zstandard
from hypothesis import given, strategies as st

from smokejumper.errors import InputError
from smokejumper.sources.packed import Unpacked, unpack

PACK: list[Callable[[bytes], bytes]] = [gzip.compress, zstandard.compress]


def pieces(data: bytes, cuts: Sequence[int]) -> list[bytes]:
    """The data, cut, with a moment without anything at each cut."""
    at = [0, *sorted(c % (len(data) + 1) for c in cuts), len(data)]
    return [part for a, b in pairwise(at) for part in (data[a:b], b"")]


@pytest.mark.parametrize("pack", [*PACK, bytes])
@given(members=st.lists(st.binary(max_size=4000), min_size=1, max_size=3), cuts=st.lists(st.integers(0, 9000)))
def test_it_does_not_matter_how_an_archive_arrives(
    pack: Callable[[bytes], bytes], members: list[bytes], cuts: list[int]
) -> None:
    """Several members behind one another, cut anywhere, give what they hold; so does what is not packed."""
    data = b"".join(map(pack, members))
    if pack is bytes and data[:4].startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd")):
        return
    assert b"".join(unpack(pieces(data, cuts), "it")) == b"".join(members)


@pytest.mark.parametrize("pack", PACK)
def test_a_moment_without_anything_is_handed_on(pack: Callable[[bytes], bytes]) -> None:
    """Who waits for a pipe learns that nothing came, from its first byte on."""
    data = pack(b"hello\n" * 100)
    arriving = unpack(iter([b"", data[:2], b"", data[2:], b""]), "it")
    assert next(arriving) == b""
    assert next(arriving) == b""
    assert b"".join(arriving) == b"hello\n" * 100


@pytest.mark.parametrize("pack", PACK)
def test_an_archive_that_ends_too_early(pack: Callable[[bytes], bytes]) -> None:
    """It is refused, except where it was stopped on purpose: then it gives what there is."""
    text = b"".join(b"%d hello\n" % n for n in range(200_000))
    cut = pack(text)[:-9]
    with pytest.raises(InputError, match="broken archive: it ends too early"):
        list(unpack([cut], "it"))
    got = b"".join(unpack([cut], "it", whole=False))
    assert got
    assert text.startswith(got)


@pytest.mark.parametrize("begin", [b"\x1f\x8b\x08\x00", b"\x28\xb5\x2f\xfd"])
def test_noise_behind_the_first_bytes_of_an_archive_is_refused(begin: bytes) -> None:
    """A beginning alone is no archive."""
    with pytest.raises(InputError, match="broken archive"):
        list(unpack([begin + b"\xff" * 100], "it"))


@given(parts=st.lists(st.binary(max_size=50)), size=st.integers(1, 60))
def test_pieces_read_as_a_file(parts: list[bytes], size: int) -> None:
    """Reading in any size gives all of it, and then nothing."""
    file = Unpacked(parts)
    got = b""
    while part := file.read(size):
        got += part
    assert got == b"".join(parts)
    assert file.read(size) == b""
