"""HTTP for one command: limits always set, reads retried a little, clocks compared, every call noted.

All calls are of the class *read*: a GET, or a POST that only asks (GraphQL, a shipped script).
"""

import asyncio
import logging
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar
from urllib.parse import urlsplit

import msgspec

import smokejumper
from smokejumper.clients.errors import ClientError, host, http_date, of_answer, of_transport
from smokejumper.clients.pace import Pace
from smokejumper.masking import mask

if TYPE_CHECKING:
    import httpx2

__all__ = ["Answer", "Call", "ClientError", "Http"]

LARGEST = 16 << 20
"""Bytes of an answer's body, unpacked."""
ATTEMPTS = 3
WAIT_FIRST_S, WAIT_MOST_S, JITTER_S = 0.1, 0.4, 0.1
"""Between attempts."""
PATIENCE_S = 2.0
"""A `Retry-After` up to this is waited for, a longer one is told."""
REDIRECTS = 3
_AGAIN = frozenset(("refused", "cut", "unreachable"))
_AGAIN_STATUSES = frozenset((429, 502, 503, 504))
_DIRECT = ("all://localhost", "all://127.0.0.1", "all://[::1]")
"""Never through a proxy, whatever the environment says."""

T = TypeVar("T")

# Stamina tells of each retry; to a person at a terminal that is no news.
logging.getLogger("stamina").addHandler(logging.NullHandler())


@dataclass(frozen=True)
class Call:
    """One call that was made, masked. `status` is None where no answer came."""

    method: str
    url: str
    status: int | None
    kind: str = "read"


@dataclass(frozen=True)
class Answer:
    """An answer; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    url: str
    body: bytes = field(repr=False)

    def json(self, shape: type[T]) -> T:
        """The body as JSON of a shape.

        Raises:
            ClientError: `garbage`, it is none, or of another shape.
        """
        try:
            return msgspec.json.decode(self.body.decode("utf-8", "replace"), type=shape)
        except (msgspec.DecodeError, RecursionError):
            raise ClientError("garbage", f"{host(self.url)} answers {_nature(self.body)}", status=self.status) from None


def _nature(body: bytes) -> str:
    """What a body is that is not the JSON which was expected."""
    begin = body.lstrip()[:1]
    if not begin:
        return "nothing"
    if begin == b"<":
        return "HTML instead of JSON"
    return "JSON of another shape than expected" if begin in b"{[" else "something that is no JSON"


class Http:
    """The HTTP of one command, an asynchronous context; what runs in it ends with it.

    `timeout` bounds each call as a whole, with its retries, in seconds. Proxies and certificates are those that the
    environment names (`HTTPS_PROXY`, `NO_PROXY`, `SSL_CERT_FILE`).

    Raises:
        ClientError: those cannot be used.
    """

    def __init__(self, *, timeout: float = 4.0, verify: ssl.SSLContext | bool = True) -> None:
        import httpx2  # noqa: PLC0415

        self.timeout = timeout
        self.calls: list[Call] = []
        self._skews: dict[str, float] = {}
        try:
            self._client = httpx2.AsyncClient(
                verify=verify,
                timeout=None,  # each call has its limit as a whole
                max_redirects=REDIRECTS,
                mounts=dict.fromkeys(_DIRECT),
                headers={"User-Agent": f"smokejumper/{smokejumper.__version__}"},
            )
        except ImportError:
            raise ClientError("invalid", "the proxy that is set here speaks SOCKS, which is not known here") from None
        except (httpx2.InvalidURL, OSError, ValueError):
            raise ClientError(
                "invalid",
                "the proxy or the certificates that are set here cannot be used",
                "Look at HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR",
            ) from None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        limit: int = LARGEST,
        follow: bool = False,
        pace: Pace | None = None,
    ) -> Answer:
        """A GET. `limit` is in bytes; `follow` goes after redirects; each attempt waits for its turn in `pace`.

        Raises:
            ClientError: no answer, half of one, one that is too large, or a status that is no success.
        """

        async def attempt() -> Answer:
            return _good(await self._send("GET", url, headers or {}, params=params, limit=limit, follow=follow))

        return await self._within(self.timeout, url, _again(attempt, pace))

    async def ask(
        self,
        url: str,
        *,
        json: object,
        headers: Mapping[str, str] | None = None,
        once: bool = False,
        timeout: float | None = None,  # noqa: ASYNC109 - bounds the call as the one of the whole does
        pace: Pace | None = None,
    ) -> Answer:
        """A POST that only reads. `once`: without a retry; `timeout` instead of the usual one.

        Raises:
            ClientError: as for `get`.
        """
        kept = {**(headers or {}), "Content-Type": "application/json"}
        content = msgspec.json.encode(json)

        async def attempt() -> Answer:
            return _good(await self._send("POST", url, kept, content=content))

        return await self._within(timeout or self.timeout, url, _again(attempt, pace, 1 if once else ATTEMPTS))

    async def look(self, url: str, *, headers: Mapping[str, str] | None = None, limit: int) -> Answer:
        """One GET of something that is no interface: any status will do, and a body is cut off at `limit` bytes.

        Raises:
            ClientError: no answer, or half of one.
        """
        return await self._within(self.timeout, url, self._send("GET", url, headers or {}, limit=limit, cut_off=True))

    def skew(self, url: str) -> float | None:
        """How far a host's clock is ahead of ours in seconds, by its newest answer; None before the first one."""
        return self._skews.get(_place(url))

    async def _within(self, seconds: float, url: str, asked: Awaitable[Answer]) -> Answer:
        try:
            async with asyncio.timeout(seconds):
                return await asked
        except TimeoutError:
            raise ClientError("timeout", f"{host(url)} gives no answer within {seconds:g} s") from None

    async def _send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        *,
        params: Mapping[str, str] | None = None,
        content: bytes | None = None,
        limit: int = LARGEST,
        cut_off: bool = False,
        follow: bool = False,
    ) -> Answer:
        import httpx2  # noqa: PLC0415

        status = None
        try:
            async with self._client.stream(
                method, url, headers=headers, params=params, content=content, follow_redirects=follow
            ) as reply:
                status = reply.status_code
                self._compare_clocks(url, reply.headers)
                body = await _body(reply, limit, cut_off=cut_off)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError, ExceptionGroup) as wrong:
            raise of_transport(url, wrong) from None
        finally:
            self.calls.append(Call(method, mask(_full(url, params)), status))
        return Answer(reply.status_code, dict(reply.headers), str(reply.url), body)

    def _compare_clocks(self, url: str, headers: Mapping[str, str]) -> None:
        """By `Date`, which is cut to the second. An answer out of a cache tells of an older moment."""
        date = http_date(headers.get("date", ""))
        if date is not None and "age" not in headers:
            self._skews[_place(url)] = date + 0.5 - time.time()


