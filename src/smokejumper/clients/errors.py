"""What goes wrong when another system is asked: a kind that code can act on, and a sentence that a person can."""

import re
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from smokejumper.errors import SmokejumperError
from smokejumper.escaping import plain
from smokejumper.masking import mask

Kind = Literal[
    "unauthorized",
    "forbidden",
    "not_found",
    "timeout",
    "conflict",
    "invalid",
    "rate_limited",
    "server",
    "garbage",
    "cut",
    "dns",
    "refused",
    "tls",
    "unreachable",
]

LONGEST = 200
"""Characters of a system's own words that are repeated."""
_STATUSES: Mapping[int, Kind] = {
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    408: "timeout",
    409: "conflict",
    410: "not_found",
    412: "conflict",
    429: "rate_limited",
}
_WORDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("unauthorized", re.compile(r"no access token|auth login|unauthorized|authenticat|token validation")),
    ("forbidden", re.compile(r"not authorized|permission|forbidden")),
    ("not_found", re.compile(r"could not find|not found")),
    ("rate_limited", re.compile(r"rate limit")),
    ("dns", re.compile(r"no such host")),
    ("refused", re.compile(r"connection refused")),
    ("tls", re.compile(r"x509:|tls:")),
    ("timeout", re.compile(r"deadline.exceeded|timed? ?out")),
)
"""Of flyctl and of Fly's GraphQL, in lower case; the first that fits."""
FLY_HINTS: Mapping[Kind, str] = {
    "unauthorized": "fly auth login",
    "forbidden": "fly tokens create readonly",
    "not_found": "fly apps list",
    "server": "fly platform status",
    "timeout": "fly doctor",
    "dns": "fly doctor",
    "refused": "fly doctor",
    "unreachable": "fly doctor",
}
"""Commands that help where Fly was asked (superfly/flyctl `internal/command`)."""
_SAID: Mapping[Kind, str] = {
    "unauthorized": "does not accept the token",
    "forbidden": "does not allow this with the token",
    "not_found": "does not know what was asked for",
    "timeout": "did not get it done in time",
    "conflict": "is busy with something that must end first",
    "invalid": "does not take the question",
    "rate_limited": "was asked too often",
    "server": "has trouble of its own",
    "garbage": "points elsewhere instead of answering",
}
_CLOCK = "Set this machine's clock: timedatectl set-ntp true"
_AUTHORITY = "If a proxy here opens TLS, name its authority in SSL_CERT_FILE"
_CERTIFICATES: Mapping[int, tuple[str, str]] = {
    9: ("is not valid yet", _CLOCK),
    10: ("has expired", f"If it has not: {_CLOCK}"),
    18: ("is signed by itself", _AUTHORITY),
    19: ("is signed by an authority that is not known here", _AUTHORITY),
    20: ("is signed by an authority that is not known here", _AUTHORITY),
    21: ("is signed by an authority that is not known here", _AUTHORITY),
    62: ("is made out to another name", ""),
    64: ("is made out to another address", ""),
}
"""What is wrong, and what may help, by the code that verification gives (OpenSSL `X509_V_ERR_*`)."""


