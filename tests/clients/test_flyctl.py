"""flyctl is asked to read and nothing else, quietly and not for long; what it says is the same as over HTTP."""

import asyncio
import json
import os
import shlex
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from smokejumper.clients.errors import ClientError, Kind
from smokejumper.clients.flyctl import Flyctl
from smokejumper.masking import mask_id
from smokejumper.model.fly import HostIssue, Machine, Release, Secret

T = TypeVar("T")
SCRIPT = """#!/bin/sh
cd {folder}
for word in "$@"; do printf '%s\\n' "$word"; done >words
env >environment
cat out
cat err >&2
{then}
"""


class Fake:
    """An executable that prints what a test lays out, and keeps how it was called."""

    def __init__(self, folder: Path, out: object = "", err: str = "", code: int = 0, *, hang: bool = False) -> None:
        self.path = folder / "flyctl"
        self._folder = folder
        text = out if isinstance(out, str) else json.dumps(out, indent=4) + "\n"
        (folder / "out").write_text(text, encoding="utf-8")
        (folder / "err").write_text(err, encoding="utf-8")
        then = "exec sleep 600" if hang else f"exit {code}"
        self.path.write_text(SCRIPT.format(folder=shlex.quote(str(folder)), then=then), encoding="utf-8")
        self.path.chmod(stat.S_IRWXU)

    def run(self, use: Callable[[Flyctl], Awaitable[T]], limit_s: float = 20.0) -> T:
        async def run() -> T:
            return await use(Flyctl(str(self.path), limit_s=limit_s))

        return asyncio.run(run())

    def fails(self, use: Callable[[Flyctl], Awaitable[object]], limit_s: float = 20.0) -> ClientError:
        with pytest.raises(ClientError) as raised:
            self.run(use, limit_s)
        return raised.value

    @property
    def words(self) -> list[str]:
        return (self._folder / "words").read_text(encoding="utf-8").splitlines()

    @property
    def environment(self) -> dict[str, str]:
        lines = (self._folder / "environment").read_text(encoding="utf-8").splitlines()
        return {name: value for name, _, value in (line.partition("=") for line in lines)}


LISTS: dict[str, Callable[[Flyctl], Awaitable[tuple[object, ...]]]] = {
    "machine list -a acme -j": lambda fly: fly.machines("acme"),
    "releases -a acme -j": lambda fly: fly.releases("acme"),
    "secrets list -a acme -j": lambda fly: fly.secrets("acme"),
    "incidents hosts list -a acme -j": lambda fly: fly.host_issues("acme"),
}


# ---- what must not happen


def test_a_log_without_a_line_does_not_last_for_ever(tmp_path: Path) -> None:
    wrong = Fake(tmp_path, hang=True).fails(lambda fly: fly.logs("acme"), limit_s=0.3)
    assert wrong.kind == "timeout"
    assert "there is none, or it hangs" in wrong.what


def test_a_command_that_hangs_does_not_last_for_ever(tmp_path: Path) -> None:
    assert Fake(tmp_path, out="[", hang=True).fails(lambda fly: fly.machines("acme"), limit_s=0.3).kind == "timeout"


def test_it_is_asked_quietly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLY_REGION", "iad")
    monkeypatch.setenv("LOG_LEVEL", "debug")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    fake = Fake(tmp_path, out=[])
    assert fake.run(lambda fly: fly.machines("acme")) == ()
    assert fake.environment.keys().isdisjoint(("FLY_REGION", "LOG_LEVEL"))
    assert fake.environment["HTTPS_PROXY"] == "http://proxy.example:3128"
    quiet = ("FLY_NO_UPDATE_CHECK", "FLY_NO_INCIDENTS_CHECK", "FLY_SEND_METRICS", "FLY_SYNTHETICS_AGENT", "NO_COLOR")
    assert [fake.environment[name] for name in quiet] == ["1", "1", "0", "0", "1"]


@pytest.mark.parametrize("command", LISTS)
@pytest.mark.parametrize("out", ["", "no list", "{}", "[1", "<html>", "[" * 100_000, "7"])
def test_what_is_no_list_is_garbage(command: str, out: str, tmp_path: Path) -> None:
    assert Fake(tmp_path, out=out).fails(LISTS[command]).kind == "garbage"


@pytest.mark.parametrize(
    ("err", "code", "kind", "hint"),
    [
        (
            "Error: no access token available. Please login with 'flyctl auth login'\n",
            1,
            "unauthorized",
            "fly auth login",
        ),
        ('WARN Using wireless\nError: Could not find App "acme" (Request ID: 01J)\n', 1, "not_found", "fly apps list"),
        ("Error: Not authorized to access this app\n", 1, "forbidden", "fly tokens create readonly"),
        ("Error: dial tcp: lookup api.fly.io: no such host\n", 1, "dns", "fly doctor"),
        ("Error: dial tcp 1.2.3.4:443: connect: connection refused\n", 1, "refused", "fly doctor"),
        ("Error: tls: failed to verify certificate: x509: expired\n", 1, "tls", ""),
        ("Error: context deadline exceeded\n", 126, "timeout", "fly doctor"),
        ("Error: rate limit exceeded\n", 1, "rate_limited", ""),
        ("something else\n", 1, "server", "fly platform status"),
        ("", 1, "server", "fly platform status"),
    ],
)
@pytest.mark.parametrize("command", [*LISTS, "logs -a acme -n -j"])
def test_an_error_says_what_flyctl_says(
    command: str, err: str, code: int, kind: Kind, hint: str, tmp_path: Path
) -> None:
    wrong = Fake(tmp_path, err=err, code=code).fails(LISTS.get(command, lambda fly: fly.logs("acme")))
    assert (wrong.kind, wrong.hint) == (kind, hint)
    assert wrong.what.isprintable()


