"""The live stream against a real server: only this application's lines, and no silence where something is wrong."""

import asyncio
import json
import re
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest
from nats.aio.client import Client

from smokejumper.clients.errors import ClientError
from smokejumper.clients.nats import follow
from smokejumper.config import Token
from smokejumper.model.entry import LogEntry

ORG, MACAROON = "acme-org", "fm2_lJPEmacaroon"
TOKEN = Token(MACAROON, "a test")
SERVER = shutil.which("nats-server", path=str(Path(sys.executable).parent)) or shutil.which("nats-server") or ""
LINE = {
    "event": {"provider": "app"},
    "fly": {"app": {"instance": "m1", "name": "acme"}, "region": "iad"},
    "host": "worker-1",
    "log": {"level": "info"},
    "message": "hello",
    "timestamp": "2026-11-02T10:00:00.5Z",
}


@asynccontextmanager
async def server() -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    """A NATS server that takes one user, and its address; it tells the port that it was given."""
    process = await asyncio.create_subprocess_exec(
        *(SERVER, "--addr", "127.0.0.1", "--port", "-1", "--user", ORG, "--pass", MACAROON),
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    try:
        port = b""
        async for line in process.stderr:
            if found := re.search(rb"Listening for client connections on 127\.0\.0\.1:(\d+)", line):
                port = found[1]
            if b"Server is ready" in line:
                break
        yield f"nats://127.0.0.1:{port.decode()}", process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def publish(url: str, *messages: tuple[str, bytes]) -> None:
    client = Client()
    await client.connect(url, user=ORG, password=MACAROON)
    for subject, data in messages:
        await client.publish(subject, data)
    await client.close()


def wire(message: str) -> bytes:
    return json.dumps({**LINE, "message": message}).encode()


async def first(url: str, publishing: tuple[tuple[str, bytes], ...], count: int) -> list[LogEntry]:
    """The first entries of a stream. It is published again until the stream is heard: there is no past."""
    heard: list[LogEntry] = []

    async def listen() -> None:
        async with aclosing(follow(url, ORG, "acme", TOKEN)) as stream:
            async for entry in stream:
                heard.append(entry)
                if len(heard) == count:
                    return

    listening = asyncio.create_task(listen())
    while not listening.done():
        await publish(url, *publishing)
    await listening
    return heard


def fails(url: str, token: Token = TOKEN, app: str = "acme") -> ClientError:
    async def run() -> ClientError:
        with pytest.raises(ClientError) as raised:
            async for _ in follow(url, ORG, app, token):
                pass
        return raised.value

    return asyncio.run(run())


def test_only_lines_of_the_application_that_can_be_read() -> None:
    other = ("logs.acme-staging.iad.m9", wire("not ours"))
    broken = ("logs.acme.iad.m1", b"{"), ("logs.acme.iad.m1", b"[" * 10_000), ("logs.acme.iad.m1", b"{}")

    async def run() -> list[LogEntry]:
        async with server() as (url, _):
            return await first(url, (other, *broken, ("logs.acme.iad.m1", wire("ours\n"))), 2)

    heard = asyncio.run(run())
    assert heard == [
        LogEntry(
            at_ns=1_793_613_600_500_000_000,
            timestamp="2026-11-02T10:00:00.5Z",
            message="ours",
            machine="m1",
            region="iad",
        )
    ] * len(heard)


def test_a_token_that_is_not_taken_is_told_but_not_shown() -> None:
    async def run() -> ClientError:
        async with server() as (url, _):
            with pytest.raises(ClientError) as raised:
                await anext(follow(url, ORG, "acme", Token("fm2_another", "a test")))
            return raised.value

    wrong = asyncio.run(run())
    assert (wrong.kind, wrong.hint) == ("unauthorized", "fly tokens create readonly")
    assert "fm2_another" not in repr(wrong)


def test_a_server_that_ends_is_not_silence() -> None:
    async def run() -> ClientError:
        async with server() as (url, process):
            stream = follow(url, ORG, "acme", TOKEN)
            begun = asyncio.Event()

            async def listen() -> None:
                async for _ in stream:
                    begun.set()

            listening = asyncio.create_task(listen())
            while not begun.is_set():
                await publish(url, ("logs.acme.iad.m1", wire("ours")))
            process.terminate()
            with pytest.raises(ClientError) as raised:
                await listening
            return raised.value

    assert asyncio.run(run()).kind == "cut"


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("nats://127.0.0.1:1", "refused"),
        (f"nats://{'a' * 64}.invalid:4223", "invalid"),
        ("nats://127.0.0.1:99999", "invalid"),
        ("", "invalid"),
    ],
)
def test_an_address_where_nobody_is(url: str, kind: str) -> None:
    assert fails(url).kind == kind


@pytest.mark.parametrize("app", ["*", ">", "acme.>", "", "a b"])
def test_a_name_cannot_ask_for_other_applications(app: str) -> None:
    assert fails("nats://127.0.0.1:1", app=app).kind == "invalid"


def test_without_the_package_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name == "nats" or name.startswith("nats.")]:
        monkeypatch.setitem(sys.modules, name, None)
    wrong = fails("nats://127.0.0.1:1")
    assert wrong.hint == "pipx inject smokejumper nats-py"
