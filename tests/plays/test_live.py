"""Live sources taken away, one and two at a time: each costs its own part of the answer, and nothing else."""

from dataclasses import replace
from itertools import combinations

import msgspec
import pytest
from tests import living
from tests.recordings import folder

from smokejumper.config import Token
from smokejumper.drill import scenarios
from smokejumper.drill.faults import Fault, Kind
from smokejumper.drill.recording import of_recording
from smokejumper.drill.scenario import Grant
from smokejumper.drill.world import World
from smokejumper.model.verdict import Verdict
from smokejumper.plays import live, triage
from smokejumper.sources.selection import Selection

CODE = of_recording(folder("phoenix/coupon_match_error_deploy"))
"""Decided by the log."""
MEMORY = of_recording(folder("phoenix/memory_leak_oom_one_instance"))
"""Decided by the log, and by Fly's record of exits."""
QUIET = scenarios.steady()
PARTS = {
    "logs": "logs",
    "machines": "machines",
    "graphql": "graphql|releases",
    "secrets": "secrets",
    "metrics": "metrics",
    "pages": "fly_status|supabase_status",
    "door": "door",
}
KINDS: tuple[Kind, ...] = ("hang", "refuse", "garbage")
AWAY: list[tuple[str, ...]] = [*((part,) for part in PARTS), *combinations(PARTS, 2)]


def causes(verdict: Verdict) -> list[str]:
    return [c.id for c in verdict.causes if c.role == "cause"]


def faults(kind: Kind, *parts: str) -> list[Fault]:
    return [Fault(kind, PARTS[part]) for part in parts]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("parts", AWAY, ids="+".join)
def test_the_verdict_is_right_where_the_deciding_source_is_up(kind: Kind, parts: tuple[str, ...]) -> None:
    verdict = living.judged(CODE, faults(kind, *parts))
    if "logs" in parts:
        assert not verdict.is_incident
        assert (verdict.scope, triage.code(verdict)) == ("unknown", 3)
        assert any(gap.source == "log" for gap in verdict.coverage.gaps)
    else:
        assert (verdict.scope, causes(verdict)) == ("endpoint", ["nil_access"])
        assert verdict.endpoints == ("POST /api/orders",)
        assert [r.verdict for r in verdict.releases] == ["caused", "innocent"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "parts", [("logs",), ("machines",), ("logs", "graphql"), ("machines", "metrics")], ids="+".join
)
def test_a_memory_kill_is_seen_by_either_source(kind: Kind, parts: tuple[str, ...]) -> None:
    verdict = living.judged(MEMORY, faults(kind, *parts))
    assert (verdict.scope, causes(verdict), verdict.machines) == ("machine", ["oom"], ("9080e6f3a12345",))
    assert verdict.causes[0].grade == ("likely" if "machines" in parts else "proven")


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_is_accused_where_all_are_away(kind: Kind) -> None:
    verdict = living.judged(CODE, [Fault(kind)])
    assert not verdict.is_incident
    assert triage.code(verdict) == 3
    assert {"log", "fly-machines", "fly-releases", "status-pages"} <= {g.source for g in verdict.coverage.gaps}


@pytest.mark.parametrize("part", PARTS)
def test_a_healthy_app_stays_healthy_whatever_is_away(part: str) -> None:
    verdict = living.judged(QUIET, faults("refuse", part))
    assert not verdict.is_incident
    assert triage.code(verdict) == (3 if part == "logs" else 0)


@pytest.mark.parametrize("name", sorted(set(scenarios.ALL) - {"empty_logs"}))
def test_more_sources_never_make_a_verdict_worse(name: str) -> None:
    scenario = scenarios.ALL[name]()
    alone = living.judged(scenario, faults("refuse", *(part for part in PARTS if part != "logs")))
    whole = living.judged(scenario)
    assert set(causes(alone)) <= set(causes(whole))
    assert (alone.scope, alone.machines) == (whole.scope, whole.machines)
    sure = {c.id: c.confidence for c in alone.causes}
    assert all(c.confidence >= sure.get(c.id, 0.0) for c in whole.causes)


def test_a_gap_says_what_it_could_change_and_what_closes_it() -> None:
    verdict = living.judged(CODE, faults("hang", "machines"))
    gap = next(g for g in verdict.coverage.gaps if g.source == "fly-machines")
    assert "exits" in gap.could_change
    assert gap.command == "fly machine list -a acme -j"


def test_what_was_said_early_is_about_the_newest_page() -> None:
    early: list[int] = []
    with World(CODE) as world:
        live.read(live.Ask(target=living.target_in(world), tick=lambda v: early.append(v.counts.lines)))
        assert early[0] == 100
        assert early == sorted(early)
        assert len(world.asked("logs")) <= 60


def test_looking_back_goes_as_far_as_is_asked_for() -> None:
    with World(CODE) as world:
        short = live.read(live.Ask(target=living.target_in(world), since="30s"))
        long = live.read(live.Ask(target=living.target_in(world), since="20m"))
    lines = [triage.of_files(each, Selection())[0].counts.lines for each in (short, long)]
    assert lines[0] < lines[1] == 1646


def test_a_token_without_the_right_gives_way_to_one_that_has_it() -> None:
    scenario = msgspec.structs.replace(
        CODE,
        grants=(
            *CODE.grants,
            Grant(value="fm2_deploying", kind="deploy", org=CODE.org, apps=(CODE.app,)),
        ),
    )
    with World(scenario) as world:
        chosen = living.target_in(world)
        tokens = (Token("fm2_deploying", "FLY_API_TOKEN"), *chosen.tokens)
        inputs = live.read(live.Ask(target=replace(chosen, tokens=tokens)))
        alone = live.read(live.Ask(target=replace(chosen, tokens=tokens[:1])))
    assert triage.of_files(inputs, Selection())[0].is_incident
    gap = next(g for g in alone.readings.gaps if g.source == "log")
    assert "token" in gap.why
    assert gap.command.startswith("fly tokens create readonly")
    assert alone.readings.fly is not None
    assert alone.readings.fly.machines is not None
