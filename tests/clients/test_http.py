"""No answer without a limit, no secret in an error, nothing asked twice that is no read; each failure has its name."""

import asyncio
import datetime as dt
import gzip
import logging
import ssl
import time
from email.utils import format_datetime

import pytest
import trustme
from tests.clients.serving import Reply, Server, serve, talk

from smokejumper.clients.errors import ClientError, Kind
from smokejumper.clients.http import ATTEMPTS, Answer, Call, Http

MACAROON = "fm2_lJPECAAAAAAAAtokenthatnobodymaysee"
SIGNED = {"Authorization": f"FlyV1 {MACAROON}"}
OK = Reply({"ok": True})


def failure(*replies: Reply, timeout: float = 4.0, limit: int = 1 << 20) -> tuple[ClientError, int]:
    """How a GET fails, and how often the server was asked."""

    async def use(http: Http, server: Server) -> tuple[ClientError, int]:
        with pytest.raises(ClientError) as raised:
            await http.get(f"{server.url}/x", headers=SIGNED, limit=limit)
        return raised.value, len(server.asked)

    return talk({"/x": replies}, use, timeout=timeout)


def answer(*replies: Reply) -> tuple[Answer, int]:
    """What a GET gives, and how often the server was asked."""

    async def use(http: Http, server: Server) -> tuple[Answer, int]:
        return await http.get(f"{server.url}/x"), len(server.asked)

    return talk({"/x": replies}, use)


# ---- what must not happen


@pytest.mark.parametrize("token", [f"{MACAROON}\nX: y", f"{MACAROON}\x00", f"{MACAROON}é"])
def test_a_token_that_cannot_be_sent_is_not_told(token: str) -> None:
    async def use(http: Http, server: Server) -> ClientError:
        with pytest.raises(ClientError) as raised:
            await http.get(f"{server.url}/x", headers={"Authorization": token})
        assert not server.asked
        assert MACAROON not in repr(http.calls)
        return raised.value

    wrong = talk({"/x": OK}, use)
    assert wrong.kind == "invalid"
    assert MACAROON not in f"{wrong.what}{wrong.hint}{wrong!r}"
    assert wrong.__cause__ is None
    assert wrong.__suppress_context__


def test_a_secret_in_an_answer_or_an_address_is_masked() -> None:
    wrong, _ = failure(Reply({"error": f"bad token FlyV1 {MACAROON}"}, 401))
    assert MACAROON not in wrong.what

    async def use(http: Http, server: Server) -> list[Call]:
        await http.get(f"{server.url}/x", params={"api_key": MACAROON})
        return http.calls

    assert MACAROON not in repr(talk({"/x": OK}, use))


def test_words_from_outside_cannot_drive_a_terminal() -> None:
    wrong, _ = failure(Reply({"error": "\x1b[2Jgone\nand a second line" + "!" * 1000}, 422))
    assert wrong.what.isprintable()
    assert "gone and a second line" in wrong.what
    assert len(wrong.what) < 300


def test_what_is_asked_once_is_not_asked_again() -> None:
    async def use(http: Http, server: Server) -> int:
        with pytest.raises(ClientError, match="503"):
            await http.ask(f"{server.url}/x", json={}, once=True)
        return len(server.asked)

    assert talk({"/x": Reply(status=503)}, use) == 1


def test_a_token_is_not_carried_elsewhere() -> None:
    async def run() -> None:
        async with serve({"/x": OK}) as other:
            moved = Reply(status=302, headers={"Location": f"{other.url}/x"})
            async with serve({"/x": moved}) as server, Http() as http:
                with pytest.raises(ClientError) as raised:
                    await http.get(f"{server.url}/x", headers=SIGNED)
                assert raised.value.kind == "garbage"
                assert not other.asked
                await http.get(f"{server.url}/x", headers=SIGNED, follow=True)
                assert [asked.headers.get("authorization") for asked in other.asked] == [None]

    asyncio.run(run())


