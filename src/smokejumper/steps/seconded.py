"""Does a source of another kind than the log show the same fault? Then it is proven."""

from typing import Any, NamedTuple

from smokejumper.causes.case import Case
from smokejumper.causes.tell import Fault
from smokejumper.logs.requests import template

NEAR_S = 120.0
"""How far Fly's time of an event may lie from the log's."""


class Seconded(NamedTuple):
    """What another source said, and where it says it."""

    source: str
    claim: str
    figure: str | None = None
    at: float | None = None


def seconded(case: Case, fault: Fault) -> Seconded | None:
    """The first source that agrees: an error tracker, the database, or Fly."""
    return by_tracker(case, fault) or by_database(case, fault) or by_fly(case, fault)


def by_tracker(case: Case, fault: Fault) -> Seconded | None:
    """A request that an error tracker holds, with the same class on the same route."""
    request: Any = case.readings.request
    if request is None:
        return None
    error = request.get("error") or {}
    path = str((request.get("request") or {}).get("path") or "").split("?", 1)[0]
    method = str((request.get("request") or {}).get("method") or "")
    types = {g.type for g in fault.groups}
    where = case.endpoint(f"{method} {template(path)}") if path else ""
    if error.get("class") in types and (not fault.endpoints or where in fault.endpoints):
        return Seconded("request", "an error tracker holds a request that failed in the same way", where or None)
    return None


def by_database(case: Case, fault: Fault) -> Seconded | None:
    """A count of Postgres' own: deadlocks, or connections near their limit."""
    pg: Any = case.readings.pg
    if pg is None:
        return None
    if fault.id == "db_deadlock":
        count = sum(row.get("deadlocks") or 0 for row in pg.get("pg_stat_database") or [] if isinstance(row, dict))
        return Seconded("pg", "Postgres counts deadlocks itself", f"{count} deadlocks") if count else None
    if fault.id == "db_too_many_connections":
        used = sum(int(row.get("count") or 0) for row in pg.get("connections_by_state") or [] if isinstance(row, dict))
        settings = {
            str(row.get("name")): row.get("setting") for row in pg.get("settings") or [] if isinstance(row, dict)
        }
        limit = int(settings.get("max_connections") or 0)
        if limit and used >= 0.85 * limit:
            return Seconded("pg", "Postgres has no connection left", f"{used} of {limit} connections")
    return None


def by_fly(case: Case, fault: Fault) -> Seconded | None:
    """What Fly recorded of the same machines at the same time."""
    fly = case.readings.fly
    if fly is None:
        return None
    first, last = fault.first, fault.last
    machines = [m for m in fly.machines or () if m.id in fault.machines]
    if fault.id == "oom":
        for machine in machines:
            for event in machine.events:
                ended = event.exit
                at = event.at if ended is None or ended.at is None else ended.at
                if ended is not None and ended.oom and _near(at, first, last):
                    figure = f"{machine.id} exited with {ended.code}, oom_killed"
                    return Seconded("fly", "Fly recorded the kill", figure, at)
    if fault.id == "host_failure":
        for machine in machines:
            if machine.host_status != "ok":
                return Seconded("fly", "Fly does not reach the host", f"{machine.id}: host {machine.host_status}")
        for issue in fly.host_issues or ():
            if _near(issue.created_at, first, last):
                return Seconded("fly", "Fly tells of a host problem", issue.message[:200], issue.created_at)
    if fault.id == "health_check_failing":
        for machine in machines:
            for check in machine.checks:
                if check.status == "critical":
                    figure = f"{machine.id} {check.name}: {check.output[:160]}"
                    return Seconded("fly", "the check still fails", figure, check.changed_at)
    if fault.id in ("deploy_failed", "migration_failed"):
        for release in fly.releases or ():
            if release.status in ("failed", "interrupted") and _near(release.at, first, last):
                return Seconded("fly", "Fly recorded the release", f"v{release.version} {release.status}", release.at)
    return None


def _near(at: float | None, first: float | None, last: float | None) -> bool:
    return (
        at is not None and first is not None and first - NEAR_S <= at <= (last if last is not None else first) + NEAR_S
    )
