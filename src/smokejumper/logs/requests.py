"""Requests: path templates, classes of latency, and the words of Phoenix's and Plug's request lines.

Wordings: phoenix `lib/phoenix/logger.ex`, plug `lib/plug/logger.ex`, logger_json `lib/logger_json/plug.ex`.
"""

import math
import re
from functools import lru_cache

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT", "TRACE")
START = re.compile(rf"({'|'.join(METHODS)}) (/\S*)\s*$")
END = re.compile(r"(?:Sent|Chunked) ([1-5]\d\d) in (\d{1,15})(ms|µs|us|s)\s*$")
BOTH = re.compile(rf"({'|'.join(METHODS)}) (/\S*) \[(?:Sent|Chunked) ([1-5]\d\d) in (\d{{1,15}})(ms|µs|us|s)\]\s*$")
"""LoggerJSON.Plug's single line."""

_EXACT = 32
_PER_OCTAVE = 8


def latency_class(micros: int) -> int:
    """The class of a duration: whole milliseconds up to 32, then eight for each doubling."""
    ms = micros // 1000
    if ms <= _EXACT:
        return ms
    return _EXACT + 1 + int(_PER_OCTAVE * math.log2(ms / _EXACT))


def latency_ms(cls: int) -> float:
    """A duration in ms that stands for a class: the middle of it."""
    if cls <= _EXACT:
        return cls or 0.5
    return _EXACT * 2 ** ((cls - _EXACT - 0.5) / _PER_OCTAVE)


_UNITS = {"ms": 1000, "µs": 1, "us": 1, "s": 1_000_000}


_LONGEST = 86_400_000_000
"""A day in microseconds; no request takes longer, whatever a broken line says."""


@lru_cache(maxsize=65536)
def end(text: str) -> tuple[int, int, int] | None:
    """Status, latency class and milliseconds of a `Sent 200 in 12ms` line, or None."""
    found = END.match(text)
    if found is None:
        return None
    micros = min(int(found[2]) * _UNITS[found[3]], _LONGEST)
    return int(found[1]), latency_class(micros), micros // 1000


_PARAMETER = re.compile(
    r"\d+|[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|\d{4}-\d\d-\d\d|[0-9a-fA-F]{24,}|(?=[^/]*\d)[A-Za-z0-9_~-]{16,}={0,2}"
    # Mixed case without a digit, one in thirty tokens of 22 characters; words in CamelCase are a name.
    r"|(?![a-z]*(?:[A-Z][a-z]{2,})+$)(?=[^/]*[a-z])(?=(?:[^/A-Z]*[A-Z]){3})[A-Za-z0-9_~-]{16,}={0,2}"
    r"|[A-Za-z]{1,12}[-_]\d{2,}|[0-9a-f]*\d[0-9a-f]{7,}|\S+@\S+|[A-Za-z0-9_-]{28,}|\d+[,;x.]\d+|\d+-[\w-]+"
)


def is_parameter(part: str) -> bool:
    """Is a segment of a path a number, an id, a date, a token or an address?"""
    return _PARAMETER.fullmatch(part) is not None


_DIGIT = re.compile(r"\d")
_LONG = 17
"""A slash and the shortest token without a digit."""


@lru_cache(maxsize=65536)
def template(path: str) -> str:
    """A path with its numbers, UUIDs, dates, long tokens and addresses as `:id`.

    Word slugs stay (see `causes.routes`).
    """
    path = path.split("?", 1)[0]
    if len(path) < _LONG and not _DIGIT.search(path) and "@" not in path:
        return path.rstrip("/") or "/"
    return "/".join(":id" if is_parameter(part) else part for part in path.split("/")).rstrip("/") or "/"


HEALTH = re.compile(
    r"/(?:up|health|healthz|healthcheck|health[_-]check|livez?|readyz?|alive|ping|status|_health|heartbeat)(?:/\w+)?/?$",
    re.IGNORECASE,
)
"""Paths that load balancers ask for; they are no requests of users."""


@lru_cache(maxsize=4096)
def is_health(path: str) -> bool:
    """Is this path a health check's?"""
    return HEALTH.match(path) is not None


def status_class(status: int) -> str:
    """The class that `LogDigest.answers` counts by: ok, missing (404), refused (other 4xx) or failed (5xx)."""
    if status < 400:
        return "ok"
    if status >= 500:
        return "failed"
    return "missing" if status == 404 else "refused"
