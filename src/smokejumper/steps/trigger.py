"""Why now: what set a fault off."""

from smokejumper.causes.tell import Fault
from smokejumper.model.verdict import Trigger, TriggerKind
from smokejumper.steps.releases import Release
from smokejumper.steps.scope import Reach


def trigger(fault: Fault, reach: Reach, guilty: Release | None, found: list[Release]) -> Trigger | None:
    """What set it off, or None where nothing in the evidence says so."""
    traits = fault.cause.traits
    if guilty is not None:
        return Trigger("release", guilty.image, guilty.why)
    if "setting" in traits:
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
    if "upstream" in traits:
        return Trigger("dependency", None, "another service fails, and our code meets it")
    if "database" in traits:
        kind: TriggerKind = "platform" if reach.scope == "machine" else "dependency"
        return Trigger(
            kind, None, "the way to the database" if kind == "platform" else "the database or what stands before it"
        )
    if reach.scope == "data":
        return Trigger("data", None, reach.why)
    if "platform" in traits:
        return Trigger("platform", None, "the machine itself")
    return None
