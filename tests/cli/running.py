"""The program as a user starts it: in a process of its own, its code and both of its outputs looked at."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

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


def run(*words: str | Path, stdin: bytes | int | None = None, cwd: Path | None = None, **env: str) -> Done:
    """Run with these words; without `stdin` there is nothing to read."""
    given = {"input": stdin} if isinstance(stdin, bytes) else {"stdin": subprocess.DEVNULL if stdin is None else stdin}
    done = subprocess.run(
        [*PROGRAM, *map(str, words)],
        capture_output=True,
        check=False,
        cwd=cwd,
        env=environment(**env),
        timeout=LIMIT_S,
        **given,  # type: ignore[call-overload] - one of the two
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def assert_refused(done: Done, *parts: str) -> None:
    """One sentence on standard error that holds these parts, nothing on standard output, exit code 2."""
    assert (done.code, done.out) == (2, ""), done
    assert done.err.startswith("smokejumper: "), done.err
    assert done.err.count("\n") == 1, done.err
    assert "Traceback" not in done.err
    for part in parts:
        assert part in done.err
