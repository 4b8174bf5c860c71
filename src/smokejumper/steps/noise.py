"""What looks like trouble and is not: deploy edges, cold starts, ordinary stops, bots, browsers that left."""

import re
from collections import Counter

from smokejumper.causes.case import NO_ROUTE, Case
from smokejumper.causes.tell import Fault
from smokejumper.model.verdict import Noise

EDGE_S = 15.0
AROUND_S = 5.0
LASTING, LASTING_S = 20, 30.0
EXPLOIT = re.compile(
    r"^(?:GET|POST|HEAD) /(?:wp-|wordpress|\.env|\.git|\.aws|phpmyadmin|cgi-bin|vendor/|xmlrpc|actuator"
    r"|owa/|solr|boaform)|\.php\b"
)


def edges(case: Case, machine: str) -> list[float]:
    """When a machine stopped or started of itself or by order, in the log."""
    times = [
        e.at
        for kind in ("stop_signal", "sigterm", "boot", "exited", "started", "reboot", "pulled", "autostop")
        for _, e in case.events(kind, machine)
        if e.at is not None and not (kind == "exited" and e.detail not in ("0", ""))
    ]
    return sorted(times)


def at_edge(case: Case, fault: Fault) -> bool:
    """Did all of it happen within 15 s of the machine's own stop or start, and was each of these ordered?"""
    if "edge" not in fault.cause.traits:
        return False
    for (machine, _), span in fault.places.items():
        near = edges(case, machine)
        kills = [
            e.at for kind in ("oom", "signalled", "gave_up") for _, e in case.events(kind, machine) if e.at is not None
        ]
        for moment in (span.first, span.last):
            if moment is None or not any(abs(moment - t) <= EDGE_S for t in near):
                return False
            if any(abs(moment - t) <= EDGE_S for t in kills):
                return False
    return True


def harmless(case: Case, fault: Fault) -> bool:
    """Did only error lines and connections speak of it, briefly, while no request or job failed on those machines?"""
    if any(g.process != "other" or g.kind == "platform" for g in fault.groups):
        return False
    first, last = fault.onset, fault.last
    if first is None or last is None or (fault.count >= LASTING and last - first > LASTING_S):
        return False
    failed = case.between(case.total(machines=fault.machines or None), first - AROUND_S, last + EDGE_S, 2)
    jobs = any(
        g.process in ("oban", "request", "liveview", "genserver", "task")
        and g.span.last is not None
        and g.span.first is not None
        and g.span.first <= last + EDGE_S
        and g.span.last >= first - AROUND_S
        for g in case.groups
    )
    return not failed and not jobs


def noise(case: Case, dropped: list[Fault], clients: list[Fault]) -> list[Noise]:
    """The list of what was seen and left out, with the reason."""
    found = []
    bots: Counter[bool] = Counter()
    missing: Counter[str] = Counter()
    for (_, endpoint, cls), row in case.digest.answers.items():
        if cls == "missing":
            count = sum(row.statuses.values())
            name = case.endpoint(endpoint)
            if any(e == name and c.ok for (_, e), c in case.cells.items()):
                missing[name] += count
            else:
                bots[bool(EXPLOIT.search(endpoint))] += count
    if bots[True]:
        found.append(
            Noise(
                "bot_scan", bots[True] + bots[False], "automated clients ask for paths that do not exist; they get 404"
            )
        )
    elif bots[False]:
        found.append(
            Noise("not_found_route", bots[False], f"paths without a route ({NO_ROUTE[1:-1]}) are answered with 404")
        )
    for endpoint, count in missing.most_common(3):
        found.append(
            Noise(
                "not_found_record",
                count,
                f"{endpoint}: records that do not exist are answered with 404, the others are served",
            )
        )
    refused = sum(c.refused for c in case.cells.values()) - sum(bots.values()) - sum(missing.values())
    if refused > 0:
        found.append(Noise("client_errors", refused, "requests refused with 4xx, as they should be"))
    found += [Noise(fault.id, fault.count, "the client's: answered with 4xx") for fault in clients]
    for fault in dropped:
        edge = "edge" in fault.cause.traits
        why = (
            "within seconds of the machine's own stop or start" if edge else "isolated, or it harmed no request or job"
        )
        found.append(Noise(fault.id, fault.count, why))
    stops = sum(len(case.events(kind)) for kind in ("sigterm",))
    if stops:
        found.append(Noise("stop", stops, "machines were told to stop and did"))
    return found
