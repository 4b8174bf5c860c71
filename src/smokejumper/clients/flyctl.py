"""flyctl, where HTTP is refused: it has a login, a network and a proxy of its own.

Only commands that read, always with `--json`, so that colours and the words of its text mode do not matter
(superfly/flyctl `internal/command`).
"""

import json
import os
import re
import shutil
from collections.abc import Iterator
from typing import final

import msgspec

from smokejumper.clients import records
from smokejumper.clients.errors import FLY_HINTS, ClientError, by_words, quoted
from smokejumper.clients.loose import readable
from smokejumper.clients.program import Ran, run
from smokejumper.model.entry import LogEntry
from smokejumper.model.fly import HostIssue, Machine, Release, Secret

LIMIT_S = 4.0
"""For one command."""
_QUIET = {
    "FLY_NO_INCIDENTS_CHECK": "1",
    "FLY_NO_UPDATE_CHECK": "1",
    "FLY_SEND_METRICS": "0",
    "FLY_SYNTHETICS_AGENT": "0",
    "NO_COLOR": "1",
}
_NOT_OURS = frozenset(("FLY_REGION", "LOG_LEVEL"))
"""The first, set in every machine of Fly, narrows the log to one region; the second may print requests with tokens."""
_DEADLINE_CODE = 126
"""superfly/flyctl `internal/cli/cli.go`."""


@final
class Flyctl:
    """The command `flyctl`, found at a path."""

    def __init__(self, path: str, *, limit_s: float = LIMIT_S) -> None:
        self.path = path
        self._limit_s = limit_s

    @classmethod
    def found(cls) -> "Flyctl | None":
        """The one on the path. `fly` comes second, another company's program has that name too."""
        path = shutil.which("flyctl") or shutil.which("fly")
        return cls(path) if path else None

    async def version(self) -> str:
        """`0.4.87`.

        Raises:
            ClientError: as every call here.
        """
        said = (await self._run("version")).decode(errors="replace")
        number = re.search(r"\bv?(\d+\.\d+\.\d+[\w.+-]*)", said)
        if "fly" not in said.lower() or number is None:
            raise ClientError("garbage", f"{self.path} is not Fly's: {quoted(said)}")
        return number[1]

    async def machines(self, app: str) -> tuple[Machine, ...]:
        """All machines."""
        return readable(records.machine, await self._list("machine", "list", "-a", app, "-j"))

    async def releases(self, app: str) -> tuple[Release, ...]:
        """The newest 25 releases, newest first, without their configuration."""
        found = readable(records.release, await self._list("releases", "-a", app, "-j"))
        return tuple(sorted(found, key=lambda release: -release.version))

    async def secrets(self, app: str) -> tuple[Secret, ...]:
        """Names and digests of secrets."""
        return readable(records.secret, await self._list("secrets", "list", "-a", app, "-j"))

    async def host_issues(self, app: str) -> tuple[HostIssue, ...]:
        """Trouble of the hosts that carry the application."""
        return readable(records.host_issue, await self._list("incidents", "hosts", "list", "-a", app, "-j"))

    async def logs(self, app: str) -> tuple[LogEntry, ...]:
        """The newest 100 entries in order of time, none of them twice.

        Where there are none flyctl asks again for ever (superfly/flyctl `logs/polling.go`), so that its silence may
        mean this, or that it hangs.
        """
        ran = await self._start("logs", "-a", app, "-n", "-j")
        entries = dict.fromkeys(readable(records.entry, _objects(ran.out.decode(errors="replace"))))
        if not entries and ran.code is None:
            raise ClientError(
                "timeout",
                f"`fly logs` gave no line within {self._limit_s:g} s: there is none, or it hangs",
                "fly doctor",
            )
        if not entries:
            _succeeded(ran, "logs")
        return tuple(sorted(entries, key=lambda entry: entry.at_ns))

    async def _list(self, *words: str) -> list[object]:
        try:
            # Go writes an empty list as null.
            return msgspec.json.decode(await self._run(*words), type=list[object] | None) or []
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise ClientError("garbage", f"`fly {words[0]}` prints no list in JSON", "fly version upgrade") from None

    async def _run(self, *words: str) -> bytes:
        ran = await self._start(*words)
        _succeeded(ran, words[0])
        return ran.out

    async def _start(self, *words: str) -> Ran:
        kept = {name: value for name, value in os.environ.items() if name not in _NOT_OURS}
        try:
            return await run(self.path, *words, environment=kept | _QUIET, limit_s=self._limit_s)
        except OSError as wrong:
            raise ClientError("unreachable", f"{self.path} cannot be started: {wrong.strerror}") from None


def _succeeded(ran: Ran, command: str) -> None:
    """Errors are always text: `Error: <words> (Request ID: ...)`, the last line that begins so counts.

    Raises:
        ClientError: the command failed, or its time was over.
    """
    if ran.code == 0:
        return
    if ran.code in (None, _DEADLINE_CODE):
        raise ClientError("timeout", f"`fly {command}` did not end in time", FLY_HINTS["timeout"])
    lines = [line for line in ran.err.decode(errors="replace").splitlines() if line.strip()]
    told = [line.removeprefix("Error:") for line in lines if line.startswith("Error:")] or lines
    words = quoted(told[-1]) if told else f"exit code {ran.code}, without a word"
    kind = by_words(words, "server")
    raise ClientError(kind, f"`fly {command}` failed: {words}", FLY_HINTS.get(kind, ""))


def _objects(printed: str) -> Iterator[object]:
    """JSON objects that stand one after another; what is cut off, or none, ends them."""
    decoder, at = json.JSONDecoder(), 0
    while (at := _next(printed, at)) < len(printed):
        try:
            value, at = decoder.raw_decode(printed, at)
        except (ValueError, RecursionError):
            return
        yield value


def _next(printed: str, at: int) -> int:
    """Where the next thing begins that is no blank."""
    while at < len(printed) and printed[at].isspace():
        at += 1
    return at
