"""Us or them: nobody is accused by a page alone, nor cleared by one."""

from typing import Literal

import msgspec
import pytest
from tests.recordings import folder
from tests.steps.building import NOW, A, B, C, case, error, fly, line, machine, requests, series, three

from smokejumper.causes.case import Case
from smokejumper.model.digest import LogDigest
from smokejumper.model.finding import Finding
from smokejumper.model.fly import FlyReading
from smokejumper.model.outside import Probe, StatusIncident, StatusPage
from smokejumper.model.readings import Readings
from smokejumper.model.reports import Dependency, DepsReport
from smokejumper.model.verdict import Trigger, Verdict
from smokejumper.plays.triage import of_files
from smokejumper.sources.files import Inputs, from_bytes
from smokejumper.sources.selection import Selection
from smokejumper.steps.deps import deps
from smokejumper.triage import triage

EVEN = [*requests(A, 40), *requests(B, 40), *requests(C, 40)]
REFUSED = (
    "Postgrex.Protocol (#PID<0.1.0>) failed to connect: ** (DBConnection.ConnectionError) tcp connect "
    "(db.abcdefgh.supabase.co:5432): connection refused - :econnrefused"
)
MAIL = (
    "Task #PID<0.1.0> started from #PID<0.2.0> terminating\n** (MatchError) no match of right hand side value: "
    '{:error, {:retries_exceeded, {:network_failure, ~c"smtp.mailer.example", {:error, :timeout}}}}'
)


def page(
    of: Literal["fly", "supabase"], *incidents: StatusIncident, indicator: Literal["none", "major"] = "major"
) -> StatusPage:
    """A status page that tells of these incidents."""
    return StatusPage(of=of, indicator=indicator, incidents=incidents, at=NOW, url=f"https://status.{of}.example")


def incident(*components: str, ago: float = 700.0, over: float | None = None) -> StatusIncident:
    """An incident that began so many seconds ago."""
    return StatusIncident(
        id="i",
        name="Elevated errors",
        status="investigating" if over is None else "resolved",
        components=components,
        started_at=NOW - ago,
        resolved_at=None if over is None else NOW - over,
    )


def judged(known: Case) -> DepsReport:
    """The report, with the verdict of triage on the same case."""
    return deps(known, triage(known, ("log",), "acme"), "acme", "prod")


def recorded(name: str, host: str = "") -> tuple[Case, Verdict]:
    """A recording and the verdict on it, with another name for its private database where one is given."""
    data = (folder(name) / "fly.ndjson").read_bytes().replace(b"acme-db.flycast", host.encode() or b"acme-db.flycast")
    verdict, known = of_files(Inputs(logs=[from_bytes(data, name)]), Selection())
    return known, verdict


def beside(known: Case, *pages: StatusPage) -> Case:
    """The same log, with status pages."""
    return Case(known.digest, Readings(pages=pages))


def called(report: DepsReport, name: str) -> Dependency:
    """The dependency of that name."""
    return next(d for d in report.dependencies if d.name == name)


def kinds(report: DepsReport) -> dict[str, Finding]:
    """The findings by kind."""
    return {f.kind: f for f in report.findings}


# ---- calm


def test_where_nothing_fails_nobody_is_asked_to_answer_for_it() -> None:
    good = tuple(
        Probe(url="https://acme.fly.dev", machine=m, answered_by=m, status=200, ms=30, at=NOW) for m in ("", A)
    )
    report = judged(
        case(
            fly(*three()), EVEN, pages=(page("fly", indicator="none"), page("supabase", indicator="none")), probes=good
        )
    )
    assert (report.decision, report.findings, report.gaps) == ("none", (), ())
    assert {d.state for d in report.dependencies} == {"ok"}
    assert {d.overlaps for d in report.dependencies} == {None}


def test_without_any_source_nothing_is_known() -> None:
    report = deps(Case(LogDigest(), Readings()))
    assert (report.decision, report.dependencies, report.findings) == ("undecided", (), ())
    assert report.why == "no log was read: whether anything fails is not known"
    assert {gap.source for gap in report.gaps} == {"status-pages", "front-door", "fly"}


