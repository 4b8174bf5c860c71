"""Throttling convicts the size of the machines only where all of them were throttled while requests waited."""

import pytest
from tests.recordings import folder

from smokejumper.causes.case import Case
from smokejumper.model.digest import LogDigest
from smokejumper.model.fly import FlyReading, Series
from smokejumper.model.readings import Readings
from smokejumper.model.verdict import Verdict
from smokejumper.plays.gather import gather
from smokejumper.sources.files import Inputs, from_bytes, open_inputs
from smokejumper.sources.selection import Selection
from smokejumper.triage import triage

MACHINES = ("148e21fea23389", "4d891b6fe12e18", "9080e6f3a12345")

REFUSED = (
    "** (DBConnection.ConnectionError) connection not available and request was dropped from queue after 190ms. This "
    "means requests are coming in and your connection pool cannot serve them fast enough."
)


def storm() -> bytes:
    """Requests that wait in vain for a connection, on three machines; no route holds one longer than another."""
    lines = []
    for i in range(240):
        machine, clock = MACHINES[i % 3], f"10:{i // 60:02d}:{i % 60:02d}.000"
        head = f"2026-03-02T{clock[:8]}Z app[{machine}] ord [info]{clock} request_id=GOsFs8oG{i:08d}AAGB"
        route = ("/api/terns", "/api/gulls", "/api/skuas")[i % 3]
        lines.append(f"{head} [info] GET {route}")
        if i >= 60 and i % 2:
            lines.append(f"{head} [error] {REFUSED}")
            lines.append(f"{head[:51]}    (tern 0.1.0) lib/tern/birds.ex:7: Tern.Birds.all/0")
            lines.append(f"{head} [info] Sent 500 in 200ms")
        else:
            lines.append(f"{head} [info] Sent 200 in 20ms")
    return "\n".join(lines).encode() + b"\n"


STORM = gather(Inputs(logs=[from_bytes(storm(), "log")]), Selection()).case.digest
HELD = gather(open_inputs([folder("phoenix/pool_exhaustion_checkout_tx") / "fly.ndjson"]), Selection()).case.digest


def judged(log: LogDigest, throttled: dict[str, float]) -> Verdict:
    """The verdict on a log whose machines were throttled as said, by share of the time."""
    assert log.first is not None
    assert log.last is not None
    times = [log.first + i * (log.last - log.first) / 20 for i in range(21)]
    series = tuple(
        Series(
            name="cpu_throttle", machine=m, points=tuple((at, float(i % 20 < share * 20)) for i, at in enumerate(times))
        )
        for m, share in throttled.items()
    )
    return triage(Case(log, Readings(fly=FlyReading(at=log.last, series=series))), ("log", "fly"))


@pytest.mark.parametrize("shares", [(0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (1.0, 1.0, 0.1), (1.0, 1.0, None)])
def test_machines_that_were_not_all_throttled_are_large_enough(shares: tuple[float | None, ...]) -> None:
    verdict = judged(STORM, {m: share for m, share in zip(MACHINES, shares, strict=True) if share is not None})
    assert "capacity_exceeded" not in {c.id for c in verdict.causes}


def test_all_machines_throttled_are_too_small() -> None:
    verdict = judged(STORM, dict.fromkeys(MACHINES, 1.0))
    top = verdict.causes[0]
    assert (top.id, top.grade) == ("capacity_exceeded", "likely")
    assert top.confidence <= 0.75
    assert any(e.source == "fly" and "throttled in 100%" in (e.figure or "") for e in verdict.evidence)


def test_a_route_that_holds_the_connections_goes_before() -> None:
    verdict = judged(HELD, {m: 1.0 for m in HELD.machines if m})
    assert [c.id for c in verdict.causes if c.role == "cause"] == ["external_call_in_transaction"]
