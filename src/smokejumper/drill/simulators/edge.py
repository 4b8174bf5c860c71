"""Between the socket and the simulators: records every request, refuses writes, makes faults, and tells the time.

Each host has a port of its own, so that a client keeps them apart as it does in reality.
"""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from email.utils import formatdate
from http import HTTPStatus
from urllib.parse import parse_qsl

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Route
from starlette.types import Message, Receive, Scope, Send

from smokejumper.drill.clock import Clock
from smokejumper.drill.faults import Fault, Faults
from smokejumper.drill.ledger import GRAPHQL, SHOWN, Ledger, Recorded, Scripts, digest, violation
from smokejumper.drill.simulators.fly_api import EMPTY
from smokejumper.drill.simulators.view import Refused

Cut = Callable[[tuple[str, int]], None]
"""Ends the connection with a client at once."""

PAGE = b"<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Something went wrong</h1></body></html>"
GARBAGE = b'\x00\xff{"data": [}'
ASIDE = frozenset(("slow", "clock", "empty"))
"""Faults beside which an answer is given all the same."""


class Host:
    """One of the hosts that are simulated; those that Fly runs give each answer an id."""

    def __init__(self, name: str, routes: Sequence[Route], *, error_key: str = "error", by_fly: bool = True) -> None:
        async def refused(_request: Request, why: Exception) -> Response:
            assert isinstance(why, Refused)  # noqa: S101 - registered for these
            return JSONResponse({error_key: why.error}, status_code=why.status)

        self.name = name
        self.by_fly = by_fly
        self._routes = routes
        self.app = Starlette(routes=routes, exception_handlers={Refused: refused})

    def part(self, scope: Scope) -> str:
        """The name of what a request asks for; empty for an unknown path."""
        return next((route.name for route in self._routes if route.matches(scope)[0] is not Match.NONE), "")


class Answer(msgspec.Struct):
    """A whole answer, before it is sent."""

    status: int = 200
    headers: list[tuple[bytes, bytes]] = []
    body: bytes = b""

    @classmethod
    def of(cls, status: int, body: bytes, kind: bytes = b"application/json") -> "Answer":
        """One that is made here."""
        return cls(status, [(b"content-type", kind), (b"content-length", b"%d" % len(body))], body)


class Edge:
    """The ASGI application behind all ports."""

    def __init__(
        self,
        hosts: Mapping[int, Host],
        clock: Clock,
        faults: Faults,
        ledger: Ledger,
        scripts: Scripts,
        cut: Cut,
        *,
        delay: tuple[float, float] = (0.0, 0.0),
        seed: int = 0,
    ) -> None:
        self._hosts = hosts
        self._clock = clock
        self._faults = faults
        self._ledger = ledger
        self._scripts = scripts
        self._cut = cut
        self._delay = delay
        self._random = random.Random(seed)  # noqa: S311 - for delays

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        host = self._hosts[scope["server"][1]]
        part, path = host.part(scope), scope["path"]
        body = await _body(receive)
        wrong = self._record(host, scope, part, body)
        met = self._faults.meet(part, path)
        await self._linger(met)
        fault = next((each for each in met if each.kind not in ASIDE), None)
        if fault is not None and fault.kind in ("hang", "refuse"):
            if fault.kind == "refuse":
                self._cut(scope["client"])
            await _gone(receive)
            return
        if fault is not None and fault.kind != "half":
            answer = _faulty(fault)
        elif wrong is not None and part:
            answer = _forbidden(part, wrong)
        else:
            scope[EMPTY] = any(each.kind == "empty" for each in met)
            answer = await _answer(host.app, scope, body)
        answer.headers += self._stamps(host, met)
        if fault is not None and fault.kind == "half":
            await _send(send, answer, answer.body[: len(answer.body) // 2])
            self._cut(scope["client"])
            await _gone(receive)
            return
        await _send(send, answer, answer.body)

    def _record(self, host: Host, scope: Scope, part: str, body: bytes) -> str | None:
        """Write down a request; what is wrong with it."""
        query = parse_qsl(scope["query_string"].decode(), keep_blank_values=True)
        headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
        wrong = violation(scope["method"], part, scope["path"], query, body, self._scripts)
        reads = wrong is None or (scope["method"] in ("GET", "HEAD"))
        self._ledger.requests.append(
            Recorded(
                method=scope["method"],
                host=host.name,
                path=scope["path"],
                query=tuple(query),
                headers={key: headers[key] for key in SHOWN if key in headers},
                scheme=_scheme(headers.get("authorization", "")),
                body=digest(body),
                part=part,
                kind="read" if reads else "write",
                at=self._clock.now(),
            )
        )
        if wrong is not None:
            self._ledger.violations.append(wrong)
        return wrong

    async def _linger(self, met: Sequence[Fault]) -> None:
        wait = self._random.uniform(*self._delay) + sum(each.seconds for each in met if each.kind == "slow")
        if wait:
            await asyncio.sleep(wait)

    def _stamps(self, host: Host, met: Sequence[Fault]) -> list[tuple[bytes, bytes]]:
        """The world's time, and an id by which Fly would find the request again."""
        now = self._clock.now() + sum(each.seconds for each in met if each.kind == "clock")
        date = (b"date", formatdate(now, usegmt=True).encode())
        return [date, (b"fly-request-id", b"01%024d-iad" % len(self._ledger.requests))] if host.by_fly else [date]


def _scheme(authorization: str) -> str:
    """The scheme of a header; what is none may be a token that stands alone, and is not shown."""
    scheme = authorization.partition(" ")[0]
    return scheme if scheme in ("", "FlyV1", "Bearer") else "other"


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _gone(receive: Receive) -> None:
    """Wait until the client, or this server at its end, has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _answer(app: Starlette, scope: Scope, body: bytes) -> Answer:
    """What a simulator answers, as a whole."""
    answer = Answer()

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status, answer.headers = message["status"], list(message["headers"])
        else:
            answer.body += message.get("body", b"")

    await app(scope, receive, send)
    return answer


async def _send(send: Send, answer: Answer, body: bytes) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    await send({"type": "http.response.body", "body": body, "more_body": len(body) < len(answer.body)})


def _faulty(fault: Fault) -> Answer:
    """The answer of a fault that has one of its own."""
    if fault.kind == "garbage":
        return Answer.of(200, GARBAGE)
    if fault.kind == "html":
        return Answer.of(fault.status, PAGE, b"text/html; charset=utf-8")
    words = fault.body if fault.body is not None else msgspec.json.encode({"error": _words(fault.status)}).decode()
    answer = Answer.of(fault.status, words.encode())
    if fault.retry_after is not None:
        answer.headers.append((b"retry-after", fault.retry_after.encode()))
    return answer


def _words(status: int) -> str:
    """Fly's words where they are known (superfly/fly-go `flaps/`), else those of the status."""
    known = {
        401: "Authenticate: token validation error",
        408: "deadline_exceeded: request timed out",
        429: "rate limit exceeded",
    }
    return known.get(status) or HTTPStatus(status).phrase.lower()


def _forbidden(part: str, wrong: str) -> Answer:
    """The answer to a call that writes, or runs what was not shipped."""
    if part == GRAPHQL:
        return Answer.of(200, msgspec.json.encode({"data": None, "errors": [{"message": wrong}]}))
    return Answer.of(403, msgspec.json.encode({"error": wrong}))
