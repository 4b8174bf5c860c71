"""What was asked of a simulated world, and every call that no reading program makes."""

import hashlib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Literal

import msgspec

SHOWN = ("accept", "content-type", "user-agent", "fly-force-instance-id")
"""Headers that are recorded: none of them is a secret."""
EXEC, GRAPHQL = "exec", "graphql"
"""Parts where a POST may be a reading."""


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """One request, without its secrets."""

    method: str
    host: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = {}
    scheme: str = ""
    """Of its `Authorization` header, which holds a secret behind that."""
    body: str = ""
    """The digest of its body; empty where it has none."""
    part: str = ""
    """What was asked for; empty: an unknown path."""
    kind: Literal["read", "write"]
    at: float
    """The world's time."""


class Ledger:
    """All requests in their order, and what is wrong with some of them."""

    def __init__(self) -> None:
        self.requests: list[Recorded] = []
        self.violations: list[str] = []


class _Exec(msgspec.Struct):
    command: list[str] = []
    cmd: str = ""


class _Query(msgspec.Struct):
    query: str = ""


class Scripts:
    """The scripts and GraphQL documents that are shipped with the clients: nothing else may be run or asked.

    The folder is read anew each time, so that one which does not exist holds nothing.
    """

    def __init__(self, folder: Traversable | None = None) -> None:
        self._folder = files("smokejumper") / "clients" / "scripts" if folder is None else folder

    def texts(self) -> Mapping[str, str]:
        """The names of all of them by their texts."""
        if not self._folder.is_dir():
            return {}
        shipped = (file for file in self._folder.iterdir() if file.name.endswith((".sh", ".graphql")))
        return {file.read_text(encoding="utf-8"): file.name for file in shipped}

    def run_by(self, body: bytes) -> str | None:
        """The script that a body of exec runs, as `["sh", "-c", SCRIPT]` and not otherwise."""
        try:
            asked = msgspec.json.decode(body, type=_Exec)
        except msgspec.DecodeError:
            return None
        if asked.cmd or len(asked.command) != 3 or asked.command[:2] != ["sh", "-c"]:
            return None
        name = self.texts().get(asked.command[2], "")
        return name if name.endswith(".sh") else None

    def asked_by(self, body: bytes) -> str | None:
        """The document that a body of GraphQL asks."""
        try:
            name = self.texts().get(msgspec.json.decode(body, type=_Query).query, "")
        except msgspec.DecodeError:
            return None
        return name if name.endswith(".graphql") else None


def violation(
    method: str, part: str, path: str, query: Sequence[tuple[str, str]], body: bytes, scripts: Scripts
) -> str | None:
    """What is wrong with a request of a program that only reads; None where nothing is."""
    if not part:
        return f"{method} {path}: an unknown path"
    if part == EXEC and method == "POST":
        return None if scripts.run_by(body) else f"{method} {path}: runs what is no shipped script"
    if part == GRAPHQL and method == "POST":
        return None if scripts.asked_by(body) else f"{method} {path}: asks what is no shipped document"
    if method not in ("GET", "HEAD"):
        return f"{method} {path}: writes"
    if any(name == "show_secrets" and value != "false" for name, value in query):
        return f"{method} {path}: asks for the values of secrets"
    return None


def digest(body: bytes) -> str:
    """What stands for a body: SHA-256 in hex, empty for none."""
    return hashlib.sha256(body).hexdigest() if body else ""
