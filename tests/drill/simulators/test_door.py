"""From outside an application answers by a machine that is well, or by the one that is asked for, or not at all."""

import httpx2
import msgspec
import pytest
from tests.drill.asking import Asking, Start

from smokejumper.drill import scenarios
from smokejumper.drill.scenario import Door

STEADY = scenarios.steady()
IDS = list(STEADY.machines)


def knock(asking: Asking, machine: str = "", timeout: float = 5.0) -> httpx2.Response:
    headers = {"fly-force-instance-id": machine} if machine else {}
    return asking.ask("door", "/", authorization="", headers=headers, timeout=timeout)


def test_nobody_answers_where_no_machine_is_started(start: Start) -> None:
    asking = start(scenarios.no_machine_started())
    assert knock(asking).status_code == 503
    assert knock(asking, IDS[0]).status_code == 503


def test_a_machine_that_is_not_there_or_lost_does_not_answer(start: Start) -> None:
    asking = start(scenarios.host_problem())
    assert knock(asking, "nobody").status_code == 503
    assert knock(asking, IDS[2]).status_code == 503
    assert knock(asking).status_code == 200


def test_each_machine_answers_for_itself(start: Start) -> None:
    door = Door(statuses={IDS[1]: 500})
    asking = start(msgspec.structs.replace(STEADY, door=door))
    assert [knock(asking, id_).status_code for id_ in IDS] == [200, 500, 200]
    assert knock(asking).headers["fly-request-id"]
    assert [request.headers.get("fly-force-instance-id") for request in asking.world.requests] == [*IDS, None]


def test_a_cordoned_machine_answers_who_asks_for_it_and_nobody_else(start: Start) -> None:
    door = Door(statuses={IDS[2]: 418})
    asking = start(msgspec.structs.replace(scenarios.silent_machine(), door=door))
    assert knock(asking, IDS[2]).status_code == 418
    assert {knock(asking).status_code for _ in range(6)} == {200}


def test_a_slow_machine_is_slow(start: Start) -> None:
    asking = start(msgspec.structs.replace(STEADY, door=Door(seconds={IDS[0]: 30.0})))
    with pytest.raises(httpx2.ReadTimeout):
        knock(asking, IDS[0], timeout=0.1)
    assert knock(asking, IDS[1]).status_code == 200