async def _body(reply: "httpx2.Response", limit: int, *, cut_off: bool) -> bytes:
    body = bytearray()
    async for part in reply.aiter_bytes():
        body += part
        if len(body) > limit:
            if cut_off:
                return bytes(body[:limit])
            raise ClientError("garbage", f"{host(str(reply.url))} answers more than {limit >> 20} MiB")
    return bytes(body)


def _good(answer: Answer) -> Answer:
    if 200 <= answer.status < 300:
        return answer
    raise of_answer(answer.url, answer.status, answer.headers, answer.body)


async def _again(attempt: Callable[[], Awaitable[Answer]], pace: Pace | None, attempts: int = ATTEMPTS) -> Answer:
    import stamina  # noqa: PLC0415

    async def paced() -> Answer:
        if pace is not None:
            await pace.turn()
        return await attempt()

    retrying = stamina.AsyncRetryingCaller(
        attempts=attempts, timeout=None, wait_initial=WAIT_FIRST_S, wait_max=WAIT_MOST_S, wait_jitter=JITTER_S
    )
    return await retrying(_worth_it, paced)


def _worth_it(wrong: Exception) -> bool | float:
    """Is there a point in asking again, and if the system says when, after how many seconds?"""
    if not isinstance(wrong, ClientError):
        return False
    if wrong.status is None:
        return wrong.kind in _AGAIN
    if wrong.status not in _AGAIN_STATUSES:
        return False
    if wrong.retry_after is None:
        return True
    return wrong.retry_after if wrong.retry_after <= PATIENCE_S else False


def _place(url: str) -> str:
    return urlsplit(url).netloc


def _full(url: str, params: Mapping[str, str] | None) -> str:
    return url + "?" + "&".join(f"{name}={value}" for name, value in params.items()) if params else url
