"""The program as a user starts it, in a process of its own or in this one: its code and both of its outputs."""

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from smokejumper import cli

PROGRAM = (sys.executable, "-m", "smokejumper")
LIMIT_S = 60


@dataclass(frozen=True)
class Done:
    """How a run ended."""

    code: int
    out: str
    err: str


def environment(**more: str) -> dict[str, str]:
    """This process's environment without what changes how a screen looks."""
    kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "TERM")}
    return kept | {"TERM": "xterm-256color", "PYTHONUTF8": "1"} | more


def run(
    *words: str | Path,
    stdin: bytes | int | None = None,
    cwd: Path | None = None,
    around: Mapping[str, str] | None = None,
    **env: str,
) -> Done:
    """Run with these words; without `stdin` there is nothing to read, `around` and `env` join the environment."""
    handle = None if isinstance(stdin, bytes) else subprocess.DEVNULL if stdin is None else stdin
    done = subprocess.run(
        [*PROGRAM, *map(str, words)],
        stdin=handle,
        input=stdin if isinstance(stdin, bytes) else None,
        capture_output=True,
        check=False,
        cwd=cwd,
        env=environment(**dict(around or {}), **env),
        timeout=LIMIT_S,
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def call(*words: str | Path) -> Done:
    """Run with these words in this process, which is faster; for what reads no pipe and needs no terminal."""
    kept = io.BytesIO(), io.BytesIO()
    out, err = (io.TextIOWrapper(stream, encoding="utf-8", write_through=True) for stream in kept)
    code: object = None
    with (
        mock.patch.object(sys, "argv", ["smokejumper", *map(str, words)]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            cli.main()
        except SystemExit as done:
            code = done.code
    assert isinstance(code, int)
    return Done(code, kept[0].getvalue().decode(), kept[1].getvalue().decode())


def assert_refused(done: Done, *parts: str) -> None:
    """One sentence on standard error that holds these parts, nothing on standard output, exit code 2."""
    assert (done.code, done.out) == (2, ""), done
    assert done.err.startswith("smokejumper: "), done.err
    assert done.err.count("\n") == 1, done.err
    assert "Traceback" not in done.err
    for part in parts:
        assert part in done.err
