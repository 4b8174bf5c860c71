"""Chance is never believed to be less probable than it is."""

from math import comb

from hypothesis import given, settings, strategies as st

from smokejumper.steps.chance import chance


@given(st.integers(0, 60), st.integers(1, 60), st.floats(0.05, 0.95))
@settings(max_examples=200, deadline=None)
def test_the_bound_is_never_below_the_true_chance(hits: int, total: int, share: float) -> None:
    hits = min(hits, total)
    terms = [comb(total, k) * share**k * (1 - share) ** (total - k) for k in range(total + 1)]
    tail = sum(terms[hits:]) if hits >= total * share else sum(terms[: hits + 1])
    assert chance(hits, total, share) >= tail * (1 - 1e-9)
