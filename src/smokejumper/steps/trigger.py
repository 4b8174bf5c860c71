"""Why now: what set a fault off."""

from smokejumper.causes.tell import Fault
from smokejumper.model.verdict import Trigger, TriggerKind
from smokejumper.steps.releases import Release
from smokejumper.steps.scope import Reach

_UPSTREAM = ("http_client_", "redis_", "rate_limited", "json_decode")
_DATABASE = (
    "db_unreachable",
    "db_dns",
    "db_shutdown",
    "db_disk_full",
    "db_read_only",
    "db_server_fault",
    "pooler_rejected",
    "db_too_many_connections",
)


def trigger(fault: Fault, reach: Reach, guilty: Release | None, found: list[Release]) -> Trigger | None:
    """What set it off, or None where nothing in the evidence says so."""
    if guilty is not None:
        return Trigger("release", guilty.image, guilty.why)
    if fault.id in ("config_missing_env", "config_error"):
        near = [
            r
            for r in found
            if r.at is not None
            and fault.first is not None
            and 0 <= fault.first - r.at < 120
            and set(r.pulled) & set(fault.machines)
        ]
        if near:
            return Trigger("config", None, "the machine was given new settings just before, and the others were not")
        return Trigger("config", None, "a setting is missing or wrong where it fails")
    if fault.id.startswith(_UPSTREAM):
        return Trigger("dependency", None, "another service fails, and our code meets it")
    if fault.id in _DATABASE:
        kind: TriggerKind = "platform" if reach.scope == "machine" else "dependency"
        return Trigger(
            kind, None, "the way to the database" if kind == "platform" else "the database or what stands before it"
        )
    if reach.scope == "data":
        return Trigger("data", None, reach.why)
    if fault.id in ("oom", "disk_full", "memory_leak", "host_failure", "machine_unreachable"):
        return (
            Trigger("platform", None, "the machine itself")
            if fault.id in ("host_failure", "machine_unreachable")
            else None
        )
    return None
