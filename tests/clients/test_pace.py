"""Whatever a caller does, no second has more calls than a system allows."""

from hypothesis import given, strategies as st

from smokejumper.clients.pace import Pace


@given(st.lists(st.floats(0, 3), min_size=1, max_size=60), st.sampled_from([(1.0, 3), (5.0, 10), (2.0, 1)]))
def test_never_more_than_is_allowed(pauses: list[float], limits: tuple[float, int]) -> None:
    rate, burst = limits
    pace, now, passed = Pace(rate, burst), 1000.0, []
    for pause in pauses:
        now += pause
        passed.append(now + pace.wait(now))
    assert passed == sorted(passed)
    for i, begin in enumerate(passed):
        for j in range(i, len(passed)):
            assert j - i + 1 <= burst + rate * (passed[j] - begin) + 1e-6


def test_a_few_calls_do_not_wait() -> None:
    pace = Pace(1.0, 3)
    assert [pace.wait(0.0) for _ in range(5)] == [0, 0, 0, 1, 2]
    assert pace.wait(60.0) == 0
