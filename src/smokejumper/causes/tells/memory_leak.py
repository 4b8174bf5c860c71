"""One node holds far more memory than its sisters: how an out-of-memory kill came about."""

from statistics import median
from typing import Any

from smokejumper.causes.tell import Case, Fault, Tell

MORE_BYTES = 20_000_000
MORE_TIMES = 1.2


def tell(case: Case, faults: list[Fault]) -> Tell | None:
    """Beside an out-of-memory kill: the killed machine's node had clearly more memory than the others, and in what."""
    kills = [f for f in faults if f.id == "oom"]
    nodes: dict[str, Any] = {
        m: n for m, n in (case.readings.beam or {}).items() if isinstance(n, dict) and isinstance(n.get("memory"), dict)
    }
    killed = {m for f in kills for m in f.machines}
    others = [n for m, n in nodes.items() if m not in killed]
    if not kills or not others:
        return None
    for machine in sorted(killed & set(nodes)):
        mine, usual = _total(nodes[machine]), median(_total(n) for n in others)
        if mine - usual < MORE_BYTES or mine < MORE_TIMES * usual:
            continue
        share = max(
            ("binary", "processes", "ets", "atom"),
            key=lambda k: (
                int(nodes[machine]["memory"].get(k) or 0) - median(int(n["memory"].get(k) or 0) for n in others)
            ),
        )
        return Tell(
            explains=(), machines=(machine,), source="beam", proven=True, confidence=0.9, mechanism_of="oom",
            why=f"before it was killed, {machine} held more memory than the other machines, most of it in {share}",
            figure=f"{mine / 1e6:.0f} MB against {usual / 1e6:.0f} MB on the others; {share} "
            f"{int(nodes[machine]['memory'].get(share) or 0) / 1e6:.0f} MB",
        )  # fmt: skip
    return None


def _total(node: dict[str, Any]) -> int:
    return int(node["memory"].get("total") or 0)
