"""The failures over time, with the releases and the machines that died."""

from smokejumper.causes.case import Case
from smokejumper.logs.events import CLIENT_ERRORS
from smokejumper.model.verdict import Timeline
from smokejumper.steps.releases import Release


def _raised(case: Case) -> dict[int, int]:
    """Errors of requests by bucket: some answer a request that has no line of its own."""
    found: dict[int, int] = {}
    for group in case.groups:
        if group.process == "request" and group.kind != "log" and group.type not in CLIENT_ERRORS:
            for bucket, count in group.series.items():
                found[bucket] = found.get(bucket, 0) + count
    return found


def timeline(case: Case, found: list[Release]) -> Timeline:
    """Answers and failures in at most 60 steps, and what happened when."""
    cell = case.total()
    if not cell.series or case.first is None:
        return Timeline(None, case.width, (), (), ())
    width = case.width
    first, last = min(cell.series), max(cell.series)
    while (last - first) // width > 60:
        width *= 2
    first &= ~(width - 1)
    size = (last - first) // width + 1
    failed, asked = [0] * size, [0] * size
    raised = _raised(case)
    for bucket in sorted({*cell.series, *raised}):
        column = min(size - 1, max(0, (bucket - first) // width))
        ok, refused, bad = cell.series.get(bucket, (0, 0, 0))
        bad = max(bad, raised.get(bucket, 0))
        failed[column] += bad
        asked[column] += ok + refused + bad
    seen: list[str] = []
    events = []
    for r in found:
        events.append((case.stamp(r.at), "rollback" if r.image in seen else "deploy"))
        seen.append(r.image)
    for kind in ("oom", "gave_up"):
        events += [(case.stamp(e.at), kind) for _, e in case.events(kind)[:5]]
    return Timeline(
        case.stamp(float(first)), width, tuple(failed), tuple(asked), tuple(sorted(events, key=lambda x: x[0] or ""))
    )