def test_a_circle_of_redirects_ends() -> None:
    async def use(http: Http, server: Server) -> tuple[ClientError, int]:
        with pytest.raises(ClientError) as raised:
            await http.get(f"{server.url}/x", follow=True)
        return raised.value, len(server.asked)

    wrong, asked = talk({"/x": Reply(status=302, headers={"Location": "/x"})}, use)
    assert wrong.kind == "garbage"
    assert asked == 4


def test_a_socket_that_never_answers_costs_the_time_limit_only() -> None:
    wrong, asked = failure(Reply(hang=True), timeout=0.2)
    assert wrong.kind == "timeout"
    assert "within 0.2 s" in wrong.what
    assert asked == 1


def test_who_gives_up_leaves_no_open_connection() -> None:
    async def use(http: Http, server: Server) -> None:
        asking = asyncio.create_task(http.get(f"{server.url}/x"))
        await server.hangs.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await server.left.wait()
        assert http.calls == [Call("GET", f"{server.url}/x", None)]

    talk({"/x": Reply(hang=True)}, use)


@pytest.mark.parametrize("packed", [False, True])
def test_a_body_is_read_up_to_its_limit_only(packed: bool) -> None:
    body = b" " * (1 << 20)
    headers = {"Content-Encoding": "gzip"} if packed else {}
    wrong, asked = failure(Reply(gzip.compress(body) if packed else body, headers=headers), limit=1 << 16)
    assert wrong.kind == "garbage"
    assert asked == 1


def test_a_retry_does_not_print(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for handler in logging.getLogger().handlers[:]:  # those of pytest, which would take what else goes to the terminal
        monkeypatch.setattr(handler, "emit", lambda record: None)
    answer(Reply(status=503), OK)
    assert capfd.readouterr() == ("", "")


def test_a_proxy_is_not_asked_for_this_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert answer(OK)[0].status == 200


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALL_PROXY", f"socks5://u:{MACAROON}@127.0.0.1:1"),
        ("HTTPS_PROXY", f"http://u:{MACAROON}@[::1"),
        ("SSL_CERT_FILE", f"/nowhere/{MACAROON}"),
    ],
)
def test_an_environment_that_cannot_be_used_is_a_sentence(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv(name, value)
    with pytest.raises(ClientError) as raised:
        Http()
    assert raised.value.kind == "invalid"
    assert MACAROON not in f"{raised.value.what} {raised.value.hint}"
    assert raised.value.__suppress_context__


# ---- kinds


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, "garbage"),
        (400, "invalid"),
        (401, "unauthorized"),
        (403, "forbidden"),
        (404, "not_found"),
        (408, "timeout"),
        (409, "conflict"),
        (412, "conflict"),
        (418, "invalid"),
        (422, "invalid"),
        (429, "rate_limited"),
        (500, "server"),
        (501, "server"),
    ],
)
def test_a_status_has_its_kind(status: int, kind: Kind) -> None:
    wrong, _ = failure(Reply({"error": "in Fly's words"}, status, {"fly-request-id": "01J-iad", "Retry-After": "60"}))
    assert (wrong.kind, wrong.status, wrong.code) == (kind, status, 3)
    assert wrong.what.startswith("127.0.0.1:")
    assert f"({status}): in Fly's words" in wrong.what
    assert "fly-request-id 01J-iad" in wrong.what


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": "lease not found"}, "lease not found"),
        ({"message": "lease not found"}, "lease not found"),
        ({"error": "", "message": "lease not found"}, "lease not found"),
        ({"error": {"nested": 1}}, None),
        ([1], None),
        (b"<html>Bad gateway</html>", None),
        (b"[" * 100_000, None),
        (b"\xff\xfe", None),
        (b"", None),
    ],
)
def test_an_error_says_what_its_body_says_in_words(body: object, words: str | None) -> None:
    wrong, _ = failure(Reply(body, 404))
    assert wrong.what.endswith(f"(404): {words}" if words else "(404)")


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
        b"HTTP/1.1 200 O",
        b"",
    ],
)
def test_half_an_answer_is_none(raw: bytes) -> None:
    wrong, asked = failure(Reply(raw=raw))
    assert wrong.kind == "cut"
    assert asked == ATTEMPTS


