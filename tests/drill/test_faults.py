"""Which requests meet a fault, and how often."""

from smokejumper.drill.faults import Fault, Faults


def test_a_fault_of_one_part_leaves_the_others_alone() -> None:
    faults = Faults([Fault("hang", "logs")])
    assert not faults.meet("machines", "/v1/apps/shop/machines")
    assert not faults.meet("door", "/logs")
    assert faults.meet("logs", "/api/v1/apps/shop/logs")


def test_a_path_is_matched_as_a_whole() -> None:
    faults = Faults([Fault("hang", "/v1/apps/[^/]+/machines")])
    assert faults.meet("machines", "/v1/apps/shop/machines")
    assert not faults.meet("events", "/v1/apps/shop/machines/1/events")


def test_a_fault_with_a_number_is_over_after_that() -> None:
    faults = Faults([Fault("refuse", times=2)])
    assert [bool(faults.meet("logs", "/")) for _ in range(3)] == [True, True, False]


def test_a_fault_is_not_used_up_by_requests_that_do_not_meet_it() -> None:
    faults = Faults([Fault("refuse", "logs", times=1)])
    faults.meet("door", "/")
    assert faults.meet("logs", "/")


def test_faults_come_and_go_while_it_runs() -> None:
    faults = Faults()
    one, two = Fault("hang", "logs"), Fault("html", "logs")
    faults.add(one, two)
    faults.remove(one)
    faults.remove(one)
    assert faults.meet("logs", "/") == (two,)
    faults.clear()
    assert not faults.meet("logs", "/")
