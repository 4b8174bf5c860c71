"""How sure a named cause is."""

from typing import Any

from smokejumper.causes.case import Case
from smokejumper.causes.tell import Fault
from smokejumper.logs.requests import template
from smokejumper.model.verdict import Grade
from smokejumper.steps.faults import Judged
from smokejumper.steps.releases import Release
from smokejumper.steps.scope import Reach


def grade(case: Case, judged: Judged, reach: Reach, guilty: Release | None) -> tuple[Grade, float]:
    """Grade and confidence: how well signature, number, reach, and sources of another kind bear the name."""
    fault, tell = judged.fault, judged.tell
    if fault.cause.kind == "symptom" and tell is None:
        return "symptom", 0.35 if fault.id == "unknown" else 0.45
    if tell is not None:
        return ("proven" if tell.proven else "likely"), tell.confidence
    confidence = 0.9 * fault.sure
    if fault.count < 5 and fault.main.kind != "platform" and fault.main.process != "boot":
        confidence -= 0.12
    if reach.scope == "unknown":
        confidence -= 0.1
    if guilty is not None:
        confidence += 0.03
    proven = seconded(case, fault)
    if proven:
        confidence += 0.05
    if fault.cause.kind == "evidence" and not proven:
        confidence = min(confidence, 0.75)
    return ("proven" if proven else "likely"), round(max(0.1, min(0.97, confidence)), 2)


def seconded(case: Case, fault: Fault) -> bool:
    """Does a source of another kind than the log show the same fault?"""
    request: Any = case.readings.request
    if request is not None:
        error = request.get("error") or {}
        path = str((request.get("request") or {}).get("path") or "").split("?", 1)[0]
        method = str((request.get("request") or {}).get("method") or "")
        types = {g.type for g in fault.groups}
        where = case.endpoint(f"{method} {template(path)}") if path else ""
        if error.get("class") in types and (not fault.endpoints or where in fault.endpoints):
            return True
    pg: Any = case.readings.pg
    if pg is not None:
        if fault.id == "db_deadlock":
            return any(
                (row.get("deadlocks") or 0) > 0 for row in pg.get("pg_stat_database") or [] if isinstance(row, dict)
            )
        if fault.id == "db_too_many_connections":
            used = sum(
                int(row.get("count") or 0) for row in pg.get("connections_by_state") or [] if isinstance(row, dict)
            )
            settings = {
                str(row.get("name")): row.get("setting") for row in pg.get("settings") or [] if isinstance(row, dict)
            }
            limit = int(settings.get("max_connections") or 0)
            return bool(limit) and used >= 0.85 * limit
    return False
