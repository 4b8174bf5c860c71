"""One registered process receives faster than it handles."""

from smokejumper.causes.tell import Case, Fault, Tell

QUEUE = 10
CALLERS = 12


def tell(case: Case, faults: list[Fault]) -> Tell | None:
    """A queue seen in the BEAM proves it; many callers of one registered name that time out make it likely."""
    timeouts = [f for f in faults if f.id == "genserver_timeout"]
    names = {n for f in timeouts for g in f.groups for n in g.names}
    if not timeouts:
        return None
    machines = tuple(sorted({m for f in timeouts for m in f.machines}))
    queues = _queues(case)
    seen = {
        (m, n): q for (m, n), q in queues.items() if q >= QUEUE and (n in names or n.removeprefix("Elixir.") in names)
    }
    if seen:
        longest = max(seen.values())
        name = next(n for (_, n), q in seen.items() if q == longest)
        lengths = ", ".join(f"{machine}: {length}" for (machine, _), length in sorted(seen.items()))
        return Tell(
            explains=("genserver_timeout",),
            machines=machines,
            source="beam",
            proven=True,
            confidence=0.95,
            why=f"{name} has messages waiting on every machine that was looked at",
            figure=f"{name}: up to {longest} messages in its queue ({lengths})",
        )
    if case.readings.beam is not None:
        return None
    total = sum(f.count for f in timeouts)
    registered = {n for n in names if n[:1].isupper() or n.startswith(":")}
    if len(names) == 1 and registered and total >= CALLERS:
        name = next(iter(registered))
        return Tell(
            explains=("genserver_timeout",),
            machines=machines,
            source="log",
            confidence=0.7,
            why=f"many callers wait for one process, {name}, and none is answered in time",
            figure=f"{total} calls of {name} timed out",
        )
    return None


def _queues(case: Case) -> dict[tuple[str, str], int]:
    found = {}
    for machine, node in (case.readings.beam or {}).items():
        if isinstance(node, dict):
            for process in node.get("top_by_message_queue") or []:
                if isinstance(process, dict) and process.get("name"):
                    found[machine, str(process["name"])] = int(process.get("message_queue_len") or 0)
    return found
