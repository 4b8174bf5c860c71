"""The time of a simulated world: it stands at a moment, or runs on from there."""

import time
from collections.abc import Callable


class Clock:
    """Seconds since the Unix epoch from `start` on; each real second is `factor` of them, so with 0 it stands."""

    def __init__(self, start: float, factor: float = 0.0, *, ticks: Callable[[], float] = time.monotonic) -> None:
        self._start = start
        self._factor = factor
        self._ticks = ticks
        self._began = ticks()

    def now(self) -> float:
        """The world's time."""
        return self._start + (self._ticks() - self._began) * self._factor

    def advance(self, seconds: float) -> None:
        """Let so many seconds of the world pass at once."""
        self._start += seconds
