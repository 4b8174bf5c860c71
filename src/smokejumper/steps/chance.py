"""Whether chance alone explains what was counted."""

import math

IMPROBABLE = 0.01
"""Below this, chance is no explanation."""


def chance(hits: int, total: int, share: float) -> float:
    """How probable it is at most that so many of all fall where that share of them belongs, or even more unlikely ones.

    Chernoff's bound, in the direction that was seen; exact for none and for all.
    """
    seen = hits / total
    divergence = sum(p * math.log(p / q) for p, q in ((seen, share), (1 - seen, 1 - share)) if p > 0)
    return math.exp(-total * divergence)
