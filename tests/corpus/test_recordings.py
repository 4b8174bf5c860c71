"""Recorded incidents and calm hours: what triage says about each is what happened. A folder is a test."""

import re
from functools import cache

import pytest
from tests.cases import NAMES, folder, fullest, truth, verdict_of
from tests.corpus import judging

from smokejumper.model.verdict import Verdict

RECORDING = pytest.mark.parametrize("name", NAMES)
INCIDENT = pytest.mark.parametrize("name", [n for n in NAMES if truth(n)["is_incident"]])
INPUT = pytest.mark.parametrize("text", [False, True], ids=["all evidence", "text alone"])


@cache
def said(name: str, *, text: bool = False) -> Verdict:
    """The verdict on the fullest evidence, or on the text format alone."""
    return verdict_of(*([folder(name) / "fly.txt"] if text else fullest(name)))


def told(verdict: Verdict) -> str:
    """What was said, for the message of a failing test."""
    causes = [(c.id, c.role, c.confidence) for c in verdict.causes]
    return f"{verdict.scope} on {verdict.machines} {verdict.endpoints} {verdict.users}: {causes}"


def test_there_are_recordings() -> None:
    """The folder of recordings is found."""
    assert len(NAMES) >= 26


@INPUT
@RECORDING
def test_an_incident_is_told_from_none(name: str, text: bool) -> None:
    """A fault that hurt is an incident, and a calm hour is none, whatever trouble it seems to show."""
    verdict = said(name, text=text)
    assert verdict.is_incident is truth(name)["is_incident"], told(verdict)
    assert (verdict.severity is not None) is verdict.is_incident
    assert bool(verdict.causes) is verdict.is_incident


@INPUT
@RECORDING
def test_the_scope_is_how_far_the_fault_reached(name: str, text: bool) -> None:
    """The verdict names the scope, and in it exactly the machines, routes, users or tenants that were hit."""
    verdict = said(name, text=text)
    assert verdict.scope == judging.true_scope(truth(name)), told(verdict)
    assert judging.right_place(truth(name), verdict), told(verdict)


@INPUT
@INCIDENT
def test_the_causes_are_the_true_ones(name: str, text: bool) -> None:
    """Each fault has its cause, by its id or a finer one, and nothing else is accused."""
    verdict = said(name, text=text)
    left = judging.accepted(truth(name))
    for cause in judging.accused(verdict):
        hit = next((ids for ids in left if ids & judging.meant(cause)), None)
        assert hit is not None, told(verdict)
        left.remove(hit)
    assert not left, told(verdict)


@INPUT
@INCIDENT
def test_the_frame_is_the_line_that_raised(name: str, text: bool) -> None:
    """Where the log shows the application's own line, a cause names its file, line and function."""
    frame = truth(name).get("culprit_frame")
    if not frame or not truth(name).get("culprit_frame_in_log"):
        pytest.skip("the log shows no frame of the culprit")
    wanted = {key: value for key, value in frame.items() if value is not None}
    found = [c.culprit_frame for c in judging.accused(said(name, text=text)) if c.culprit_frame]
    assert any(all(getattr(f, key) == value for key, value in wanted.items()) for f in found), found


@INPUT
@RECORDING
def test_a_release_is_blamed_only_if_it_did_it(name: str, text: bool) -> None:
    """The release that brought the fault is blamed, and no other one is."""
    if truth(name).get("release_verdict") == "any":
        pytest.skip("both answers are right")
    blamed = judging.blamed(said(name, text=text))
    guilty = judging.guilty_release(truth(name))
    if guilty is None:
        assert not blamed
    else:
        assert len(blamed) == 1
        assert abs(blamed[0] - guilty) < 30


@INPUT
@RECORDING
def test_counts_are_what_clients_saw(name: str, text: bool) -> None:
    """Requests, failures and exceptions are as many as clients and application counted themselves."""
    assert judging.count_differences(truth(name), said(name, text=text)) == []


@INCIDENT
def test_the_start_is_when_the_fault_showed(name: str) -> None:
    """The incident begins no earlier than its fault, and within a minute of it."""
    began = judging.seconds(said(name).started_at)
    real = judging.seconds(truth(name)["fault_started_at"])
    assert began is not None
    assert real is not None
    assert -20 <= began - real <= 60


@INPUT
@INCIDENT
def test_every_quote_stands_in_the_input(name: str, text: bool) -> None:
    """What the evidence quotes can be found in what was read, and every cause cites some of it."""
    verdict = said(name, text=text)
    paths = [folder(name) / "fly.txt"] if text else fullest(name)
    input_ = " ".join(judging.readable(path) for path in paths)
    ids = {e.id for e in verdict.evidence}
    for quote in (e.quote for e in verdict.evidence if e.quote):
        assert judging.longest_piece(quote)[:120] in input_
    for cause in verdict.causes:
        assert set(cause.evidence) <= ids
    assert all(c.evidence for c in judging.accused(verdict))


@INCIDENT
def test_an_incident_comes_with_what_to_do(name: str) -> None:
    """Every cause has its mitigation and repair, with all names filled in, and there is one next command."""
    verdict = said(name)
    for cause in judging.accused(verdict):
        assert cause.fix.mitigate
        assert cause.fix.repair
        for sentence in (cause.title, *(getattr(cause.fix, f) for f in cause.fix.__struct_fields__)):
            assert re.search(r"\{[a-z_]+\}", sentence or "") is None, sentence
    assert verdict.next.command
    assert verdict.next.why