class ClientError(SmokejumperError):
    """Another system did not say what it was asked for.

    `what` says which system and why, in its own words where it has some, masked and escaped; `hint` is the command that
    helps, or a sentence. `status` is that of the HTTP answer, if there was one. `retry_after`: seconds that the system
    wants to be left alone.
    """

    code = 3

    def __init__(
        self, kind: Kind, what: str, hint: str = "", *, status: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(what, hint)
        self.kind = kind
        self.status = status
        self.retry_after = retry_after


def quoted(text: str) -> str:
    """Words from outside, fit for a sentence: on one line, escaped, masked, and not long."""
    words = mask(" ".join(plain(text).split()))
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"


def by_words(words: str, default: Kind) -> Kind:
    """The kind of a failure that flyctl, or Fly's GraphQL, tells in words only."""
    return next((kind for kind, pattern in _WORDS if pattern.search(words.lower())), default)


def host(url: str) -> str:
    """The host of an address as it stands there, with its port, without a login."""
    try:
        return quoted(urlsplit(url).netloc.rpartition("@")[2]) or "this address"
    except ValueError:
        return "this address"


def of_answer(url: str, status: int, headers: Mapping[str, str], body: bytes) -> ClientError:
    """What an answer says that is no success. `headers` has names in lower case.

    Fly writes `{"error": ...}` or `{"message": ...}`, or what is no JSON, and `fly-request-id` (superfly/fly-go
    `flaps/flaps.go`).
    """
    kind = _STATUSES.get(status) or ("server" if status >= 500 else "invalid" if status >= 400 else "garbage")
    what = f"{host(url)} {_SAID[kind]} ({status})"
    words = quoted(_own_words(body))
    if words:
        what += f": {words}"
    wait = _seconds(headers.get("retry-after", ""), headers.get("date", ""))
    if wait is not None:
        what += f"; it wants to be left alone for {wait:.0f} s"
    request = quoted(headers.get("fly-request-id", ""))
    if request:
        what += f" (fly-request-id {request})"
    return ClientError(kind, what, status=status, retry_after=wait)


def _own_words(body: bytes) -> str:
    try:
        said = msgspec.json.decode(body, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    return next((word for key in ("error", "message") if isinstance(word := said.get(key), str) and word), "")


def _seconds(retry_after: str, date: str) -> float | None:
    """`Retry-After` in seconds from now, by the clock of the answer; None where it says nothing that can be read."""
    if retry_after.isascii() and retry_after.isdecimal():
        return float(retry_after[:9])
    until = http_date(retry_after)
    if until is None:
        return None
    return max(0.0, until - (http_date(date) or time.time()))


def http_date(text: str) -> float | None:
    """Seconds since the epoch of a date in a header; None where it is none."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None


def of_transport(url: str, wrong: Exception) -> ClientError:
    """Why there is no answer, or no whole one.

    The words of the library are not repeated: they may quote a header, and so a token.
    """
    import httpx2  # noqa: PLC0415

    where = host(url)
    causes = tuple(_causes(wrong))

    def has(*kinds: type[BaseException]) -> bool:
        return any(isinstance(cause, kinds) for cause in causes)

    if has(httpx2.TimeoutException, TimeoutError):
        return ClientError("timeout", f"{where} does not answer")
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            return _of_tls(where, cause)
    if has(socket.gaierror):
        return ClientError("dns", f"{where} cannot be found: the name is wrong, or looking up names does not work here")
    if has(ConnectionRefusedError):
        return ClientError("refused", f"{where} refuses the connection")
    if has(httpx2.ProxyError):
        return ClientError("unreachable", f"{where} cannot be reached through the proxy that is set here")
    if has(httpx2.LocalProtocolError, httpx2.UnsupportedProtocol, httpx2.InvalidURL, OverflowError, UnicodeError):
        return ClientError(
            "invalid", f"{where} cannot be asked: the address, or the token, is not one that can be sent"
        )
    if has(httpx2.TooManyRedirects):
        return ClientError("garbage", f"{where} points elsewhere again and again")
    if _ended(wrong) or has(httpx2.ReadError, httpx2.WriteError, ConnectionError):
        return ClientError("cut", f"{where} broke off before its answer was whole")
    if has(httpx2.RemoteProtocolError, httpx2.DecodingError):
        return ClientError("garbage", f"{where} answers with something that is no HTTP")
    return ClientError("unreachable", f"{where} cannot be reached")


def _ended(wrong: Exception) -> bool:
    """Did the other side end the connection, rather than break the protocol? httpx2 has one exception for both."""
    return str(wrong).startswith(("peer closed connection", "Server disconnected"))


def _of_tls(where: str, wrong: ssl.SSLError) -> ClientError:
    if isinstance(wrong, ssl.SSLCertVerificationError):
        unknown = f"does not hold: {quoted(wrong.verify_message)}", ""
        why, hint = _CERTIFICATES.get(wrong.verify_code, unknown)
        return ClientError("tls", f"the certificate of {where} {why}", hint)
    reason = quoted((wrong.reason or "").replace("_", " ").lower()) or "no reason given"
    return ClientError("tls", f"{where} does not speak TLS as it should: {reason}")


def _causes(wrong: BaseException) -> Iterator[BaseException]:
    """An exception, what it came of, and the members of groups among them."""
    at: BaseException | None = wrong
    while at is not None:
        yield at
        if isinstance(at, BaseExceptionGroup):
            for member in at.exceptions:
                yield from _causes(member)
        at = at.__cause__ or at.__context__
