"""The one next thing to do."""

import shlex

from smokejumper.causes.case import Case
from smokejumper.causes.tell import Fault
from smokejumper.model.fly import FlyReading, Release as FlyRelease
from smokejumper.model.verdict import Next
from smokejumper.steps.releases import Release
from smokejumper.steps.scope import Reach

SURE = 0.6


def next_step(case: Case, faults: list[tuple[Fault, Reach, float]], found: list[Release], app: str | None) -> Next:
    """The next step: keep or take back a release, look where the evidence does not decide, or the cause's own look."""
    flag = f" -a {app}" if app else ""
    if not faults and not case.digest.lines:
        gap = next((g for g in case.readings.gaps if g.source == "log"), None)
        command = gap.command if gap is not None else f"fly logs{flag} -n -j"
        return Next("see the log", command, "without it nothing is accused and nothing cleared")
    if not faults:
        return Next("nothing to do", f"fly status{flag}", "no route, job or machine fails above its usual level")
    fault, reach, confidence = faults[0]
    guilty = next((r for r in found if r.verdict == "caused"), None)
    if guilty is not None:
        return _release(guilty, found, fault, flag, app, case.readings.fly)
    machine = reach.machines[0] if reach.scope == "machine" and reach.machines else None
    if machine is not None:
        return Next(
            f"look at {machine}",
            f"fly machine status {machine}{flag}",
            "only this machine is sick: its events and checks say what happened to it",
        )
    if confidence < SURE or fault.cause.look == "database":
        sql = (
            "select pid, state, wait_event_type, wait_event, now() - xact_start as age, left(query, 80) "
            "from pg_stat_activity order by age desc nulls last"
        )
        if fault.id.startswith("db_") or fault.cause.look == "database":
            return Next(
                "see who holds the database",
                f'psql "$DATABASE_URL" -c "{sql}"',
                "state and wait event of our backends decide between the causes",
            )
    if fault.cause.look == "beam":
        return Next(
            "look into the node",
            f'fly ssh console{flag} --pty -C "/app/bin/APP remote"',
            "mailbox and memory of the processes prove it",
        )
    return Next(
        "read how to mend it",
        f"smokejumper explain {fault.id}" if fault.id != "unknown" else f"fly logs{flag} -n -j",
        "the mitigation is in the catalogue",
    )


def _release(
    guilty: Release, found: list[Release], fault: Fault, flag: str, app: str | None, fly: FlyReading | None
) -> Next:
    later = [r for r in found if r.at is not None and guilty.at is not None and r.at > guilty.at]
    if later and fault.last is not None and later[-1].at is not None and later[-1].at <= fault.last + 30:
        return Next(
            "keep the image that is running",
            f"fly releases{flag}",
            f"it was replaced by {later[-1].image}, and the failures ended",
        )
    earlier = [r for r in found if r.at is not None and guilty.at is not None and r.at < guilty.at]
    if "migration" in guilty.why:
        return Next(
            "see what the release command changed",
            f"fly releases{flag}",
            "taking the image back does not undo a migration: look before rolling back",
        )
    if earlier and app:
        return Next(
            "roll back",
            f"fly deploy{flag} --image registry.fly.io/{app}:{earlier[-1].image} --yes",
            "users are hit and this release brought it",
        )
    before = _before(guilty, fly)
    if before is not None:
        return Next(
            f"roll back to v{before.version}",
            f"fly deploy{flag} --image {shlex.quote(before.image_ref)} --yes",
            "users are hit and this release brought it; that is the complete one before it",
        )
    return Next(
        "roll back to the image before it",
        f"fly releases{flag} --image",
        "users are hit and this release brought it: take the last complete image from the list",
    )


def _before(guilty: Release, fly: FlyReading | None) -> FlyRelease | None:
    """The newest complete release of another image before the guilty one."""
    if fly is None or guilty.version is None:
        return None
    older = [
        r
        for r in fly.releases or ()
        if r.version < guilty.version and r.status == "complete" and r.image_ref and r.image != guilty.image
    ]
    return max(older, key=lambda r: r.version, default=None)
