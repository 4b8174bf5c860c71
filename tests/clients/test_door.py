"""A knock never raises and never leaves the host; whatever comes of it is a probe."""

import asyncio

import pytest
from tests.clients.serving import Asked, Laid, Reply, Server, serve, talk

from smokejumper.clients import door
from smokejumper.clients.http import Http
from smokejumper.model.outside import Probe


def knock(laid: Laid, machine: str = "", timeout: float = 4.0) -> tuple[Probe, list[Asked]]:
    async def use(http: Http, server: Server) -> tuple[Probe, list[Asked]]:
        return await door.knock(http, f"{server.url}/", machine=machine, at=7.0), server.asked

    return talk(laid, use, timeout=timeout)


def moved(where: str, status: int = 302) -> Reply:
    return Reply(status=status, headers={"Location": where})


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(hang=True), "timeout: "),
        (Reply(raw=b""), "reset: "),
        (Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"), "reset: "),
        (Reply(raw=b"SSH-2.0-x\r\n\r\n"), "other: "),
    ],
)
def test_no_answer_is_a_probe_too(reply: Reply, error: str) -> None:
    probe, asked = knock({"/": reply}, timeout=0.5)
    assert (probe.status, probe.ms, probe.at) == (None, None, 7.0)
    assert probe.error.startswith(error)
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("http://127.0.0.1:1/", "refused: "),
        (f"http://{'a' * 64}.invalid/", "dns: "),
        ("acme", "other: "),
        ("http://[::1", "other: "),
        ("", "other: "),
    ],
)
def test_an_address_where_nobody_is(url: str, error: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)

    async def run() -> Probe:
        async with Http() as http:
            return await door.knock(http, url, at=7.0)

    assert asyncio.run(run()).error.startswith(error)


def test_a_password_in_an_address_is_not_kept() -> None:
    async def use(http: Http, server: Server) -> Probe:
        return await door.knock(http, server.url.replace("://", "://ada:hunter2@"), at=7.0)

    assert "hunter2" not in repr(talk({}, use))


def test_a_redirect_to_another_host_is_the_answer() -> None:
    async def run() -> None:
        async with serve({"/": Reply()}) as other:
            elsewhere = other.url.replace("127.0.0.1", "localhost")
            async with serve({"/": moved(f"{elsewhere}/")}) as server, Http() as http:
                probe = await door.knock(http, f"{server.url}/", at=7.0)
                assert probe.status == 302
                assert not other.asked

    asyncio.run(run())


def test_redirects_on_the_host_are_followed_but_not_for_ever() -> None:
    probe, asked = knock({"/": moved("/a", 301), "/a": moved("b", 308), "/b": Reply(b"hello")}, machine="m1")
    assert (probe.status, [each.path for each in asked]) == (200, ["/", "/a", "/b"])
    assert {each.headers[door.FORCE] for each in asked} == {"m1"}
    probe, asked = knock({"/": moved("/a"), "/a": moved("/")})
    assert (probe.status, len(asked)) == (302, 4)


@pytest.mark.parametrize("where", ["", "http://[", "/"])
def test_a_redirect_to_nowhere_is_the_answer(where: str) -> None:
    probe, asked = knock({"/": moved(where)})
    assert (probe.status, len(asked)) == (302, 1)


def test_an_answer_with_an_error_is_an_answer() -> None:
    headers = {"fly-request-id": "01J-iad", "fly-machine-id": "m2"}
    probe, asked = knock({"/": Reply(b"x" * 1_000_000, 502, headers)}, machine="m1")
    assert (probe.status, probe.error, probe.machine, probe.answered_by) == (502, "", "m1", "m2")
    assert probe.request_id == "01J-iad"
    assert probe.ms is not None
    assert probe.ms >= 0
    assert len(asked) == 1


def test_without_a_machine_the_proxy_chooses() -> None:
    probe, asked = knock({"/": Reply()})
    assert (probe.machine, probe.answered_by) == ("", "")
    assert door.FORCE not in asked[0].headers
