"""Only reads leave here, by the right header and not too fast; a refusal costs its own call and says what helps."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from tests.clients.serving import Asked, Laid, Reply, Server, talk

from smokejumper.clients import fly
from smokejumper.clients.errors import ClientError, Kind
from smokejumper.clients.fly import Executed, FlyClient, LogPage, Rights
from smokejumper.clients.http import Http
from smokejumper.config import Endpoints, Token
from smokejumper.masking import MASK
from smokejumper.model.fly import App, HostIssue, Machine, Secret

SPEC = Path(__file__).parents[1] / "specs" / "fly-machines.openapi.json"
APP = "acme"
LOGS, GRAPHQL, RELEASES = f"/api/v1/apps/{APP}/logs", "/graphql", f"/api/v1/apps/{APP}/releases"
MACHINES = f"/v1/apps/{APP}/machines"
MACAROON, LOGIN = "fm2_lJPEmacaroon", "fo1_login"
T = TypeVar("T")
Use = Callable[[FlyClient], Awaitable[T]]


def fly_says(laid: Laid, use: Use[T], token: str = MACAROON) -> tuple[T, list[Asked]]:
    """What a client gets, and what it asked."""

    async def talking(http: Http, server: Server) -> tuple[T, list[Asked]]:
        endpoints = Endpoints(api=server.url, machines=server.url)
        return await use(FlyClient(http, APP, Token(token, "a test"), endpoints)), server.asked

    return talk(laid, talking)


def fly_refuses(laid: Laid, use: Use[object], token: str = MACAROON) -> ClientError:
    async def refused(client: FlyClient) -> ClientError:
        with pytest.raises(ClientError) as raised:
            await use(client)
        return raised.value

    return fly_says(laid, refused, token)[0]


def log(*attributes: object, after: object = None) -> Reply:
    data = [{"id": str(i), "type": "log", "attributes": each} for i, each in enumerate(attributes)]
    return Reply({"data": data, "meta": {"next_token": after}})


def line(message: str, second: int) -> dict[str, object]:
    return {"timestamp": f"2026-11-02T10:00:{second:02}Z", "message": message, "instance": "m1"}


def app(**parts: object) -> Reply:
    return Reply({"data": {"app": {"name": APP, **parts}}})


CALLS: dict[str, Use[object]] = {
    "logs": lambda client: client.logs(),
    "machines": lambda client: client.machines(),
    "events": lambda client: client.events("m1"),
    "lease": lambda client: client.lease("m1"),
    "secrets": lambda client: client.secrets(),
    "rights": lambda client: client.rights(),
    "application": lambda client: client.application(),
    "host_issues": lambda client: client.host_issues(),
    "releases": lambda client: client.releases(),
    "series": lambda client: client.series("acme-org", "up", "up", 0, 1, 1),
    "execute": lambda client: client.execute("m1", fly.MACHINE, 1),
}


# ---- what must not happen


@pytest.mark.parametrize("call", CALLS)
def test_a_call_only_reads(call: str) -> None:
    async def tried(client: FlyClient) -> None:
        with pytest.raises(ClientError):
            await CALLS[call](client)

    _, asked = fly_says({}, tried)
    scripts = {fly.APPLICATION.text, fly.HOST_ISSUES.text, fly.RELEASES.text}
    for each in asked:
        if each.path == GRAPHQL:
            assert each.json()["query"] in scripts
            assert each.json().keys() == {"query", "variables"}
        elif each.path.endswith("/exec"):
            assert each.json() == {"command": ["sh", "-c", fly.MACHINE.text], "timeout": 1}
        else:
            assert (each.method, each.body) == ("GET", b"")
        assert "show_secrets" not in each.query


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("status", [401, 403, 404, 409, 422, 500])
def test_a_refusal_tells_no_token(call: str, status: int) -> None:
    wrong = fly_refuses({"*": Reply({"error": f"no: {MACAROON}"}, status)}, CALLS[call])
    assert (wrong.status, wrong.code) == (status, 3)
    assert MACAROON not in f"{wrong.what} {wrong.hint}"


@pytest.mark.parametrize("machine", ["", "..", "m1/../../b", "m1?x=1", "m1\n"])
@pytest.mark.parametrize("call", ["events", "lease", "execute"])
def test_what_is_no_id_of_a_machine_is_not_asked_for(machine: str, call: str) -> None:
    calls: dict[str, Use[object]] = {
        "events": lambda client: client.events(machine),
        "lease": lambda client: client.lease(machine),
        "execute": lambda client: client.execute(machine, fly.MACHINE, 1),
    }

    async def tried(client: FlyClient) -> ClientError:
        with pytest.raises(ClientError) as raised:
            await calls[call](client)
        return raised.value

    wrong, asked = fly_says({"*": Reply({})}, tried)
    assert wrong.kind == "invalid"
    assert not asked


def test_the_machines_api_is_not_asked_faster_than_it_allows() -> None:
    """Of four calls at once three are made; the fourth has its turn a second later, when its time is over."""

    async def use(http: Http, server: Server) -> list[object]:
        client = FlyClient(http, APP, Token(MACAROON, "a test"), Endpoints(api=server.url, machines=server.url))
        found: list[object] = await asyncio.gather(*(client.machines() for _ in range(4)), return_exceptions=True)
        assert server.paths() == [MACHINES] * 3
        assert await client.secrets() == ()  # another action has its own pace
        return found

    laid = {MACHINES: Reply([]), f"/v1/apps/{APP}/secrets": Reply({})}
    *passed, last = talk(laid, use, timeout=0.7)
    assert passed == [()] * 3
    assert isinstance(last, ClientError)
    assert last.kind == "timeout"


def test_a_script_is_not_run_a_second_time() -> None:
    busy: Laid = {f"{MACHINES}/m1/exec": [Reply(status=503), Reply({})]}
    assert fly_refuses(busy, CALLS["execute"]).kind == "server"


# ---- headers


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("token", "header", "graphql"),
    [
        (MACAROON, f"FlyV1 {MACAROON}", f"FlyV1 {MACAROON}"),
        (LOGIN, f"Bearer {LOGIN}", f"Bearer {LOGIN}"),
        (f"{LOGIN},{MACAROON}", f"FlyV1 {MACAROON}", f"FlyV1 {MACAROON},{LOGIN}"),
    ],
)
def test_a_token_goes_by_the_header_that_is_its(call: str, token: str, header: str, graphql: str) -> None:
    async def tried(client: FlyClient) -> None:
        with pytest.raises(ClientError):
            await CALLS[call](client)

    _, asked = fly_says({}, tried, token)
    assert asked[0].headers["authorization"] == (graphql if asked[0].path == GRAPHQL else header)


# ---- what Fly refuses


@pytest.mark.parametrize(
    ("status", "token", "kind", "hint"),
    [
        (401, LOGIN, "unauthorized", "fly auth login"),
        (401, MACAROON, "unauthorized", "fly tokens create readonly"),
        (403, LOGIN, "forbidden", "fly tokens create readonly"),
        (404, LOGIN, "not_found", "fly apps list"),
        (409, LOGIN, "conflict", "fly machine leases view -a acme"),
        (500, LOGIN, "server", "fly platform status"),
        (422, LOGIN, "invalid", ""),
    ],
)
def test_a_refusal_says_which_command_helps(status: int, token: str, kind: Kind, hint: str) -> None:
    wrong = fly_refuses({MACHINES: Reply({"error": "no"}, status)}, CALLS["machines"], token)
    assert (wrong.kind, wrong.hint) == (kind, hint)


def test_a_script_needs_a_token_that_may_run_one() -> None:
    wrong = fly_refuses({f"{MACHINES}/m1/exec": Reply({"error": "no"}, 403)}, CALLS["execute"])
    assert wrong.hint == "fly tokens create machine-exec -a acme"


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"errors": [{"message": "Could not find App"}], "data": {"app": None}}, "not_found"),
        ({"errors": [{"message": "No", "extensions": {"code": "UNAUTHORIZED"}}], "data": None}, "unauthorized"),
        ({"errors": [{"message": "You must be authenticated to view this."}]}, "unauthorized"),
        ({"errors": [{"message": "Not authorized to access this"}]}, "forbidden"),
        ({"errors": [{"message": "Field 'x' doesn't exist on type 'App'"}]}, "invalid"),
        ({"errors": [1]}, "invalid"),
        ({"data": {"app": None}}, "not_found"),
        ({}, "not_found"),
        ([], "garbage"),
    ],
)
def test_graphql_refuses_with_status_200(said: object, kind: Kind) -> None:
    assert fly_refuses({GRAPHQL: Reply(said)}, CALLS["application"]).kind == kind


def test_a_part_that_graphql_cannot_say_is_missing_only() -> None:
    partly = Reply({"data": {"app": {"name": APP, "hostname": None}}, "errors": [{"message": "hostname failed"}]})
    assert fly_says({GRAPHQL: partly}, lambda client: client.application())[0] == App(name=APP)


# ---- the log


def test_a_page_of_the_log_is_in_order_of_time() -> None:
    odd = [{"message": "no time"}, None, {**line("", 1), "message": 7}]
    page, asked = fly_says(
        {LOGS: log(line("c", 2), line("a", 1), *odd, line("b", 1), after="1793613602000000001")},
        lambda client: client.logs(),
    )
    assert [(entry.message, entry.id) for entry in page.entries] == [("a", "1"), ("b", "5"), ("c", "0")]
    assert page.next_token == 1_793_613_602_000_000_001
    assert page.skipped == 3
    assert asked[0].query == {}


@pytest.mark.parametrize("token", [1_793_613_602_000_000_001, "1793613602000000001"])
def test_a_token_for_the_next_page_loses_no_digit(token: object) -> None:
    page, _ = fly_says({LOGS: log(after=token)}, lambda client: client.logs())
    assert page == LogPage((), 1_793_613_602_000_000_001)


@pytest.mark.parametrize("token", [None, "", "soon", -1, 1.5, {}])
def test_a_token_that_is_none_is_none(token: object) -> None:
    assert fly_says({LOGS: log(after=token)}, lambda client: client.logs())[0].next_token is None


def test_the_log_is_asked_from_a_time_on_and_of_one_place() -> None:
    _, asked = fly_says({LOGS: log()}, lambda client: client.logs(0, machine="m1", region="iad"))
    assert asked[0].query == {"next_token": "0", "instance": "m1", "region": "iad"}


@pytest.mark.parametrize("said", [{}, {"data": None}, {"data": {}, "meta": []}, {"data": [{}], "meta": None}])
def test_an_odd_page_is_empty(said: object) -> None:
    page, _ = fly_says({LOGS: Reply(said)}, lambda client: client.logs())
    assert (page.entries, page.next_token) == ((), None)


# ---- the Machines API


def test_paths_are_those_of_the_published_interface() -> None:
    spec = json.loads(SPEC.read_text(encoding="utf-8"))
    base = re.sub(r"^https://[^/]*", "", spec["servers"][0]["url"]).rstrip("/")
    known = [
        (method.upper(), re.compile(base + re.sub(r"\{\w+\}", "[^/]+", path)), what)
        for path, methods in spec["paths"].items()
        for method, what in methods.items()
    ]

    async def all_of(client: FlyClient) -> None:
        for call in ("machines", "events", "lease", "secrets", "rights", "execute"):
            with pytest.raises(ClientError):
                await CALLS[call](client)
        with pytest.raises(ClientError):
            await client.machines(deleted=True)

    _, asked = fly_says({}, all_of)
    assert len(asked) == 7
    for each in asked:
        (what,) = (what for method, path, what in known if method == each.method and path.fullmatch(each.path))
        assert each.query.keys() <= {parameter["name"] for parameter in what.get("parameters", [])}


def test_machines_that_cannot_be_read_are_left_out() -> None:
    said = [{"id": "m1", "state": "started"}, None, {"id": "m2"}, 7, {"id": "m3", "state": "stopped"}]
    found, asked = fly_says({MACHINES: Reply(said)}, lambda client: client.machines())
    assert found == (Machine(id="m1", state="started"), Machine(id="m3", state="stopped"))
    assert asked[0].query == {}
    _, asked = fly_says({MACHINES: Reply([])}, lambda client: client.machines(deleted=True))
    assert asked[0].query == {"include_deleted": "true"}


@pytest.mark.parametrize("said", [{}, "x", None, 1, b"<html>"])
def test_a_list_of_machines_that_is_none_is_garbage(said: object) -> None:
    assert fly_refuses({MACHINES: Reply(said)}, CALLS["machines"]).kind == "garbage"


def test_events_are_asked_up_to_what_the_interface_gives() -> None:
    said = [{"type": "start", "timestamp": 1}, {"type": "stop", "timestamp": 2}]
    found, asked = fly_says({f"{MACHINES}/m1/events": Reply(said)}, lambda client: client.events("m1", 500))
    assert [event.type for event in found] == ["stop", "start"]
    assert asked[0].query == {"limit": "50"}


@pytest.mark.parametrize("wrapped", [True, False])
def test_a_lease_names_its_holder_masked(wrapped: bool) -> None:
    lease = {"owner": "ada@example.org", "expires_at": 1_793_613_600, "nonce": "n", "description": "deploy"}
    said = {"status": "success", "data": lease} if wrapped else lease
    held, _ = fly_says({f"{MACHINES}/m1/lease": Reply(said)}, lambda client: client.lease("m1"))
    assert held is not None
    assert held[0].startswith("[masked ")
    assert held[1] == 1_793_613_600.0


def test_a_machine_without_a_lease_is_no_unknown_machine() -> None:
    free: Laid = {f"{MACHINES}/m1/lease": Reply({"error": "lease not found"}, 404)}
    assert fly_says(free, lambda client: client.lease("m1"))[0] is None
    gone: Laid = {f"{MACHINES}/m1/lease": Reply({"error": "machine not found"}, 404)}
    assert fly_refuses(gone, CALLS["lease"]).kind == "not_found"


def test_secrets_have_no_value() -> None:
    said = {"secrets": [{"name": "A", "digest": "d1", "value": "hunter2", "updated_at": "2026-11-02"}, {"name": ""}]}
    found, _ = fly_says({f"/v1/apps/{APP}/secrets": Reply(said)}, lambda client: client.secrets())
    assert found == (Secret(name="A", digest="d1", updated_at=1_793_577_600.0),)


def test_rights_are_those_of_all_tokens() -> None:
    said = {
        "tokens": [
            {"token_id": "t1", "organization": "1", "org_slug": "acme-org", "apps": ["acme", "acme-staging"]},
            {"token_id": "t2", "org_slug": "acme-org", "apps": ["acme"], "restricted_to_machine": "m1"},
            None,
        ]
    }
    found, _ = fly_says({"/v1/tokens/current": Reply(said)}, lambda client: client.rights())
    assert found == Rights(("acme-org",), ("acme", "acme-staging"), "m1")


# ---- exec


def execute(reply: Reply) -> Executed:
    return fly_says({f"{MACHINES}/m1/exec": reply}, lambda client: client.execute("m1", fly.MACHINE, 5))[0]


def test_what_a_script_prints_is_masked_and_missing_keys_are_empty() -> None:
    stream = {"Content-Type": "application/octet-stream"}
    assert execute(Reply({}, headers=stream)) == Executed(0, "", "")
    assert execute(Reply({"exit_code": 2, "stdout": "PASSWORD=hunter2", "stderr": "no"})) == Executed(
        2, f"PASSWORD={MASK}", "no"
    )


def test_a_script_that_takes_too_long_is_told_as_that() -> None:
    late: Laid = {f"{MACHINES}/m1/exec": Reply({"error": "deadline_exceeded: context deadline exceeded"}, 408)}
    wrong = fly_refuses(late, CALLS["execute"])
    assert wrong.kind == "timeout"
    assert "deadline_exceeded" in wrong.what


# ---- GraphQL, releases


def test_the_application_and_its_host_problems() -> None:
    parts = app(
        status="deployed",
        deployed=True,
        hostname="acme.fly.dev",
        organization={"slug": "acme-org", "rawSlug": "acme-org"},
        hostIssues={"nodes": [{"internalId": "h1", "message": "disk", "createdAt": "2026-11-02"}, {}]},
    )
    found, asked = fly_says({GRAPHQL: parts}, lambda client: client.application())
    assert found == App(name=APP, org="acme-org", status="deployed", hostname="acme.fly.dev")
    assert asked[0].json() == {"query": fly.APPLICATION.text, "variables": {"app": APP}}
    issues, _ = fly_says({GRAPHQL: parts}, lambda client: client.host_issues())
    assert issues == (HostIssue(id="h1", message="disk", created_at=1_793_577_600.0),)


def test_releases_are_newest_first_with_their_configuration() -> None:
    nodes = [{"version": 1, "configDefinition": {"app": APP}}, {"version": "x"}, {"version": 2}]
    found, asked = fly_says({GRAPHQL: app(releasesUnprocessed={"nodes": nodes})}, lambda client: client.releases(7))
    assert [(release.version, release.settings) for release in found] == [(2, {}), (1, {"app": APP})]
    assert asked[0].json()["variables"] == {"app": APP, "limit": 7}


REST = Reply({"releases": [{"version": 3, "image_ref": "registry.fly.io/acme:x", "user": "ada@example.org"}]})


@pytest.mark.parametrize("first", [Reply(status=500), Reply(b"<html>"), Reply({"errors": [{"message": "gone"}]})])
def test_releases_come_another_way_where_graphql_fails(first: Reply) -> None:
    found, asked = fly_says({GRAPHQL: first, RELEASES: REST}, lambda client: client.releases(7))
    assert [release.image for release in found] == ["x"]
    assert asked[-1].query == {"limit": "7"}


def test_the_other_way_takes_a_macaroon_by_either_header() -> None:
    laid: Laid = {GRAPHQL: Reply(status=500), RELEASES: [Reply(status=401), REST]}
    found, asked = fly_says(laid, lambda client: client.releases(), f"{LOGIN},{MACAROON}")
    assert len(found) == 1
    assert [each.headers["authorization"] for each in asked if each.path == RELEASES] == [
        f"FlyV1 {MACAROON}",
        f"Bearer {MACAROON},{LOGIN}",
    ]


def test_where_both_ways_fail_the_first_one_is_told() -> None:
    laid: Laid = {GRAPHQL: Reply({"errors": [{"message": "Could not find App"}]}), RELEASES: Reply(status=500)}
    assert fly_refuses(laid, CALLS["releases"]).kind == "not_found"


# ---- metrics


def test_a_query_of_metrics() -> None:
    said = {
        "status": "success",
        "data": {
            "resultType": "matrix",
            "result": [
                {"metric": {"instance": "m1"}, "values": [[1, "1"], [2, "NaN"]]},
                {"metric": {"instance": "m2"}, "values": [[1, "NaN"]]},
            ],
        },
    }
    found, asked = fly_says(
        {"/prometheus/acme-org/api/v1/query_range": Reply(said)},
        lambda client: client.series("acme-org", "max by (instance) (x)", "load", 1_790_000_000.25, 1_790_000_300, 30),
    )
    assert [(series.name, series.machine, series.points) for series in found] == [("load", "m1", ((1.0, 1.0),))]
    assert asked[0].query == {
        "query": "max by (instance) (x)",
        "start": "1790000000.250",
        "end": "1790000300.000",
        "step": "30",
    }
