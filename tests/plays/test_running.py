"""What hangs in a thread, such as a name server that never answers, holds nobody up."""

import asyncio
import threading

import pytest

from smokejumper.plays.running import run


def test_a_thread_that_hangs_does_not_hold_the_end() -> None:
    answered = threading.Event()

    async def ask() -> str:
        loop, begun = asyncio.get_running_loop(), asyncio.Event()

        def hang() -> None:
            loop.call_soon_threadsafe(begun.set)
            answered.wait()

        asking = loop.run_in_executor(None, hang)
        await begun.wait()
        asking.cancel()
        return "went on"

    assert run(ask()) == "went on"
    assert not answered.is_set()
    answered.set()


def test_what_a_thread_raises_is_raised() -> None:
    async def ask() -> None:
        await asyncio.get_running_loop().run_in_executor(None, int, "x")

    with pytest.raises(ValueError, match="invalid literal"):
        run(ask())
