"""One machine alone lost its way to the database.

Its pool is dry, its holders wait for the network, the others are well.
"""

import re

from smokejumper.causes.holders import SYMPTOMS
from smokejumper.causes.tell import Case, Fault, Tell

_RECEIVING = re.compile(r"prim_inet\.recv|prim_socket|ssl\.recv|gen_tcp\.recv|msg_recv|tls_socket|ssl_gen_statem")
_SILENT = re.compile(r"(?:tcp|ssl) recv(?: \(idle\))?: timeout")


def tell(case: Case, faults: list[Fault]) -> Tell | None:
    """Pool trouble on some machines only, with holders stuck in receiving, while other machines serve as before."""
    storm = [f for f in faults if f.id in (*SYMPTOMS, "db_query_canceled")]
    sick = sorted({m for f in storm for m in f.machines})
    well = [m for m in case.serving if m not in sick]
    if not storm or not well or not sick or len(sick) > len(well):
        return None
    groups = [g for f in storm for g in f.groups]
    silent = next((g for g in groups if _SILENT.search(g.text)), None)
    stuck = next(
        (g for g in groups if "timed out because it" in g.text and any(_RECEIVING.search(x) for x in g.frames[:3])),
        None,
    )
    if silent is None and stuck is None:
        return None
    sign = silent or stuck
    routes = {w for f in storm for (_, w) in f.places if " /" in w}
    if len(routes) < 2:
        return None
    line = next(
        (x for x in (sign.text if sign else "").split("\n") if _SILENT.search(x) or "timed out because" in x), None
    )
    return Tell(
        explains=(*SYMPTOMS, "db_query_canceled", "job_failure", "genserver_timeout"),
        machines=tuple(sick),
        source="log",
        confidence=0.86,
        why=(
            f"on {', '.join(sick)} every holder of a connection waits for bytes that do not come; "
            f"{len(well)} other machines use the same database without trouble"
        ),
        quote=line,
        at=sign.span.first if sign else None,
    )