@pytest.mark.parametrize(
    "told",
    [incident("Dashboard"), incident("SYD - Sydney, Australia"), incident(), incident("Network", ago=9000, over=8000)],
    ids=["another component", "another region", "no component", "another time"],
)
def test_an_incident_that_is_not_ours_convicts_nobody(told: StatusIncident) -> None:
    report = judged(case(fly(*three()), [*EVEN, *unreachable("PR04")], pages=(page("fly", told),)))
    assert report.decision == "undecided"
    assert kinds(report)["status_page"].severity == "info"


def test_an_answer_below_500_is_one() -> None:
    probes = tuple(Probe(url="https://acme.fly.dev", status=status, at=NOW) for status in (200, 302, 404))
    assert judged(case(fly(*three()), EVEN, probes=probes)).findings == ()


def test_an_answer_by_another_machine_says_nothing_of_the_one_that_was_asked() -> None:
    other = Probe(url="https://acme.fly.dev", machine=A, answered_by=B, status=502, at=NOW)
    report = judged(case(fly(*three()), EVEN, probes=(other,)))
    assert called(report, "front door, by machine").state == "unknown"
    assert report.findings == ()


# ---- whose

DOWN, DATABASE = "phoenix/postgres_down", "db.abcdefgh.supabase.co"


def during(known: Case, component: str) -> StatusIncident:
    """An incident that was on while the recording was made."""
    return StatusIncident(
        id="i", name="Elevated errors", status="identified", components=(component,), started_at=known.first
    )


def test_a_database_that_refuses_all_machines_is_supabases() -> None:
    known, verdict = recorded(DOWN, DATABASE)
    report = deps(known, verdict)
    assert report.decision == "supabase"
    assert report.why.startswith("db_unreachable")
    assert f"since {str(verdict.started_at)[11:19]} at {DATABASE} on 3 machines" in report.why
    database = called(report, DATABASE)
    assert (database.owner, database.overlaps) == ("supabase", True)


def test_their_page_supports_it_where_the_time_and_the_part_fit() -> None:
    known, verdict = recorded(DOWN, DATABASE)
    report = deps(beside(known, page("supabase", during(known, "Database"))), verdict)
    assert report.decision == "supabase"
    assert report.why.endswith("while their page tells of Elevated errors (Database), identified")
    assert called(report, "Supabase").overlaps is True


def test_a_green_page_clears_nobody() -> None:
    known, verdict = recorded(DOWN, DATABASE)
    assert deps(beside(known, page("supabase", indicator="none")), verdict).decision == "supabase"


def test_a_page_of_somebody_else_at_the_same_time_convicts_nobody() -> None:
    known, verdict = recorded("phoenix/coupon_match_error_deploy")
    report = deps(
        beside(known, page("fly", during(known, "Network")), page("supabase", during(known, "Auth"))), verdict
    )
    assert report.decision == "us"
    assert "of which these errors do not speak" in report.why


def test_an_incident_that_is_over_counts_for_the_time_that_it_was_on() -> None:
    known, verdict = recorded(DOWN, DATABASE)
    over = msgspec.structs.replace(during(known, "Database"), status="resolved", resolved_at=known.last)
    report = deps(beside(known, page("supabase", over, indicator="none")), verdict)
    assert "while their page tells of" in report.why


def test_a_component_that_is_degraded_without_an_incident_is_told() -> None:
    told = StatusPage(of="supabase", indicator="major", degraded=("Database (partial_outage)",), at=NOW)
    report = judged(case(fly(*three()), EVEN, pages=(told,)))
    assert kinds(report)["status_page"].figure == "Supabase: Database (partial_outage)"
    assert kinds(report)["status_page"].severity == "minor"


def test_a_database_on_a_private_host_is_not_supabases() -> None:
    report = deps(*recorded(DOWN))
    assert report.decision == "undecided"
    assert report.why.endswith("acme-db.flycast is none of theirs by its name")


def test_one_machine_that_does_not_reach_it_is_not_their_trouble() -> None:
    report = deps(*recorded("phoenix/db_unreachable_one_instance"))
    assert report.decision == "undecided"
    assert report.why.endswith("3d8d9e5ef31789, 48e2d97f746d98 reach it well")


def test_one_machine_alone_cannot_tell_its_network_from_theirs() -> None:
    report = deps(*recorded("lumen/reminder_jobs_nxdomain"))
    assert report.decision == "undecided"
    assert report.why.endswith("it could be that machine's network, or theirs")


