"""A status page that is half down costs no more than that half; what it says is text, and old news is none."""

import datetime as dt

import pytest
from hypothesis import given, settings, strategies as st
from tests.clients.serving import Laid, Reply, Server, talk

from smokejumper.clients import statuspage
from smokejumper.clients.errors import ClientError
from smokejumper.clients.http import Http
from smokejumper.model.outside import StatusIncident, StatusPage

SUMMARY, STATUS = "/api/v2/summary.json", "/api/v2/status.json"
UNRESOLVED, INCIDENTS = "/api/v2/incidents/unresolved.json", "/api/v2/incidents.json"
OPEN = {
    "id": "i1",
    "name": "Network trouble in IAD",
    "status": "identified",
    "impact": "major",
    "created_at": "2026-11-02T10:00:00Z",
    "started_at": "2026-11-02T09:00:00Z",
    "updated_at": "2026-11-02T11:00:00Z",
    "resolved_at": None,
    "components": [{"id": "c1", "name": "Edge Proxy"}],
    "incident_updates": [
        {"body": "We are looking.", "created_at": "2026-11-02T10:00:00Z"},
        {"body": "A fix is on its way.\nMore soon.", "created_at": "2026-11-02T11:00:00Z"},
    ],
}
STATE = {"indicator": "major", "description": "Partial outage"}
WHOLE = {
    "status": STATE,
    "components": [
        {"name": "Edge Proxy", "status": "partial_outage"},
        {"name": "Machines API", "status": "operational"},
        {"name": "Everything", "status": "partial_outage", "group": True},
    ],
    "incidents": [OPEN],
    "scheduled_maintenances": [
        {"id": "s1", "name": "Upgrade", "status": "scheduled", "scheduled_for": "2026-12-01T00:00:00Z"}
    ],
}


def read(laid: Laid) -> StatusPage:
    async def use(http: Http, server: Server) -> StatusPage:
        page = await statuspage.page(http, "fly", f"{server.url}/")
        assert page.url == server.url
        return page

    return talk(laid, use)


def ago(hours: float) -> str:
    return (dt.datetime.now(dt.UTC) - dt.timedelta(hours=hours)).isoformat()


@pytest.mark.parametrize("laid", [{}, {SUMMARY: Reply(status=503), STATUS: Reply({})}, {STATUS: Reply({})}])
def test_a_page_that_says_nothing_is_not_green(laid: Laid) -> None:
    with pytest.raises(ClientError):
        read(laid)


def test_an_unknown_indicator_is_not_green() -> None:
    for said in ({}, {"status": None}, {"status": {"indicator": "fine"}}):
        assert read({SUMMARY: Reply(said)}).indicator == "unknown"


def test_words_of_a_page_cannot_drive_a_terminal() -> None:
    page = read({SUMMARY: Reply({"status": {"indicator": "none", "description": "\x1b[2Jall\ngood"}})})
    assert page.description == "all good"


def test_a_page_with_an_incident_and_a_maintenance() -> None:
    page = read({SUMMARY: Reply(WHOLE)})
    assert (page.of, page.indicator, page.description) == ("fly", "major", "Partial outage")
    assert page.degraded == ("Edge Proxy (partial_outage)",)
    assert [incident.id for incident in page.incidents] == ["s1", "i1"]
    assert page.incidents[0].maintenance
    assert page.incidents[1] == StatusIncident(
        id="i1",
        name="Network trouble in IAD",
        status="identified",
        impact="major",
        components=("Edge Proxy",),
        started_at=1_793_610_000.0,
        updated_at=1_793_617_200.0,
        latest="A fix is on its way.",
        link=f"{page.url}/incidents/i1",
    )


def test_a_page_without_a_summary_says_the_same_in_parts() -> None:
    page = read({STATUS: Reply({"status": STATE}), UNRESOLVED: Reply({"incidents": [OPEN]})})
    assert (page.indicator, [incident.id for incident in page.incidents]) == ("major", ["i1"])


def test_incidents_that_ended_within_a_day_are_told() -> None:
    past = [
        {**OPEN, "status": "resolved", "resolved_at": ago(1)},
        {"id": "yesterday", "status": "resolved", "resolved_at": ago(23)},
        {"id": "old", "status": "resolved", "resolved_at": ago(25)},
        {"id": "open", "status": "identified", "resolved_at": None},
        {"id": "", "resolved_at": ago(1)},
    ]
    page = read({SUMMARY: Reply({"status": STATE}), INCIDENTS: Reply({"incidents": past})})
    assert {incident.id for incident in page.incidents} == {"i1", "yesterday"}
    same = read({SUMMARY: Reply(WHOLE), INCIDENTS: Reply({"incidents": past})})
    (told,) = (incident for incident in same.incidents if incident.id == "i1")
    assert told.status == "identified"  # what the page says now counts


@pytest.mark.parametrize("reply", [Reply(status=500), Reply(b"<html>"), Reply(raw=b"HTTP/1.1 2")])
def test_past_incidents_are_not_needed(reply: Reply) -> None:
    assert read({SUMMARY: Reply(WHOLE), INCIDENTS: reply}).indicator == "major"


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


@given(st.sampled_from(list(WHOLE)), st.sampled_from(list(OPEN)), junk)
@settings(deadline=None, max_examples=25)
def test_an_odd_field_costs_only_itself(key: str, inner: str, other: object) -> None:
    for said in ({**WHOLE, key: other}, {**WHOLE, "incidents": [OPEN, {**OPEN, "id": "i2", inner: other}]}):
        page = read({SUMMARY: Reply(said)})
        assert (page.indicator == "major") or key == "status"
        assert any(incident.id == "i1" for incident in page.incidents) or key == "incidents"
