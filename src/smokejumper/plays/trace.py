"""One request through all machines: everything logged under its id, and the crash that goes with it."""

from smokejumper.errors import InputError
from smokejumper.logs import elixir
from smokejumper.logs.requests import END, START
from smokejumper.logs.times import stamp
from smokejumper.masking import mask
from smokejumper.model.verdict import Trace, Traced
from smokejumper.sources.files import Inputs
from smokejumper.sources.selection import Entry, Head, entries

NEAR_S = 3.0


def trace(inputs: Inputs, request_id: str) -> Trace:
    """The lines of one request, in order of time.

    Raises:
        InputError: no line bears the id.
    """
    everything: list[Entry] = [e for log in inputs.logs for e in entries(log)]
    kept: list[tuple[float | None, int, Entry, str | None]] = []
    method = path = None
    status: int | None = None
    took: float | None = None
    follows: dict[str, bool] = {}
    begun: dict[str, float | None] = {}
    for i, e in enumerate(everything):
        head = e.head()
        if head is None and e.provider == "app":
            if follows.get(e.machine):
                kept.append(
                    (begun[e.machine], i, e, None)
                )  # whatever the envelope says: it may have whole seconds only
            continue
        mine = request_id in e.message or (head is not None and head.meta.get("request_id") == request_id)
        follows[e.machine] = mine
        if not mine:
            continue
        at, level, _, text = head if head is not None else Head(e.at, e.level, {}, e.message)
        begun[e.machine] = at
        if start := START.match(text):
            method, path = start[1], start[2]
        if end := END.match(text):
            status = int(end[1])
            took = int(end[2]) * {"ms": 1.0, "µs": 0.001, "us": 0.001, "s": 1000.0}[end[3]]
        kept.append((at, i, e, level))
    if not kept:
        raise InputError(
            f"No line bears the request id {request_id}.",
            "Take an id from `smokejumper errors --json`; it may lie outside of this log.",
        )
    if status is None and method and path:
        kept += _crash(everything, kept, method, path)
    kept.sort(key=lambda x: (x[0] is None, x[0] or 0.0, x[1]))
    dated = any(e.at is not None for _, _, e, _ in kept)
    times = [stamp(at) if dated and at is not None else None for at, *_ in kept]
    return Trace(
        request_id=request_id,
        method=method,
        path=path,
        status=status,
        duration_ms=took,
        machines=tuple(dict.fromkeys(e.machine for _, _, e, _ in kept if e.machine)),
        lines=tuple(
            Traced(at, e.provider, e.machine, e.region, level, mask(e.message))
            for at, (_, _, e, level) in zip(times, kept, strict=True)
        ),
    )


def _crash(
    everything: list[Entry], kept: list[tuple[float | None, int, Entry, str | None]], method: str, path: str
) -> list[tuple[float | None, int, Entry, str | None]]:
    """Cowboy's entry of a crash, which names method and path but no id.

    The nearest one after the request on its machine.
    """
    machine = kept[0][2].machine
    begin = kept[0][1]
    for i in range(begin, len(everything)):
        e = everything[i]
        if (
            e.machine == machine
            and e.message.startswith(f"Request: {method} ")
            and e.message.split(" ")[2].split("?")[0] == path.split("?", maxsplit=1)[0]
        ):
            head = next(
                (
                    j
                    for j in range(i, max(begin, i - 60), -1)
                    if everything[j].machine == machine and elixir.prefix(everything[j].message)
                ),
                i,
            )
            block = []
            for j in range(head, min(len(everything), head + 200)):
                x = everything[j]
                if x.machine != machine:
                    continue
                if j > head and elixir.prefix(x.message) is not None:
                    break
                block.append((x.at, j, x, "error" if j == head else None))
            return block
    return []