def test_where_only_a_surface_is_seen_nobody_is_accused() -> None:
    report = deps(*recorded("phoenix/report_checkout_held_15s"))
    assert report.decision == "undecided"
    assert report.why.endswith("only how it shows is known, not what is beneath")


def test_what_is_not_named_is_undecided_whatever_a_page_says() -> None:
    rows = [*EVEN, *requests(A, 30, 500)]
    report = judged(case(fly(*three()), rows, pages=(page("fly", incident("Network")),)))
    assert report.decision == "undecided"
    assert "Fly's platform had an incident at that time: Elevated errors (Network)" in report.why


def test_a_third_party_that_fails_on_every_machine() -> None:
    report = deps(*recorded("lumen/claims_upstream_certificate_expired"))
    assert report.decision == "third_party"
    assert [d.owner for d in report.dependencies] == ["third_party"]


def test_what_our_own_change_brought_is_ours() -> None:
    known, verdict = recorded(DOWN, DATABASE)
    ours = msgspec.structs.replace(verdict.causes[0], trigger=Trigger("config", None, "a secret changed"))
    report = deps(known, msgspec.structs.replace(verdict, causes=(ours,)))
    assert report.decision == "us"
    assert report.why.endswith("brought by a change of ours: a secret changed")


def test_machines_whose_host_is_lost_are_flys() -> None:
    rows = [*requests(A, 60), *requests(B, 60), *requests(C, 20, since=900, until=610), *requests(C, 30, 500)]
    report = judged(case(fly(*three()[:2], machine(C, host_status="unreachable")), rows))
    assert report.decision == "fly"
    assert called(report, "Fly's hosts").state == "down"


def unreachable(code: str) -> list[str]:
    """Answers of Fly's proxy in the place of machines, over four minutes."""
    return [line(ago, f"[{code}] no machine could be reached", A, "proxy", "error") for ago in range(300, 60, -8)]


@pytest.mark.parametrize(("code", "decision"), [("PU03", "fly"), ("PR03", "undecided"), ("PR04", "undecided")])
def test_what_the_proxy_cannot_reach_is_flys_where_it_says_so(code: str, decision: str) -> None:
    assert judged(case(fly(*three()), [*EVEN, *unreachable(code)])).decision == decision


def test_what_the_proxy_cannot_reach_is_flys_where_their_page_tells_of_it() -> None:
    pages = (page("fly", incident("FRA - Frankfurt, Germany")),)
    report = judged(case(fly(*three()), [*EVEN, *unreachable("PR04")], pages=pages))
    assert report.decision == "fly"


# ---- what is seen


def test_a_third_party_is_named_from_the_errors() -> None:
    rows = [*EVEN, *(row for i in range(5) for row in error(A, 400 - 20 * i, MAIL))]
    mailer = called(judged(case(fly(*three()), rows)), "smtp.mailer.example")
    assert (mailer.owner, mailer.figure) == ("third_party", "5 errors: http_client_timeout")
    assert mailer.since == "2026-03-02T09:53:20.000Z"


def test_a_private_host_is_ours() -> None:
    rows = [*EVEN, *error(A, 300, REFUSED.replace("db.abcdefgh.supabase.co", "acme-db.flycast"))]
    assert called(judged(case(fly(*three()), rows)), "acme-db.flycast").owner == "us"


def test_a_front_door_that_is_shut() -> None:
    probe = Probe(url="https://acme.fly.dev", error="tls: certificate has expired", at=NOW)
    found = kinds(judged(case(fly(*three()), EVEN, probes=(probe,))))["front_door"]
    assert (found.severity, found.figure) == ("critical", "tls: certificate has expired")


def test_a_calm_log_behind_a_shut_door_is_not_called_calm() -> None:
    probe = Probe(url="https://acme.fly.dev", error="tls: certificate has expired", at=NOW)
    report = judged(case(fly(*three()), EVEN, probes=(probe,)))
    assert report.decision == "undecided"
    assert report.why.endswith("yet front door: tls: certificate has expired")


def test_one_machine_that_does_not_answer() -> None:
    probes = tuple(
        Probe(url="https://acme.fly.dev", machine=m, answered_by=m, status=status, ms=20, at=NOW)
        for m, status in ((A, 200), (B, 200), (C, 503))
    )
    found = kinds(judged(case(fly(*three()), EVEN, probes=probes)))["front_door"]
    assert found.figure == f"2 of 3 machines answered; {C}: 503 in 20 ms"


