"""A world tells its own time, records what it was asked, goes wrong as it is told to, and ends at once."""

import contextlib
import socket
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx2
import pytest
from tests.drill.asking import Asking, Start

from smokejumper.drill import scenarios
from smokejumper.drill.clock import Clock
from smokejumper.drill.faults import Fault
from smokejumper.drill.world import World

STEADY = scenarios.steady()


@pytest.fixture
def steady(start: Start) -> Asking:
    return start(STEADY)


# ---- what must not happen


def test_no_secret_is_recorded(steady: Asking) -> None:
    steady.ask("machines", "/v1/tokens/current", headers={"cookie": "session=hidden"})
    steady.ask("machines", "/v1/tokens/current", authorization=STEADY.token)
    assert [request.scheme for request in steady.world.requests] == ["FlyV1", "other"]
    assert STEADY.token not in repr(steady.world.requests)
    assert "hidden" not in repr(steady.world.requests)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "path", ["/machines", "/machines/32874406a92e85", "/machines/32874406a92e85/restart", "/secrets"]
)
def test_a_call_that_writes_is_refused_and_told(steady: Asking, method: str, path: str) -> None:
    answer = steady.ask("machines", steady.app + path, method=method, json={"config": {}})
    assert answer.status_code in (403, 404)
    assert len(steady.world.violations) == 1
    assert steady.world.requests[0].kind == "write"


def test_a_question_for_the_values_of_secrets_is_told(steady: Asking) -> None:
    answer = steady.ask("machines", f"{steady.app}/secrets", query={"show_secrets": "true"})
    assert answer.status_code == 403
    assert steady.world.violations == [f"GET {steady.app}/secrets: asks for the values of secrets"]


def test_an_unknown_path_is_told(steady: Asking) -> None:
    assert steady.ask("api", "/api/v1/apps/shop-practice/logs/tail").status_code == 404
    assert steady.world.violations == ["GET /api/v1/apps/shop-practice/logs/tail: an unknown path"]


def test_reading_is_no_violation(steady: Asking) -> None:
    steady.page()
    steady.machines()
    steady.ask("fly_status", "/api/v2/summary.json", authorization="")
    steady.ask("door", "/any/page", authorization="")
    assert not steady.world.violations
    assert {request.kind for request in steady.world.requests} == {"read"}


# ---- its time


def test_every_answer_carries_the_worlds_time(steady: Asking) -> None:
    answers = [
        steady.page(),
        steady.ask("machines", "/v1/nothing"),
        steady.ask("door", "/", authorization=""),
        steady.ask("supabase_status", "/api/v2/status.json", authorization=""),
        steady.ask("fly_status", "/api/v2/status.json", authorization=""),
    ]
    for answer in answers:
        assert answer.headers.get_list("date") == [answer.headers["date"]]
        assert parsedate_to_datetime(answer.headers["date"]).timestamp() == int(STEADY.now)


def test_a_clock_that_is_wrong_is_wrong_in_answers_only(start: Start) -> None:
    asking = start(STEADY, faults=[Fault("clock", seconds=-7200.0)])
    answer = asking.page()
    assert parsedate_to_datetime(answer.headers["date"]).timestamp() == int(STEADY.now) - 7200
    assert len(answer.json()["data"]) == 100


def test_entries_appear_as_time_passes(start: Start) -> None:
    clock = Clock(STEADY.now - 600.0)
    asking = start(STEADY, clock=clock)
    before = asking.page().json()
    clock.advance(20.0)
    after = asking.page(next_token=before["meta"]["next_token"]).json()["data"]
    assert after
    assert all(entry["attributes"]["timestamp"] > before["data"][-1]["attributes"]["timestamp"] for entry in after)


# ---- faults


def test_a_socket_that_never_answers(start: Start) -> None:
    asking = start(STEADY, faults=[Fault("hang", "logs")])
    with pytest.raises(httpx2.ReadTimeout):
        asking.ask("api", asking.logs, timeout=0.1)
    assert asking.machines().status_code == 200


