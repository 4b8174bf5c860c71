"""A recording played through a simulated Fly says what the same recording says from a file."""

from typing import Any

import msgspec
import pytest
from tests import living
from tests.corpus.judging import accused, right_place
from tests.recordings import NAMES, folder, truth, verdict_on

from smokejumper.drill.recording import of_recording
from smokejumper.drill.world import World
from smokejumper.model.verdict import Verdict
from smokejumper.plays import live, triage
from smokejumper.sources.files import open_inputs
from smokejumper.sources.selection import Selection


def told(verdict: Verdict) -> dict[str, Any]:
    """What must not depend on how the evidence came here."""
    return {
        "incident": verdict.is_incident,
        "scope": verdict.scope,
        "machines": verdict.machines,
        "endpoints": verdict.endpoints,
        "jobs": verdict.jobs,
        "records": verdict.records,
        "started": verdict.started_at,
        "causes": [(c.id, c.scope, c.culprit_frame) for c in accused(verdict)],
        "triggers": [c.trigger.kind if c.trigger else None for c in accused(verdict)],
        "releases": [(r.image, r.verdict) for r in verdict.releases],
    }


def counted(verdict: Verdict) -> tuple[int, int]:
    """Requests, and those that failed."""
    return verdict.counts.requests, verdict.counts.http_5xx


@pytest.mark.parametrize("name", NAMES)
def test_live_says_what_the_file_says(name: str, tmp_path: Any) -> None:
    scenario = of_recording(folder(name))
    with World(scenario) as world:
        inputs = living.asked(world)
        assert not world.violations
    verdict = triage.of_files(inputs, Selection())[0]
    from_file = verdict_on((folder(name) / "fly.ndjson").read_bytes())
    assert told(verdict) == told(from_file)
    if not any("pages are its limit" in gap.why for gap in verdict.coverage.gaps):
        assert counted(verdict) == counted(from_file)
    assert right_place(truth(name), verdict)

    live.save(inputs, tmp_path / "kept.ndjson")
    again = triage.of_files(open_inputs([tmp_path / "kept.ndjson"]), Selection())[0]
    assert msgspec.json.encode(again) == msgspec.json.encode(verdict)
