"""What goes wrong between a client and a simulator: set and taken away while it runs."""

import re
from collections.abc import Iterable
from threading import Lock
from typing import Literal

import msgspec

Kind = Literal["hang", "refuse", "garbage", "html", "half", "status", "slow", "empty", "clock"]


class Fault(msgspec.Struct, frozen=True):
    """One thing that goes wrong.

    hang: a socket that never answers. refuse: the connection is closed without a byte. garbage: bytes that are no JSON.
    html: a page instead of JSON, with `status`. half: half an answer, then the connection is cut. status: an error with
    `status`, `retry_after` and `body`. slow: the answer comes `seconds` later. empty: a log page without entries, for
    ever. clock: the `Date` of answers is off by `seconds`.
    """

    kind: Kind
    where: str = ".*"
    """A pattern for the whole name of a part (`logs`, `machines`, `fly_status` ...) or the whole path of a request."""
    times: int | None = None
    """How often; None: until it is taken away."""
    status: int = 503
    retry_after: str | None = None
    body: str | None = None
    """None: Fly's own words for `status`."""
    seconds: float = 1.0


class Faults:
    """The faults that are on; safe to change from another thread."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._lock = Lock()
        self._left: list[tuple[Fault, int | None]] = [(fault, fault.times) for fault in faults]

    def add(self, *faults: Fault) -> None:
        """Switch faults on."""
        with self._lock:
            self._left += [(fault, fault.times) for fault in faults]

    def remove(self, fault: Fault) -> None:
        """Switch a fault off; nothing happens where it is not on."""
        with self._lock:
            self._left = [(each, left) for each, left in self._left if each != fault]

    def clear(self) -> None:
        """Switch all of them off."""
        with self._lock:
            self._left = []

    def meet(self, part: str, path: str) -> tuple[Fault, ...]:
        """The faults that a request meets, the first ones first; one with `times` is used up a little."""
        met: list[Fault] = []
        kept: list[tuple[Fault, int | None]] = []
        with self._lock:
            for fault, left in self._left:
                hit = re.fullmatch(fault.where, part) or re.fullmatch(fault.where, path)
                if hit:
                    met.append(fault)
                    left = left if left is None else left - 1  # noqa: PLW2901
                if left != 0:
                    kept.append((fault, left))
            self._left = kept
        return tuple(met)
