"""What changed before the onset: on one axis, each thing once, and nobody accused."""

import msgspec
from hypothesis import given, settings, strategies as st
from tests.steps.building import (
    DAY,
    NEW,
    NOW,
    OLD,
    A,
    B,
    C,
    case,
    ended,
    event,
    fly,
    image,
    line,
    machine,
    release,
    requests,
    stopped,
    three,
)

from smokejumper.causes.case import Case
from smokejumper.model.digest import LogDigest
from smokejumper.model.fly import HostIssue, Release, Secret
from smokejumper.model.outside import StatusIncident, StatusPage
from smokejumper.model.readings import Readings
from smokejumper.model.repo import Between, Commit, LineAuthor, RepoReading
from smokejumper.model.reports import RecentReport
from smokejumper.model.verdict import Gap, ReleaseFound
from smokejumper.steps.recent import recent

ONSET = NOW - 300
OLDER = release(41, DAY, OLD)
DEPLOY = release(42, 420, NEW, description="Deploy image")
UPDATED = tuple(
    machine(id_, events=(event("start", ago - 6), ended(ago - 2, requested=True), event("update", ago)))
    for id_, ago in ((A, 400.0), (B, 380.0), (C, 360.0))
)


def told(report: RecentReport) -> list[tuple[str, float, str]]:
    """What the report says, a row each."""
    return [(c.kind, c.seconds_before, c.what) for c in report.changes]


def boot(id_: str, ago: float, tag: str = NEW) -> list[str]:
    """A machine that is given an image and starts on it, in the log."""
    return [
        line(ago, f"Pulling container image registry.fly.io/acme:{tag}", id_, "runner"),
        line(ago - 4, "INFO Preparing to run: `/app/bin/server` as nobody", id_),
        line(ago - 6, "10:00:00.000 [info] Running AcmeWeb.Endpoint with Bandit 1.8.0 at :::8080 (http)", id_),
    ]


# ---- what must not be told


def test_a_quiet_hour_has_no_changes() -> None:
    report = recent(case(fly(*three()), requests(A, 40)), ONSET)
    assert (report.changes, report.gaps) == ((), ())


def test_what_lies_before_the_hour_or_after_the_onset_is_left_out() -> None:
    releases = (release(44, 200, OLD), release(43, 4000, NEW))
    secrets = (Secret(name="OLD_KEY", digest="d", created_at=NOW - 4000), Secret(name="NEW", digest="d"))
    assert recent(case(fly(*three(), releases=releases, secrets=secrets)), ONSET).changes == ()


def test_a_machine_that_pulls_its_old_image_again_changed_nothing() -> None:
    report = recent(case(fly(*three()), boot(A, 400)), ONSET)
    assert "image" not in {c.kind for c in report.changes}


def test_machines_that_serve_nobody_are_left_out() -> None:
    command = machine("4d891b6fe12e1d", group="fly_app_release_command", events=(event("launch", 400),))
    assert recent(case(fly(*three(), command)), ONSET).changes == ()


def test_without_any_time_it_says_so() -> None:
    report = recent(Case(LogDigest(), Readings()), None)
    assert (report.changes, report.since) == ((), None)
    assert [gap.source for gap in report.gaps] == ["log"]


def test_a_log_without_dates_has_no_axis() -> None:
    dateless = Case(LogDigest(lines=1, first=3600.0, last=7200.0), Readings())
    assert recent(dateless, 7000.0).gaps[0].why == "the lines have no date"


def test_nothing_is_close_where_there_is_no_onset() -> None:
    report = recent(case(fly(*three(), secrets=(Secret(name="KEY", digest="d", updated_at=NOW - 10),))), None)
    assert [c.close for c in report.changes] == [False]
    assert report.onset is None


# ---- releases


def test_a_deploy_is_one_row_whoever_tells_of_it() -> None:
    rows = [*boot(A, 398), *boot(B, 378), *boot(C, 358)]
    report = recent(case(fly(*UPDATED, releases=(DEPLOY, OLDER)), rows), ONSET)
    (change,) = report.changes
    assert (change.kind, change.what, change.who) == ("release", "release v42: Deploy image", "jo")
    assert change.machines == (A, B, C)
    assert change.deployed is not None
    assert (change.deployed.version, change.deployed.image, change.deployed.status) == (42, NEW, "complete")


def test_a_deploy_counts_from_when_it_first_reached_a_machine() -> None:
    (change,) = recent(case(fly(*UPDATED, releases=(DEPLOY, OLDER))), ONSET).changes
    assert change.at == "2026-03-02T09:53:00.000Z"
    assert change.seconds_before == 100.0
    assert change.close


