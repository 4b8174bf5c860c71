"""A server on loopback that answers with what a test lays out, faults and all, and keeps what it was asked."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import parse_qsl, urlsplit

from smokejumper.clients.http import Http

T = TypeVar("T")


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict[str, object]:
        said = json.loads(self.body)
        assert isinstance(said, dict)
        return said


@dataclass(frozen=True)
class Reply:
    """An answer: `body` as it is, or as JSON. `raw` is sent instead of all that; `hang`: nothing is ever sent."""

    body: object = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    hang: bool = False

    def wire(self) -> bytes:
        if self.raw is not None:
            return self.raw
        body = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        lines = [f"HTTP/1.1 {self.status} -", f"Content-Length: {len(body)}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join([*lines, "", ""]).encode() + body


Laid = Mapping[str, Reply | Sequence[Reply]]
"""By path, or `*` for all others; the last of several replies is given for ever."""


class Server:
    """What stands behind `url`."""

    def __init__(self, laid: Laid) -> None:
        self.url = ""
        self.asked: list[Asked] = []
        self.hangs = asyncio.Event()
        """Set once a caller waits for an answer that never comes."""
        self.left = asyncio.Event()
        """Set once that caller has gone."""
        self._laid = {path: [reply] if isinstance(reply, Reply) else list(reply) for path, reply in laid.items()}

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked = await _read(reader)
            self.asked.append(asked)
            replies = self._laid.get(asked.path) or self._laid.get("*") or [Reply({"error": "not laid out"}, 404)]
            reply = replies.pop(0) if len(replies) > 1 else replies[0]
            if reply.hang:
                self.hangs.set()
                await reader.read()
                self.left.set()
            else:
                writer.write(reply.wire())
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the caller went away, or was never one
        finally:
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Asked:
    head, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = head.split(" ")
    pairs = (line.partition(": ") for line in lines if line)
    headers = {name.lower(): value for name, _, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    url = urlsplit(target)
    return Asked(method, url.path, dict(parse_qsl(url.query, keep_blank_values=True)), headers, body)


@asynccontextmanager
async def serve(laid: Laid, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """A server, as long as the context lasts."""
    server = Server(laid)
    listening = await asyncio.start_server(server.handle, "127.0.0.1", 0, ssl=tls)
    port = listening.sockets[0].getsockname()[1]
    server.url = f"https://localhost:{port}" if tls else f"http://127.0.0.1:{port}"
    try:
        yield server
    finally:
        listening.close()
        await listening.wait_closed()


def talk(laid: Laid, use: Callable[[Http, Server], Awaitable[T]], *, timeout: float = 4.0) -> T:
    """Let a test talk to such a server."""

    async def run() -> T:
        async with serve(laid) as server, Http(timeout=timeout) as http:
            return await use(http, server)

    return asyncio.run(run())
