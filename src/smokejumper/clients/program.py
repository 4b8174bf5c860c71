"""A program of this computer, run for what it prints: no shell, no input, and never for long."""

import asyncio
import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

LARGEST = 16 << 20
"""Bytes of one output; a program that prints more is ended."""


@dataclass(frozen=True)
class Ran:
    """What a program printed, and its exit code: None where its time was over, below zero where a signal ended it."""

    code: int | None
    out: bytes
    err: bytes


async def run(path: str, *words: str, environment: Mapping[str, str], limit_s: float) -> Ran:
    """Run a program, and end it with all that it started when its time is over or the caller gives up.

    Raises:
        OSError: it cannot be started.
    """
    process = await _started(path, words, environment)
    out, err = bytearray(), bytearray()
    code: int | None = None

    async def collect(stream: asyncio.StreamReader | None, into: bytearray) -> None:
        assert stream is not None  # noqa: S101 - both are pipes
        while chunk := await stream.read(1 << 16):
            into += chunk
            if len(into) > LARGEST:
                _end(process)

    try:
        async with asyncio.timeout(limit_s):
            await asyncio.gather(collect(process.stdout, out), collect(process.stderr, err))
            code = await process.wait()
    except TimeoutError:
        pass
    finally:
        if code is None:
            _end(process)
        await process.wait()
    return Ran(code, bytes(out), bytes(err))


async def _started(path: str, words: tuple[str, ...], environment: Mapping[str, str]) -> asyncio.subprocess.Process:
    """The program in a group of its own. Given up half started it would stay, so it is started first, then ended."""
    starting = asyncio.create_task(
        asyncio.create_subprocess_exec(
            path,
            *words,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        with suppress(OSError):
            process = await starting
            _end(process)
            await process.wait()
        raise


def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
