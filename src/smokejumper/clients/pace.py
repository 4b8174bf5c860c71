"""Not more calls than a system allows."""

import asyncio


class Pace:
    """So many calls a second in the long run, and so many at once after a pause."""

    def __init__(self, rate: float, burst: int) -> None:
        self._step = 1 / rate
        self._ahead = (burst - 1) * self._step
        self._due = float("-inf")
        """When the next call is due if calls came evenly."""

    def wait(self, now: float) -> float:
        """Take a turn: the seconds from `now` until it comes."""
        due = max(self._due, now)
        self._due = due + self._step
        return max(0.0, due - self._ahead - now)

    async def turn(self) -> None:
        """Wait for a turn."""
        wait = self.wait(asyncio.get_running_loop().time())
        if wait:
            await asyncio.sleep(wait)