def test_an_error_tells_no_secret(tmp_path: Path) -> None:
    told = "Error: token FlyV1 fm2_lJPEsecret is bad \x1b[2J\n"
    wrong = Fake(tmp_path, err=told, code=1).fails(lambda fly: fly.releases("acme"))
    assert "lJPEsecret" not in wrong.what
    assert wrong.what.isprintable()


def test_one_that_cannot_be_started(tmp_path: Path) -> None:
    fake = Fake(tmp_path)
    fake.path.chmod(0o644)
    assert fake.fails(lambda fly: fly.version()).kind == "unreachable"


# ---- what it says


@pytest.mark.parametrize("command", LISTS)
def test_a_list_is_asked_for_as_json(command: str, tmp_path: Path) -> None:
    for out in ("[]", "null", "[null, 1, {}]"):
        fake = Fake(tmp_path, out=out)
        assert fake.run(LISTS[command]) == ()
        assert fake.words == command.split()


def test_it_says_the_same_as_http(tmp_path: Path) -> None:
    machine = Fake(tmp_path, out=[{"id": "m1", "state": "started", "region": "iad"}])
    assert machine.run(lambda fly: fly.machines("acme")) == (Machine(id="m1", state="started", region="iad"),)
    release = Fake(
        tmp_path,
        out=[{"Version": version, "User": {"Email": "ada@example.org"}, "ImageRef": "r/a:x"} for version in (1, 2)],
    )
    assert release.run(lambda fly: fly.releases("acme")) == tuple(
        Release(version=version, user=mask_id("ada@example.org"), image_ref="r/a:x") for version in (2, 1)
    )
    secret = Fake(tmp_path, out=[{"name": "A", "digest": "d1", "status": "Deployed"}])
    assert secret.run(lambda fly: fly.secrets("acme")) == (Secret(name="A", digest="d1"),)
    issue = Fake(tmp_path, out=[{"InternalId": "h1", "Message": "disk", "CreatedAt": "2026-11-02T00:00:00Z"}])
    assert issue.run(lambda fly: fly.host_issues("acme")) == (
        HostIssue(id="h1", message="disk", created_at=1_793_577_600.0),
    )


def line(second: int, message: str) -> str:
    said = {
        "level": "info",
        "instance": "m1",
        "message": message,
        "region": "iad",
        "timestamp": f"2026-11-02T10:00:{second:02}.5Z",
        "meta": {"Instance": "m1", "Region": "iad", "Event": {"Provider": "app"}, "Error": {"Code": 0, "Message": ""}},
    }
    return json.dumps(said, indent=4) + "\n"


def test_a_log_is_in_order_without_what_came_twice(tmp_path: Path) -> None:
    fake = Fake(tmp_path, out=line(2, "b") + line(1, "a") + line(2, "b") + line(2, "c"))
    entries = fake.run(lambda fly: fly.logs("acme"))
    assert [entry.message for entry in entries] == ["a", "b", "c"]
    assert (entries[0].machine, entries[0].provider, entries[0].at_ns % 10**9) == ("m1", "app", 500_000_000)
    assert fake.words == ["logs", "-a", "acme", "-n", "-j"]


@pytest.mark.parametrize("tail", [line(2, "b")[:40], "[" * 100_000])
def test_what_came_of_a_log_counts_even_where_it_is_cut_off(tail: str, tmp_path: Path) -> None:
    fake = Fake(tmp_path, out=line(1, "a") + tail, hang=True)
    assert [entry.message for entry in fake.run(lambda fly: fly.logs("acme"), limit_s=1.0)] == ["a"]


def test_an_empty_log_that_ends_is_empty(tmp_path: Path) -> None:
    assert Fake(tmp_path).run(lambda fly: fly.logs("acme")) == ()


@pytest.mark.parametrize("out", ["flyctl v0.4.87 linux/amd64 Commit: 1234 BuildDate: 2026-08-20\n", "fly v0.4.87\n"])
def test_its_version(out: str, tmp_path: Path) -> None:
    assert Fake(tmp_path, out=out).run(lambda fly: fly.version()) == "0.4.87"


@pytest.mark.parametrize("out", ["7.11.2\n", "flyctl of our own\n", ""])
def test_another_program_of_its_name_is_not_it(out: str, tmp_path: Path) -> None:
    assert Fake(tmp_path, out=out).fails(lambda fly: fly.version()).kind == "garbage"


def test_it_is_found_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert Flyctl.found() is None
    Fake(tmp_path).path.rename(tmp_path / "fly")
    found = Flyctl.found()
    assert found is not None
    assert found.path == os.fspath(tmp_path / "fly")
    Fake(tmp_path)
    found = Flyctl.found()
    assert found is not None
    assert found.path == os.fspath(tmp_path / "flyctl")