def test_two_deploys_in_one_hour_each_take_what_they_brought() -> None:
    both = (event("update", 380), event("update", 900))
    releases = (release(43, 400, OLD), release(42, 910, NEW), release(41, DAY, OLD))
    report = recent(case(fly(machine(A, release=43, events=both), releases=releases)), ONSET)
    assert [(c.what, c.machines, c.seconds_before) for c in report.changes] == [
        ("release v42", (A,), 600.0),
        ("release v43", (A,), 80.0),
    ]


def test_a_release_brings_its_commits_settings_and_migrations() -> None:
    commit = Commit(id="abc1234", at=NOW - 500, author="Jo", subject="Faster totals")
    between = Between(
        older=41,
        newer=42,
        commits=(commit,),
        more=2,
        insertions=120,
        deletions=33,
        files=("lib/acme/orders.ex",),
        migrations=("20260302_add_index",),
    )
    older = release(41, DAY, OLD, settings={"env.A": "1", "http_service.internal_port": "8080"})
    newer = release(42, 420, NEW, settings={"env.B": "2", "http_service.internal_port": "8081"})
    known = case(fly(*UPDATED, releases=(newer, older)), repo=RepoReading(between=(between,)))
    (change,) = recent(known, ONSET).changes
    assert change.deployed is not None
    assert [(c.id, c.at, c.subject) for c in change.deployed.commits] == [
        ("abc1234", "2026-03-02T09:51:40.000Z", "Faster totals")
    ]
    assert (change.deployed.more_commits, change.deployed.migrations) == (2, ("20260302_add_index",))
    assert [(s.name, s.before, s.after) for s in change.deployed.settings] == [
        ("env.A", "1", None),
        ("env.B", None, "2"),
        ("http_service.internal_port", "8080", "8081"),
    ]


def test_settings_that_could_not_be_read_are_no_difference() -> None:
    newer = release(42, 420, NEW, settings={"env.B": "2"})
    (change,) = recent(case(fly(*UPDATED, releases=(newer, OLDER))), ONSET).changes
    assert change.deployed is not None
    assert change.deployed.settings == ()


def test_the_verdict_on_a_release_is_that_of_triage() -> None:
    judged = ReleaseFound(image=NEW, version=42, at=None, machines={}, verdict="innocent", why="it came before")
    (change,) = recent(case(fly(*UPDATED, releases=(DEPLOY, OLDER))), ONSET, (judged,)).changes
    assert change.deployed is not None
    assert (change.deployed.verdict, change.deployed.why) == ("innocent", "it came before")


def test_a_log_alone_shows_changes_of_image() -> None:
    rows = [*requests(A, 10, since=900, until=700), *boot(A, 400), *boot(B, 390)]
    report = recent(case(None, rows), ONSET)
    assert [(c.kind, c.what, c.machines, c.sources) for c in report.changes] == [
        ("image", f"image {NEW}", (A, B), ("log",))
    ]
    assert [gap.source for gap in report.gaps] == ["fly"]


def test_an_image_that_no_release_names_is_told_as_such() -> None:
    report = recent(case(fly(*three()), boot(A, 400, "by-hand")), ONSET)
    assert ("image", "image by-hand, of no release that Fly lists") in {(c.kind, c.what) for c in report.changes}


# ---- everything else


def test_secrets_are_told_by_name_and_digest() -> None:
    secrets = (
        Secret(name="API_KEY", digest="aa11", created_at=NOW - DAY, updated_at=NOW - 330),
        Secret(name="FRESH", digest="bb22", created_at=NOW - 2000, updated_at=NOW - 2000),
    )
    assert told(recent(case(fly(*three(), secrets=secrets)), ONSET)) == [
        ("secret", 1700.0, "secret FRESH set (digest bb22)"),
        ("secret", 30.0, "secret API_KEY changed (digest aa11)"),
    ]


def test_a_restart_by_order_is_one_row() -> None:
    again = (event("start", 390), ended(395, requested=True), event("restart", 400))
    report = recent(case(fly(*three()[:2], machine(C, events=again))), ONSET)
    assert told(report) == [("restart", 100.0, f"{C} restarted by order")]
    assert report.changes[0].who == "user"


def test_an_autostop_that_fly_and_the_log_tell_of_is_one_row() -> None:
    rows = [line(901, f"App acme has excess capacity, autostopping machine {B}. 1 out of 2 left", A, "proxy")]
    asleep = stopped(B, ended(899, requested=True), event("stop", 900, "flyd"))
    (change,) = recent(case(fly(machine(A), asleep), rows), ONSET).changes
    assert (change.kind, change.machines, change.sources) == ("autostop", (B,), ("fly", "log"))


