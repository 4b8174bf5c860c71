"""The world's time stands, runs, or jumps, and never looks at the real one by itself."""

from smokejumper.drill.clock import Clock


def test_it_stands_unless_it_is_told_to_run() -> None:
    real = iter((0.0, 5.0))
    assert Clock(100.0, ticks=lambda: next(real)).now() == 100.0


def test_it_runs_faster_by_its_factor() -> None:
    real = iter((10.0, 13.0))
    assert Clock(100.0, 4.0, ticks=lambda: next(real)).now() == 112.0


def test_it_can_be_moved_on() -> None:
    clock = Clock(100.0)
    clock.advance(30.0)
    assert clock.now() == 130.0
