"""Deploys: those that did not arrive everywhere, and leases that outlive them."""

import shlex
from collections import defaultdict
from collections.abc import Iterator

from smokejumper.model.finding import Finding, Level
from smokejumper.model.fly import Machine, Release
from smokejumper.steps.fleet import DAY_S, DEPLOY_S, Fleet, images, runs, split
from smokejumper.wording import lasting, names, number


def half_done_deploy(fleet: Fleet) -> Iterator[Finding]:
    """One group on different images or releases, a release that failed or hangs, or one that did not arrive.

    That a release is `complete` proves nothing: where an update cannot be carried out, the machine goes back to its old
    image, is healthy, and the deploy reports success (superfly/flyctl pull request 4921).
    """
    newest = fleet.newest
    mixed = [group for group in fleet.deployed() if split(group)]
    everywhere = [m for group in fleet.deployed() for m in group]
    behind = [m for m in everywhere if newest is not None and runs(m, newest) is False]
    held = [m for m in everywhere if m.leased_by]
    status = newest.status if newest is not None else ""
    broken = status in ("failed", "interrupted")
    hanging = status in ("running", "pending") and not fleet.deploying()
    if not (mixed or behind or broken or hanging or (fleet.deploying() and held)):
        return
    parts = [f"v{newest.version} is {status or 'of unknown state'}"] if newest is not None else []
    parts += [_spread(group) for group in mixed]
    if behind and not mixed and newest is not None:
        parts.append(f"{names(m.id for m in behind)} not on {newest.image}")
    severity: Level = "minor"
    if fleet.deploying():
        severity = "minor" if mixed and any(images(g) > 1 for g in mixed) else "info"
        why = "a deploy is going on: for as long as it lasts two versions serve"
    elif any(images(group) > 1 for group in mixed):
        severity = "major"
        why = "two versions serve at once; migrations may have run, and nodes of different images form no cluster"
    elif mixed:
        why = "some machines missed the newest release: its secrets and settings are not theirs"
    elif hanging:
        why = f"a deploy begun more than {lasting(DEPLOY_S)} ago has not ended"
    elif broken:
        severity = "minor" if newest is None or newest.at is None or fleet.recent(newest.at, DAY_S) else "info"
        why = "the newest release is not what runs well, yet new machines may be given its image"
    else:
        why = "the release reports success, but these machines went back to, or stayed on, another image"
    yield fleet.finding(
        "half_done_deploy",
        severity,
        [m for group in mixed for m in group] or behind or held,
        "; ".join(parts) + (f"; leased by {held[0].leased_by}" if held else ""),
        why,
        at=newest.at if newest is not None else None,
        action="let it end" if severity == "info" else "bring all machines to one image",
        command=_deploy(fleet, newest, mixed),
    )


def _spread(group: tuple[Machine, ...]) -> str:
    """Which machines of a group are on what: by image where these differ, else by release."""
    on: dict[str, list[str]] = defaultdict(list)
    by_image = images(group) > 1
    for m in group:
        on[m.image.name if by_image else f"v{m.release}"].append(m.id)
    return "; ".join(f"{names(ids)} on {what or 'an unknown image'}" for what, ids in sorted(on.items()))


def _deploy(fleet: Fleet, newest: Release | None, mixed: list[tuple[Machine, ...]]) -> str:
    """The command that brings all machines to the newest complete release; else the one that lists releases."""
    complete = [r for r in fleet.fly.releases or () if r.status == "complete" and r.image_ref]
    target = max(complete, key=lambda r: r.version, default=None)
    if fleet.deploying() or target is None or not (mixed or target is newest):
        return f"fly releases{fleet.flag} --image"
    return f"fly deploy{fleet.flag} --image {shlex.quote(target.image_ref)} --yes"


def leased(fleet: Fleet) -> Iterator[Finding]:
    """Machines that somebody holds, though no deploy is going on."""
    held = [m for m in fleet.machines if m.leased_by]
    if held and not fleet.deploying():
        yield fleet.finding(
            "leased",
            "info",
            held,
            f"{number(len(held), 'machine')} leased by {held[0].leased_by}",
            "while a lease is held nobody else can change or start the machine; it runs out by itself",
            command=f"fly machine leases view {held[0].id}{fleet.flag}",
        )


CONDITIONS = (half_done_deploy, leased)
