"""Cut, thinned or shuffled between machines: a verdict keeps its cause or says less, but never accuses another."""

import random
import re
from collections import defaultdict
from collections.abc import Callable
from functools import cache

import pytest
from tests.cases import NAMES, folder, truth, verdict_on
from tests.corpus import judging

from smokejumper.model.verdict import Verdict

SURE = 0.5
MACHINE = re.compile(rb'"instance":"([^"]*)"')
SECOND = re.compile(rb'"timestamp":"([^".Z]*)')
Damage = Callable[[bytes], bytes]


@cache
def log_of(name: str) -> bytes:
    """The log of a recording."""
    return (folder(name) / "fly.ndjson").read_bytes()


def first(part: float) -> Damage:
    """What stands before a cut, which falls into the middle of a line."""
    return lambda log: log[: int(len(log) * part)]


def last(part: float) -> Damage:
    """What stands behind a cut."""
    return lambda log: log[int(len(log) * (1 - part)) :]


def thinned(seed: int) -> Damage:
    """One line in ten is lost."""

    def damage(log: bytes) -> bytes:
        dice = random.Random(seed)  # noqa: S311 - a seed, so that a failure comes again
        return b"".join(line for line in log.splitlines(keepends=True) if dice.random() >= 0.1)

    return damage


def shuffled(seed: int) -> Damage:
    """Within each second the machines' lines arrive in another order; those of one machine keep theirs."""

    def damage(log: bytes) -> bytes:
        dice = random.Random(seed)  # noqa: S311 - a seed, so that a failure comes again
        seconds: dict[bytes, dict[bytes, list[bytes]]] = defaultdict(lambda: defaultdict(list))
        for line in log.split(b"\n"):
            if line:
                at, machine = SECOND.search(line), MACHINE.search(line)
                assert at is not None
                seconds[at[1]][machine[1] if machine else b""].append(line)
        out = []
        for _, machines in sorted(seconds.items()):
            turns = [name for name, lines in machines.items() for _ in lines]
            dice.shuffle(turns)
            waiting = {name: iter(lines) for name, lines in machines.items()}
            out += [next(waiting[name]) for name in turns]
        return b"\n".join([*out, b""])

    return damage


DAMAGES: dict[str, Damage] = {
    **{f"first {part:.0%}": first(part) for part in (0.35, 0.6, 0.85)},
    **{f"last {part:.0%}": last(part) for part in (0.35, 0.4, 0.6, 0.85)},
    **{f"thinned {seed}": thinned(seed) for seed in (1, 2, 3)},
    "shuffled 1": shuffled(1),
}


@cache
def whole(name: str) -> Verdict:
    """The verdict on the log as it was recorded."""
    return verdict_on(log_of(name))


def accusations(name: str, verdict: Verdict) -> list[str]:
    """What a verdict says against somebody who did not do it."""
    right = {"unknown"}.union(*judging.accepted(truth(name)), *(judging.meant(c) for c in judging.accused(whole(name))))
    wrong = [
        f"{c.id} with {c.confidence}"
        for c in judging.accused(verdict)
        if c.confidence > SURE and not judging.meant(c) & right
    ]
    known = {r.image for r in whole(name).releases if r.verdict == "caused" or judging.right_release(truth(name), r)}
    strange = [r.image for r in verdict.releases if r.verdict == "caused" and r.image not in known]
    return wrong + [f"the release {image}" for image in strange]


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_log_accuses_nobody_else(name: str, damage: str) -> None:
    """Whatever is missing or out of order, no other cause and no other release is accused."""
    assert accusations(name, verdict_on(DAMAGES[damage](log_of(name)))) == []


@pytest.mark.parametrize("name", NAMES)
def test_order_between_machines_does_not_matter(name: str) -> None:
    """Lines of different machines that arrive in another order give the same scope, causes and counts."""
    before, after = whole(name), verdict_on(shuffled(2)(log_of(name)))
    assert (after.is_incident, after.scope) == (before.is_incident, before.scope)
    assert [c.id for c in judging.accused(after)] == [c.id for c in judging.accused(before)]
    assert after.counts == before.counts
