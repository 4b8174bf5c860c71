"""A program never outlives its time or its caller, nor does what it started; nothing goes through a shell."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from smokejumper.clients import program
from smokejumper.clients.program import Ran, run


def python(code: str, *words: str, limit_s: float = 20.0) -> Ran:
    return asyncio.run(run(sys.executable, "-c", code, *words, environment=dict(os.environ), limit_s=limit_s))


FAMILY = 'exec 3>"$0"; (sleep 20; echo late >&3) & echo ready >&3; wait'
"""A shell that starts another one; the pipe ends with the last of both."""


@pytest.mark.parametrize("who", ["its time", "its caller"])
def test_it_ends_with_all_that_it_started(who: str, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    async def start() -> str:
        words = "/bin/sh", "-c", FAMILY, str(pipe)
        limit_s = 60.0 if who == "its caller" else 1.0
        running = asyncio.create_task(run(*words, environment=dict(os.environ), limit_s=limit_s))
        with await asyncio.to_thread(pipe.open, encoding="ascii") as told:
            assert await asyncio.to_thread(told.readline) == "ready\n"
            if who == "its caller":
                running.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await running
            else:
                assert (await running).code is None
            return await asyncio.to_thread(told.read)

    assert asyncio.run(start()) == ""


def test_words_are_no_shell() -> None:
    assert python("import sys; print(sys.argv[1:])", "$HOME; ls", "`id`").out == b"['$HOME; ls', '`id`']\n"


def test_it_has_no_input_and_cannot_print_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    assert python("import sys; print(sys.stdin.read() == '')").out == b"True\n"
    monkeypatch.setattr(program, "LARGEST", 1 << 16)
    ran = python("while True: print('x' * 1000)")
    assert ran.code == -9
    assert (1 << 16) < len(ran.out) < (1 << 20)


def test_both_outputs_and_the_code() -> None:
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    assert python(code) == Ran(3, b"out\n", b"err\n")
    with pytest.raises(FileNotFoundError):
        asyncio.run(run("/nowhere/to/be/found", environment={}, limit_s=1))