@pytest.mark.parametrize(
    "raw",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
    ],
)
def test_what_is_no_http_is_garbage(raw: bytes) -> None:
    assert failure(Reply(raw=raw))[0].kind == "garbage"


@pytest.mark.parametrize(
    ("body", "nature"),
    [
        (b"<!DOCTYPE html><title>Sign in</title>", "HTML instead of JSON"),
        (b"", "nothing"),
        (b"upstream error", "something that is no JSON"),
        (b'{"half": ', "JSON of another shape than expected"),
        (b"[1]", "JSON of another shape than expected"),
        (b'{"a":' * 100_000, "JSON of another shape than expected"),
    ],
)
def test_what_is_not_the_json_expected_is_garbage(body: bytes, nature: str) -> None:
    with pytest.raises(ClientError) as raised:
        answer(Reply(body))[0].json(dict[str, object])
    assert raised.value.kind == "garbage"
    assert raised.value.what.endswith(f"answers {nature}")


def test_text_that_is_not_utf8_is_no_reason_to_give_up() -> None:
    assert answer(Reply(b'{"message":"\xff"}'))[0].json(dict[str, str]) == {"message": "\N{REPLACEMENT CHARACTER}"}


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        (f"http://{'a' * 64}.invalid/", "dns"),
        ("http://127.0.0.1:1/", "refused"),
        ("acme.fly.dev/", "invalid"),
        ("ftp://127.0.0.1/", "invalid"),
        ("http://127.0.0.1:99999/", "invalid"),
        ("http://[::1/", "invalid"),
        ("", "invalid"),
    ],
)
def test_an_address_where_nobody_is(url: str, kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)

    async def run() -> None:
        async with Http() as http:
            with pytest.raises(ClientError) as raised:
                await http.get(url)
            assert raised.value.kind == kind

    asyncio.run(run())


# ---- again


@pytest.mark.parametrize(
    "first",
    [
        Reply(status=502),
        Reply(status=503),
        Reply(status=504),
        Reply(status=429),
        Reply(status=429, headers={"Retry-After": "0"}),
        Reply(status=503, headers={"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}),
        Reply(status=429, headers={"Retry-After": "soon"}),
        Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"),
        Reply(raw=b""),
    ],
)
def test_what_passes_is_asked_again(first: Reply) -> None:
    got, asked = answer(first, OK)
    assert (got.status, asked) == (200, 2)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 409, 422, 500])
def test_what_stays_is_not_asked_again(status: int) -> None:
    assert failure(Reply(status=status), OK)[1] == 1


@pytest.mark.parametrize("date", [None, "Wed, 21 Oct 2015 07:28:00 GMT"])
def test_a_long_wait_is_told_and_not_waited_for(date: str | None) -> None:
    wait = "30" if date is None else "Wed, 21 Oct 2015 07:28:30 GMT"
    wrong, asked = failure(Reply(status=429, headers={"Retry-After": wait} | ({"Date": date} if date else {})), OK)
    assert wrong.kind == "rate_limited"
    assert wrong.retry_after == 30
    assert "left alone for 30 s" in wrong.what
    assert asked == 1


def test_it_gives_up_after_a_few_attempts() -> None:
    wrong, asked = failure(Reply(status=503))
    assert (wrong.kind, asked) == ("server", ATTEMPTS)


# ---- TLS


def tls_failure(certificate: trustme.LeafCert, trusted: trustme.CA) -> ClientError:
    context, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    certificate.configure_cert(context)
    trusted.configure_trust(client)

    async def run() -> ClientError:
        async with serve({"/x": OK}, context) as server, Http(verify=client) as http:
            with pytest.raises(ClientError) as raised:
                await http.get(f"{server.url}/x", headers=SIGNED)
            return raised.value

    return asyncio.run(run())


