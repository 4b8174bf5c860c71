"""When two errors are one.

The signature, stable between runs, machines, releases, servers, Elixir versions and log formats.
"""

import hashlib
import re

from smokejumper.logs.elixir import arguments, arity
from smokejumper.model.errors import Frame

_CUT = (
    re.compile(
        r"(no match of right hand side value|no (?:case|with|try) clause matching|Got value"
        r"|expected a map, got|not found in)\s*:.*",
        re.DOTALL,
    ),
    re.compile(r"(bad argument in arithmetic expression).*", re.DOTALL),
    re.compile(r"(protocol \S+ not implemented) for.*", re.DOTALL),
    re.compile(r"(expected an? [^,\n]{1,80}, got)\s*:.*", re.DOTALL),
    re.compile(r"(function \S+ is undefined)\b.*", re.DOTALL),
    re.compile(r"(no function clause matching in \S+).*", re.DOTALL),
    re.compile(r"(connection not available and request was dropped from queue).*", re.DOTALL),
    re.compile(r"(constraint error when attempting to \w+ struct):\s*\* \"?([\w.]+)\"?.*", re.DOTALL),
    re.compile(r"(expected at (?:least|most) one result but got) .*", re.DOTALL),
    re.compile(r"(errors were found at the given arguments):.*", re.DOTALL),
    re.compile(r"(could not perform \w+ because changeset is invalid).*", re.DOTALL),
)
_POSTGRES = re.compile(r"^\S+ (?:([0-9A-Z]{5}) )?\(([a-z_]+)\).*", re.DOTALL)
_REPO = re.compile(r"^\[Elixir\.[\w.]+\] ")
_WORDS = (
    (
        re.compile(r"#(?:PID|Reference|Port|Ecto\.\w+|Function|DateTime|Decimal|\w[\w.]*)<[^<>]*(?:<[^<>]*>[^<>]*)*>"),
        "#",
    ),
    (re.compile(r"<0\.\d+\.\d+>"), "#"),
    (re.compile(r"\"(?:[^\"\\]|\\.)*\""), '""'),
    (re.compile(r"~[A-Z]\[[^\]]*\]"), "~"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "ID"),
    (re.compile(r"\b(?=[\w-]*\d)[A-Za-z0-9_-]{16,}\b"), "ID"),
    (re.compile(r"/anonymous fn#\d+"), "fn"),
    (re.compile(r"\b\d[\d_.,:]*(?:ms|s|kB|KB|MB|GB|%|m)?\b"), "N"),
)
_STRUCT = re.compile(r"%[\w.]*\{[^{}]*\}|\{[^{}]*\}|\[[^\[\]]*\]")
_CALL = re.compile(r"(exited in: :?[\w.]+)\((.*)\)", re.DOTALL)
_NAME = re.compile(r"^(?::?[A-Z][\w.]*|:[a-z_]\w*)$")
_HEX_ATTR = re.compile(r"-(?:fun|inlined)-\d+-|\b-?fun-\d+-")


def scrub(text: str) -> str:
    """Text with every value replaced.

    Pids, refs, strings, ids, numbers, then structs, tuples and lists from the inside out.
    """
    for pattern, word in _WORDS:
        text = pattern.sub(word, text)
    for _ in range(6):
        smaller = _STRUCT.sub("\N{BULLET}", text)
        if smaller == text:
            break
        text = smaller
    text = text.replace("\N{BULLET}", "{}")
    return " ".join(text.split())


def skeleton(kind: str, type_: str | None, message: str) -> str:
    """What stays of a message when the values of this one occurrence are taken out."""
    message = message[:2000].strip()
    if kind in ("exit", "exit_shutdown"):
        return _exit(message)
    if type_ == "Postgrex.Error" and (found := _POSTGRES.match(message)):
        return found[2]
    message = _REPO.sub("", message)
    for cut in _CUT:
        found = cut.search(message)
        if found:
            kept = message[: found.start()] + " ".join(g for g in found.groups() if g)
            return scrub(kept[:300])
    return scrub(message.split("\n\n", 1)[0][:600])[:200]


def _exit(message: str) -> str:
    lines = [line.strip() for line in message.split("\n")]
    parts = []
    for line in lines[:12]:
        text = line.removeprefix("** (EXIT) ").removeprefix("** (exit) ")
        found = _CALL.search(text)
        if found:
            first = next(iter(arguments(found[2][:2000])), "")
            text = f"{found[1]}({first if _NAME.match(first) else '#'})"
        parts.append(scrub(text[:300]))
    return " / ".join(p for p in parts if p)[:300]


def function_key(frame: Frame | None) -> str:
    """A frame for the signature: its function with arity.

    Not the line, which moves, nor the application, which not all formats name.
    """
    if frame is None:
        return ""
    return _HEX_ATTR.sub("", arity(frame.function))


def signature(
    kind: str, process: str, type_: str | None, skeleton_: str, culprit: Frame | None, name: str | None
) -> str:
    """Twelve hex digits: kind, process, exception, skeleton, and the function at fault (or the name of what failed)."""
    parts = (kind, process, type_ or "", skeleton_, function_key(culprit), name or "")
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=6).hexdigest()