def edge(at_edge: float, on_machines: float) -> FlyReading:
    """Failures a second at the edge and on the machines, over ten minutes."""
    measured = (series("http_5xx_edge", [at_edge] * 20), series("http_5xx_app", [on_machines] * 20, A))
    return fly(*three(), series=measured)


def test_failures_that_only_the_edge_sees_reached_no_machine() -> None:
    report = judged(case(edge(0.5, 0.01), EVEN))
    assert kinds(report)["edge_errors"].severity == "major"
    assert called(report, "Fly's proxy to the machines").figure.startswith("300 answers with 5xx at the edge, 6 on")


@pytest.mark.parametrize(("at_edge", "on_machines"), [(0.0, 0.0), (0.5, 0.5), (0.005, 0.0)])
def test_failures_that_the_machines_gave_are_not_the_edges(at_edge: float, on_machines: float) -> None:
    assert "edge_errors" not in kinds(judged(case(edge(at_edge, on_machines), EVEN)))


def test_machines_that_have_no_series_of_failures_had_none() -> None:
    reading = fly(*three(), series=(series("http_5xx_edge", [0.5] * 20), series("cpu_busy", [0.2] * 20, A)))
    assert "edge_errors" in kinds(judged(case(reading, EVEN)))


def test_without_the_machines_side_the_edge_accuses_nobody() -> None:
    reading = fly(*three(), series=(series("http_5xx_edge", [0.5] * 20),))
    report = judged(case(reading, EVEN))
    assert called(report, "Fly's proxy to the machines").state == "unknown"
    assert "edge_errors" not in kinds(report)


# ---- silence

BEFORE = [row for m in (A, B, C) for row in requests(m, 60, since=900, until=300)]


def test_silence_is_a_finding_with_its_time() -> None:
    rows = [*BEFORE, line(20, "10:00:00.000 [info] still here", A)]
    found = kinds(judged(case(fly(*three()), rows)))["silence"]
    assert (found.severity, found.at) == ("major", "2026-03-02T09:55:04.000Z")
    assert found.figure.startswith("no request for 5 min; 180 requests before")


def test_health_checks_are_no_requests() -> None:
    health = [row.replace("/orders", "/health") for row in requests(A, 30, since=280, until=5)]
    assert "silence" in kinds(judged(case(fly(*three()), [*BEFORE, *health])))


def test_the_edge_seconds_it_though_its_rates_look_back_a_minute() -> None:
    rates = [2.0] * 12 + [0.0] * 9
    found = kinds(judged(case(fly(*three(), series=(series("http_edge", rates),)), BEFORE)))["silence"]
    assert found.severity == "major"
    assert found.why.endswith("Fly's edge counts none either")


def test_a_log_that_may_have_stopped_itself_is_told_as_such() -> None:
    found = kinds(judged(case(fly(*three()), BEFORE)))["silence"]
    assert found.severity == "minor"
    assert "or the log stopped" in found.why


def test_where_the_edge_counts_requests_it_is_the_log_that_is_behind() -> None:
    assert "silence" not in kinds(judged(case(fly(*three(), series=(series("http_edge", [2.0] * 20),)), BEFORE)))


@pytest.mark.parametrize(
    "rows",
    [
        EVEN,
        requests(A, 10, since=900, until=300),
        [row for i in range(5) for row in requests(A, 10, since=3000 - 600 * i, until=2990 - 600 * i)],
        [line(20, "10:00:00.000 [info] still here", A)],
    ],
    ids=["requests until now", "hardly any before", "pauses are usual", "it logs no requests"],
)
def test_what_may_be_ordinary_is_no_silence(rows: list[str]) -> None:
    assert "silence" not in kinds(judged(case(fly(*three()), rows)))


def test_where_no_machine_runs_that_is_told_instead() -> None:
    asleep = three(state="stopped", checks=(), events=())
    assert set(kinds(judged(case(fly(*asleep), BEFORE)))) == {"no_machine_started"}


def test_a_machine_that_gets_none_is_told_here_too() -> None:
    assert "silent_machine" in kinds(judged(case(fly(*three()), [*requests(A, 60), *requests(B, 60)])))