def test_a_certificate_that_does_not_hold_says_why() -> None:
    ca, stranger, now = trustme.CA(), trustme.CA(), dt.datetime.now(dt.UTC)
    day = dt.timedelta(days=1)
    names = "localhost", "127.0.0.1"
    told = {
        "has expired": (ca.issue_cert(*names, not_before=now - 2 * day, not_after=now - day), ca),
        "is not valid yet": (ca.issue_cert(*names, not_before=now + day, not_after=now + 2 * day), ca),
        "is made out to another name": (ca.issue_cert("other.example"), ca),
        "is signed by an authority that is not known here": (ca.issue_cert(*names), stranger),
    }
    for words, (certificate, trusted) in told.items():
        wrong = tls_failure(certificate, trusted)
        assert wrong.kind == "tls"
        assert wrong.what.endswith(words)


def test_a_good_certificate_holds() -> None:
    ca = trustme.CA()
    context, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    ca.issue_cert("localhost").configure_cert(context)
    ca.configure_trust(client)

    async def run() -> int:
        async with serve({"/x": OK}, context) as server, Http(verify=client) as http:
            return (await http.get(f"{server.url}/x")).status

    assert asyncio.run(run()) == 200


def test_a_port_without_tls() -> None:
    async def run() -> ClientError:
        async def shout(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            writer.close()

        async with await asyncio.start_server(shout, "127.0.0.1", 0) as server, Http() as http:
            with pytest.raises(ClientError) as raised:
                await http.get(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
            return raised.value

    assert asyncio.run(run()).kind == "tls"


# ---- clocks, and what was called


def test_the_clock_of_a_host_is_compared_with_ours() -> None:
    ahead = format_datetime(dt.datetime.now(dt.UTC) + dt.timedelta(hours=1), usegmt=True)
    cached = {"Date": "Wed, 21 Oct 2015 07:28:00 GMT", "Age": "60"}
    replies = [Reply(headers={"Date": ahead}), Reply(headers=cached), Reply(headers={"Date": "yesterday"}), Reply()]

    async def use(http: Http, server: Server) -> list[float | None]:
        seen = [http.skew(server.url)]
        for _ in replies:
            await http.get(f"{server.url}/x")
            seen.append(http.skew(server.url))
        return seen

    before = time.monotonic()
    first, *others = talk({"/x": replies}, use)
    took = time.monotonic() - before
    assert first is None
    assert others[0] is not None
    assert 3600 - took - 1 < others[0] < 3601
    assert set(others) == {others[0]}


def test_every_call_is_noted() -> None:
    async def use(http: Http, server: Server) -> None:
        await http.get(f"{server.url}/x", params={"region": "iad"})
        await http.ask(f"{server.url}/x", json={"query": "{}"}, headers=SIGNED)
        await http.look(f"{server.url}/x", limit=10)
        with pytest.raises(ClientError):
            await http.get("http://127.0.0.1:1/")
        assert http.calls[:4] == [
            Call("GET", f"{server.url}/x?region=iad", 503),
            Call("GET", f"{server.url}/x?region=iad", 200),
            Call("POST", f"{server.url}/x", 200),
            Call("GET", f"{server.url}/x", 200),
        ]
        assert {call.kind for call in http.calls} == {"read"}
        assert http.calls[-1].status is None
        assert server.asked[2].json() == {"query": "{}"}
        assert server.asked[2].headers["authorization"] == f"FlyV1 {MACAROON}"

    talk({"/x": [Reply(status=503), OK]}, use)


def test_a_look_takes_any_status_and_cuts_the_body_off() -> None:
    async def use(http: Http, server: Server) -> Answer:
        return await http.look(f"{server.url}/x", limit=10)

    seen = talk({"/x": Reply(b"x" * 100_000, 503)}, use)
    assert (seen.status, seen.body) == (503, b"x" * 10)
