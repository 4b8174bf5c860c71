"""Fly's live stream of a log over NATS; it has no past, and the package `nats-py` is an extra.

Inside Fly at `nats://[fdaa::3]:4223`, over WireGuard at `::3` of the own network; Fly calls it experimental
(superfly/flyctl `logs/nats.go`, superfly/docs `monitoring/logs-api-options`).
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from urllib.parse import urlsplit

import msgspec

from smokejumper.clients import records
from smokejumper.clients.errors import ClientError, host, of_transport
from smokejumper.config import Token, is_app
from smokejumper.model.entry import LogEntry

LIMIT_S = 4.0
"""For connecting."""
LARGEST = 8 << 20
"""Bytes that wait to be taken; what comes beyond is lost, as a stream that nobody keeps up with cannot be kept."""


async def follow(url: str, org: str, app: str, token: Token) -> AsyncGenerator[LogEntry, None]:
    """Entries as they are written, until the caller has enough; what is no entry is left out.

    Raises:
        ClientError: `nats-py` is not installed, the server is not there or does not take the token, or it breaks off.
    """
    try:
        import nats.errors  # noqa: PLC0415
        from nats.aio.client import Client  # noqa: PLC0415
    except ImportError:
        raise ClientError(
            "unreachable", "the live stream needs the package nats-py", "pipx inject smokejumper nats-py"
        ) from None
    if not is_app(app) or not _is_address(url):
        raise ClientError("invalid", f"{host(url)} cannot be asked: the address, or the application's name, is none")

    client, connecting = Client(), True

    async def fail(wrong: Exception) -> None:
        """Left alone, nats-py tries an address again and again, and prints."""
        if connecting:
            raise wrong

    try:
        try:
            async with asyncio.timeout(LIMIT_S):
                await client.connect(
                    url,
                    user=org,
                    password=token.header().partition(" ")[2],
                    allow_reconnect=False,
                    error_cb=fail,
                    name="smokejumper",
                )
                stream = await client.subscribe(f"logs.{app}.>", pending_bytes_limit=LARGEST)
                await client.flush()
        except (nats.errors.Error, OSError, ValueError, TimeoutError) as wrong:
            raise _of_nats(url, wrong) from None
        finally:
            connecting = False
        async for message in stream.messages:
            entry = _entry(message.data)
            if entry is not None:
                yield entry
        raise ClientError("cut", f"{host(url)} ended the live stream")
    finally:
        with suppress(AssertionError):  # of nats-py, where nothing was opened yet
            await client.close()


def _entry(data: bytes) -> LogEntry | None:
    try:
        return records.entry(msgspec.json.decode(data.decode("utf-8", "replace")))
    except (msgspec.DecodeError, RecursionError):
        return None


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("nats", "tls") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


def _of_nats(url: str, wrong: Exception) -> ClientError:
    if "authorization" in str(wrong).lower():
        return ClientError(
            "unauthorized", f"{host(url)} does not accept the organisation or the token", "fly tokens create readonly"
        )
    return of_transport(url, wrong)
