"""A status page tells what is not over, and what was, in the paths of Statuspage."""

from typing import Any

import msgspec
from tests.drill.asking import Asking, Start

from smokejumper.drill import scenarios
from smokejumper.drill.surroundings import quiet_page
from smokejumper.model.outside import StatusIncident

TROUBLED = scenarios.platform_incident()


def told(asking: Asking, host: str, path: str) -> dict[str, Any]:
    answer = asking.ask(host, f"/api/v2/{path}.json", authorization="")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_a_quiet_page_has_nothing_to_tell(start: Start) -> None:
    asking = start(scenarios.steady())
    for host in ("fly_status", "supabase_status"):
        summary = told(asking, host, "summary")
        assert summary["status"] == {"indicator": "none", "description": "All Systems Operational"}
        assert summary["incidents"] == summary["scheduled_maintenances"] == []
        assert {component["status"] for component in summary["components"]} == {"operational"}


def test_the_pages_of_fly_and_supabase_are_two(start: Start) -> None:
    asking = start(TROUBLED)
    assert told(asking, "fly_status", "status")["status"] == {
        "indicator": "major",
        "description": "Partial System Outage",
    }
    assert told(asking, "supabase_status", "status")["status"]["indicator"] == "none"
    assert [request.part for request in asking.world.requests] == ["fly_status", "supabase_status"]


def test_an_incident_with_its_newest_words(start: Start) -> None:
    asking = start(TROUBLED)
    (incident,) = told(asking, "fly_status", "incidents/unresolved")["incidents"]
    assert incident["status"] == "identified"
    assert incident["incident_updates"][0]["body"].startswith("The cause")
    assert told(asking, "fly_status", "summary")["incidents"] == [incident]
    states = {each["name"]: each["status"] for each in told(asking, "fly_status", "components")["components"]}
    assert states == {"Dashboard": "operational", "FRA - Frankfurt": "partial_outage"}


def test_what_is_over_stands_in_the_list_of_all_only(start: Start) -> None:
    asking = start(TROUBLED)
    assert told(asking, "supabase_status", "incidents/unresolved")["incidents"] == []
    assert told(asking, "supabase_status", "summary")["incidents"] == []
    (over,) = told(asking, "supabase_status", "incidents")["incidents"]
    assert (over["status"], over["resolved_at"]) == ("resolved", "2026-11-25T02:15:00Z")


def test_a_maintenance_is_no_incident(start: Start) -> None:
    at = TROUBLED.now
    work = StatusIncident(id="m", name="Work", status="in_progress", maintenance=True, started_at=at)
    page = msgspec.structs.replace(quiet_page("fly", at), incidents=(work,))
    asking = start(msgspec.structs.replace(TROUBLED, fly_status=page))
    assert told(asking, "fly_status", "incidents")["incidents"] == []
    (active,) = told(asking, "fly_status", "scheduled-maintenances/active")["scheduled_maintenances"]
    assert (active["id"], active["scheduled_for"]) == ("m", "2026-11-25T03:15:00Z")