def test_a_connection_that_is_closed_without_a_byte(start: Start) -> None:
    asking = start(STEADY, faults=[Fault("refuse", "machines", times=1)])
    with pytest.raises(httpx2.RemoteProtocolError, match="without sending a response"):
        asking.machines()
    assert asking.machines().status_code == 200


def test_half_an_answer(start: Start) -> None:
    asking = start(STEADY, faults=[Fault("half", "logs")])
    with pytest.raises(httpx2.RemoteProtocolError, match="without sending complete message body"):
        asking.page()


def test_bytes_that_are_no_json(start: Start) -> None:
    answer = start(STEADY, faults=[Fault("garbage", "logs")]).page()
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    with pytest.raises(ValueError, match="decode"):
        answer.json()


@pytest.mark.parametrize("status", [200, 502])
def test_a_page_instead_of_json(start: Start, status: int) -> None:
    answer = start(STEADY, faults=[Fault("html", "graphql", status=status)]).graphql("{app{name}}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert answer.text.startswith("<!DOCTYPE html>")


def test_an_error_with_a_time_to_wait(start: Start) -> None:
    asking = start(STEADY, faults=[Fault("status", "machines", status=429, retry_after="2")])
    answer = asking.machines()
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")
    assert answer.json() == {"error": "rate limit exceeded"}


def test_an_error_with_a_body_of_its_own(start: Start) -> None:
    fault = Fault("status", "logs", status=422, body='{"message":"no"}')
    assert start(STEADY, faults=[fault]).page().json() == {"message": "no"}


def test_a_log_page_that_is_empty_for_ever(start: Start) -> None:
    asking = start(STEADY, faults=[Fault("empty", "logs")])
    at = str(int(STEADY.now - 500.0) * 10**9)
    first = asking.page(next_token=at).json()
    assert first == {"data": [], "meta": {"next_token": at}}
    assert asking.page(next_token=first["meta"]["next_token"]).json() == first


def test_a_slow_answer_is_whole(start: Start) -> None:
    asking = start(STEADY, faults=[Fault("slow", "logs", seconds=0.15)])
    with pytest.raises(httpx2.ReadTimeout):
        asking.ask("api", asking.logs, timeout=0.02)
    assert len(asking.page().json()["data"]) == 100


def test_a_delay_holds_back_every_answer(start: Start) -> None:
    asking = start(STEADY, delay=(0.1, 0.12))
    with pytest.raises(httpx2.ReadTimeout):
        asking.ask("api", asking.logs, timeout=0.02)
    assert len(asking.page().json()["data"]) == 100


# ---- where it is, and its end


def test_each_host_has_an_address_of_its_own(steady: Asking) -> None:
    told = steady.world.environment()
    addresses = {value for value in told.values() if value.startswith("http://")}
    assert addresses == {steady.world.url(h) for h in ("api", "machines", "fly_status", "supabase_status", "door")}
    assert told["FLY_ACCESS_TOKEN"] == STEADY.token
    assert not list(Path(told["FLY_CONFIG_DIR"]).iterdir())


def test_it_ends_at_once_while_a_client_waits() -> None:
    with World(STEADY, faults=[Fault("hang", "door")]) as world:
        config = world.environment()["FLY_CONFIG_DIR"]
        port = int(world.url("door").rpartition(":")[2])
        waiting = socket.create_connection(("127.0.0.1", port), timeout=10.0)
        waiting.sendall(b"GET / HTTP/1.1\r\nHost: door\r\n\r\n")
        httpx2.get(f"{world.url('fly_status')}/api/v2/status.json", trust_env=False)
        assert [request.part for request in world.requests] == ["door", "fly_status"]
    with waiting, contextlib.suppress(ConnectionResetError):
        assert waiting.recv(1) == b""
    assert not Path(config).exists()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_two_worlds_do_not_meet(start: Start) -> None:
    one, other = start(STEADY), start(scenarios.empty_logs())
    assert len(one.page().json()["data"]) == 100
    assert other.page().json()["data"] == []
    assert len(one.world.requests) == len(other.world.requests) == 1