def test_an_autostop_that_only_one_of_them_tells_of() -> None:
    rows = [line(900, f"App acme has excess capacity, autostopping machine {B}. 1 out of 2 left", A, "proxy")]
    by_log = recent(case(fly(machine(A), machine(B)), rows), ONSET).changes
    by_fly = recent(case(fly(machine(A), stopped(B, event("stop", 900, "proxy")))), ONSET).changes
    assert [(c.kind, c.machines, c.sources) for c in (*by_log, *by_fly)] == [
        ("autostop", (B,), ("log",)),
        ("autostop", (B,), ("fly",)),
    ]


def test_the_same_on_several_machines_is_one_row() -> None:
    fresh = [machine(m, events=(event("launch", ago),)) for m, ago in ((A, 700), (B, 690), (C, 650))]
    assert told(recent(case(fly(*fresh)), ONSET)) == [("created", 400.0, f"{A}, {B}, {C} created in fra")]


def test_crashes_of_one_machine_are_counted() -> None:
    events = [e for ago in (500, 460, 420) for e in (event("start", ago - 5), ended(ago, code=1, restarting=True))]
    report = recent(case(fly(machine(A, events=tuple(reversed(events))))), ONSET)
    assert told(report) == [("exit", 200.0, f"{A} exited with code 1, 3 times")]


def test_a_move_to_another_host_is_no_new_machine() -> None:
    moved = machine(A, events=(event("start", 495, "flyd"), event("launch", 500, "flyd", "created")))
    assert [c.kind for c in recent(case(fly(moved)), ONSET).changes] == ["moved"]


def test_hosts_and_status_pages_stand_on_the_same_axis() -> None:
    issue = HostIssue(id="1", message="Hardware\nfault", created_at=NOW - 600)
    open_ = StatusIncident(
        id="i", name="Network errors", status="identified", components=("AMS",), started_at=NOW - 9000
    )
    over = StatusIncident(
        id="o", name="Old", status="resolved", started_at=NOW - 9000, resolved_at=NOW - 8000, maintenance=True
    )
    page = StatusPage(of="fly", indicator="minor", incidents=(open_, over), at=NOW)
    report = recent(case(fly(*three(), host_issues=(issue,)), pages=(page,)), ONSET)
    assert told(report) == [
        ("fly_status", 8700.0, "Fly: Network errors (AMS), identified"),
        ("host", 300.0, "host problem: Hardware fault"),
    ]


def test_who_touched_the_failing_line_last() -> None:
    commit = Commit(id="abc1234", at=NOW - DAY, author="Jo", subject="Faster totals")
    blamed = (LineAuthor(file="lib/acme/orders.ex", line=44, commit=commit),)
    (line_,) = recent(case(fly(*three()), repo=RepoReading(blamed=blamed)), ONSET).touched
    assert (line_.file, line_.line, line_.commit.author, line_.close) == ("lib/acme/orders.ex", 44, "Jo", True)


def test_gaps_are_handed_on() -> None:
    gap = Gap("fly releases", "403", "who deployed", "fly releases -a acme")
    assert recent(case(fly(*three(), releases=None), gaps=(gap,)), ONSET).gaps == (gap,)


# ---- laws


@given(st.permutations(UPDATED), st.permutations([DEPLOY, OLDER, release(40, 2 * DAY, OLD)]))
@settings(max_examples=15, deadline=None)
def test_the_order_of_what_fly_says_does_not_matter(machines: list[object], releases: list[Release]) -> None:
    reading = msgspec.structs.replace(fly(), machines=tuple(machines), releases=tuple(releases))
    expected = recent(case(fly(*UPDATED, releases=(DEPLOY, OLDER, release(40, 2 * DAY, OLD)))), ONSET)
    assert recent(case(reading), ONSET) == expected


@given(st.lists(st.floats(0, 7200), max_size=12))
@settings(max_examples=30, deadline=None)
def test_the_axis_runs_one_way(ages: list[float]) -> None:
    secrets = tuple(Secret(name=f"S{i}", digest="d", updated_at=NOW - ago) for i, ago in enumerate(ages))
    report = recent(case(fly(*three(image=image()), secrets=secrets)), ONSET)
    before = [c.seconds_before for c in report.changes]
    assert before == sorted(before, reverse=True)
    assert all(-2.0 <= seconds <= 3600.0 for seconds in before)
