"""Machines that should be alike and are not."""

from collections import Counter
from collections.abc import Iterator

from smokejumper.model.finding import Finding
from smokejumper.model.fly import Machine
from smokejumper.steps.fleet import Fleet, split


def mixed_config(fleet: Fleet) -> Iterator[Finding]:
    """A minority of a group that has one image but another size or configuration than most."""
    for group in fleet.deployed():
        if len(group) < 3 or split(group):
            continue
        size = _minority({m.id: _size(m) for m in group if m.memory_mb is not None})
        config = _minority({m.id: m.config_digest for m in group if m.config_digest})
        if size is None and config is None:
            continue
        ids, odd, most = size or config or ((), "", "")
        yield fleet.finding(
            "mixed_config",
            "minor",
            [m for m in group if m.id in ids],
            f"{odd}, the others {most}" if size else f"{len(ids)} of {len(group)} configured differently",
            "it was changed by hand, or missed a change",
            action="compare its configuration with another's",
            command=f"fly machine status {ids[0]}{fleet.flag} -d",
        )


def _size(m: Machine) -> str:
    return f"{m.cpu_kind or 'CPU'} x{m.cpus or '?'} {m.memory_mb} MB"


def _minority(of: dict[str, str]) -> tuple[tuple[str, ...], str, str] | None:
    """Who differs from what more than half have, from what in what; None where all differ, or none does."""
    counts = Counter(of.values())
    most, n = max(counts.items(), key=lambda x: (x[1], x[0]), default=("", 0))
    odd = tuple(sorted(m for m, value in of.items() if value != most))
    return (odd, of[odd[0]], most) if odd and n >= 2 and 2 * n > len(of) else None


CONDITIONS = (mixed_config,)
