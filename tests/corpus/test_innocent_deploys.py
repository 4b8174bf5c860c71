"""A harmless rolling deploy among the lines of a fault that came from elsewhere: the release is not blamed."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import msgspec
import pytest
from tests.cases import NAMES, folder, truth, verdict_on
from tests.corpus import judging

from smokejumper.model.verdict import Verdict

DONOR = "phoenix/clean_deploy"
ID = re.compile(r"request_id[=\":\s]+\"?([\w-]{20,})")
CLOCK = re.compile(r"^\d\d:\d\d:\d\d\.\d{3} ")
Row = dict[str, Any]


@dataclass(frozen=True)
class Swap:
    """What one machine says from the pull of its new image until it serves again."""

    rows: list[Row]

    @property
    def down(self) -> datetime:
        """When it stopped."""
        return moment(self.rows[0]["timestamp"])

    @property
    def up(self) -> datetime:
        """When it was healthy again."""
        return moment(self.rows[-1]["timestamp"])


def moment(stamp: str) -> datetime:
    """A time of the log."""
    return datetime.fromisoformat(stamp[:26].rstrip("Z")).replace(tzinfo=UTC)


def stamp(at: datetime) -> str:
    """A time as the log writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f000Z")


@cache
def rows_of(name: str) -> tuple[Row, ...]:
    """The entries of a recording."""
    return tuple(msgspec.json.decode(line) for line in (folder(name) / "fly.ndjson").read_bytes().splitlines() if line)


@cache
def swaps() -> tuple[Swap, ...]:
    """The clean deploy, machine by machine, without the requests that ran meanwhile."""
    found = []
    for machine in truth(DONOR)["all_instances"]:
        mine = [row for row in rows_of(DONOR) if row["instance"] == machine]
        said = [row["message"] for row in mine]
        begin = next(i for i, text in enumerate(said) if text.startswith("Pulling container image"))
        ready = next(i for i, text in enumerate(said) if i > begin and "Access AcmeWeb.Endpoint" in text)
        healthy = next(i for i, text in enumerate(said) if i > begin and "Health check" in text)
        stretch = mine[begin : max(ready, healthy) + 1]
        found.append(Swap([row for row in stretch if not ID.search(row["message"])]))
    return tuple(found)


def length() -> timedelta:
    """How long the deploy takes."""
    return swaps()[-1].up - swaps()[0].down


def moved(row: Row, shift: timedelta, machine: str, region: str) -> Row:
    """A line as another machine would have printed it at another time."""
    at = moment(row["timestamp"]) + shift
    clock = f"{at:%H:%M:%S}.{at.microsecond // 1000:03d} "
    meta = row["meta"] | {"Instance": machine, "Region": region}
    own = {"timestamp": stamp(at), "instance": machine, "region": region, "meta": meta}
    return row | own | {"message": CLOCK.sub(clock, row["message"])}


def with_deploy(name: str, at: datetime) -> bytes:
    """The log of a recording with a deploy that begins then; what a machine was asked while it was down is gone."""
    rows, added, gone = rows_of(name), [], set()
    shift = at - swaps()[0].down
    for swap, (machine, region) in zip(swaps(), truth(name)["all_instances"].items(), strict=True):
        added += [moved(row, shift, machine, region) for row in swap.rows]
        for row in rows:
            if row["instance"] == machine and swap.down <= moment(row["timestamp"]) - shift <= swap.up:
                gone |= {found[1] for found in [ID.search(row["message"])] if found}
    kept = [row for row in rows if not ((found := ID.search(row["message"])) and found[1] in gone)]
    merged = sorted([*kept, *added], key=lambda row: row["timestamp"])
    return b"".join(msgspec.json.encode(row) + b"\n" for row in merged)


def variants() -> list[tuple[str, str, datetime]]:
    """Recordings whose fault no deploy brought: one with a deploy well before it, one with a deploy just after."""
    found = []
    for name in (n for n in NAMES if n.startswith("phoenix/") and truth(n)["is_incident"]):
        true = truth(name)
        if judging.guilty_release(true) is not None or len(true["all_instances"]) != len(swaps()):
            continue
        onset, begin, end = (
            moment(t) for t in (true["fault_started_at"], true["window"]["from"], true["window"]["to"])
        )
        if begin + timedelta(seconds=13) + length() < onset:
            found.append((name, "before", begin + timedelta(seconds=3)))
        if onset + timedelta(seconds=12) + length() < end:
            found.append((name, "after", onset + timedelta(seconds=12)))
    return found


VARIANTS = variants()


@cache
def said(name: str, at: datetime) -> Verdict:
    """The verdict on a recording with a deploy spliced in."""
    return verdict_on(with_deploy(name, at))


@pytest.mark.parametrize(("name", "when", "at"), VARIANTS, ids=[f"{name} {when}" for name, when, _ in VARIANTS])
def test_a_harmless_deploy_is_not_blamed(name: str, when: str, at: datetime) -> None:
    """The deploy is seen, and no release is said to have caused the fault; incident and scope stay what they were."""
    verdict = said(name, at)
    assert verdict.releases
    assert judging.blamed(verdict) == []
    assert verdict.is_incident
    assert verdict.scope == judging.true_scope(truth(name))
    right = {"unknown"}.union(*judging.accepted(truth(name)))
    assert [c.id for c in judging.accused(verdict) if not judging.meant(c) & right] == []


def test_there_are_deploys_before_and_after_the_fault() -> None:
    """Both kinds of innocent deploys are among the variants."""
    assert {when for _, when, _ in VARIANTS} == {"before", "after"}
    assert len(VARIANTS) >= 8
