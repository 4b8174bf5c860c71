"""The short form of tests/fuzz.py: the same mutants every time."""

from tests import fuzz
from tests.reading import dice

SEEDS = range(7_000, 7_060)


def test_mutants_of_real_logs_are_judged() -> None:
    """Sixty mutants break nothing, and nine of ten still get a verdict."""
    outcome = fuzz.Outcome()
    for seed in SEEDS:
        fuzz.judge(seed, outcome)
    assert not outcome.broken, "\n".join(outcome.broken)
    assert outcome.verdicts >= 0.9 * outcome.mutants, outcome.line()


def test_a_seed_gives_the_same_mutant() -> None:
    """What broke can be made again from its seed."""
    fuzz.lines.cache_clear()
    first = fuzz.mutant(1)
    fuzz.lines.cache_clear()
    assert fuzz.mutant(1) == first


def test_every_mutation_changes_something() -> None:
    """No mutation leaves all of ten logs as they were."""
    for mutation in fuzz.MUTATIONS:
        changed = 0
        for seed in range(10):
            chance = dice(seed)
            rows = fuzz.some_lines(chance)
            before = list(rows)
            mutation(rows, chance)
            changed += rows != before
        assert changed >= 5, mutation.__name__
