"""A terminal of 24 rows and 80 columns with the program in it, and what a person would see there."""

import errno
import fcntl
import os
import pty
import struct
import subprocess
import termios
from collections.abc import Callable
from pathlib import Path

import pyte
from tests.cli.running import PROGRAM, environment

ROWS, COLUMNS = 24, 80


class Terminal:
    """A program whose standard output is a terminal of our own; its input is what is given, or a pipe."""

    def __init__(
        self,
        *words: str | Path,
        rows: int = ROWS,
        columns: int = COLUMNS,
        piped: bool = False,
        env: dict[str, str] | None = None,
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self.raw = b""
        self._stream = pyte.ByteStream(self.screen)
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            [*PROGRAM, *map(str, words)],
            stdin=subprocess.PIPE if piped else subprocess.DEVNULL,
            stdout=theirs,
            stderr=subprocess.PIPE,
            env=environment(**(env or {})),
        )
        os.close(theirs)

    def read(self, until: Callable[[], bool] = lambda: False) -> None:
        """Take in what is printed until that holds, or the program has closed its output."""
        while not until():
            try:
                data = os.read(self._ours, 1 << 16)
            except OSError as wrong:
                if wrong.errno != errno.EIO:
                    raise
                return
            if not data:
                return
            self.raw += data
            self._stream.feed(data)

    def end(self) -> int:
        """Read to the end; the exit code."""
        self.read()
        os.close(self._ours)
        with self.process:
            if self.process.stdin is not None:
                self.process.stdin.close()
        return self.process.returncode

    @property
    def shown(self) -> list[str]:
        """The rows of the screen."""
        return [row.rstrip() for row in self.screen.display]

    def colours(self) -> set[str]:
        """The colours that stand on the screen."""
        return {cell.fg for row in self.screen.buffer.values() for cell in row.values()} - {"default"}
