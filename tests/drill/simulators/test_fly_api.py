"""The log, GraphQL, releases and metrics as api.fly.io gives them: each trap of these interfaces by itself."""

import hashlib
from pathlib import Path

import msgspec
import pytest
from tests.drill.asking import Asking, Start

from smokejumper.drill import scenarios
from smokejumper.drill.clock import Clock
from smokejumper.drill.scenario import Habits, Scenario
from smokejumper.drill.surroundings import NS, in_order, log_stamp
from smokejumper.model.entry import LogEntry
from smokejumper.model.fly import Series

STEADY = scenarios.steady()
NOW_NS = int(STEADY.now) * NS
HOUR_NS = 3600 * NS


def logging(*ages_ns: int, **fields: str) -> Scenario:
    """A world with an entry at each age."""
    entries = [
        LogEntry(at_ns=NOW_NS - age, timestamp=log_stamp(NOW_NS - age), message=str(age), **fields) for age in ages_ns
    ]
    return msgspec.structs.replace(STEADY, entries=in_order(entries))


def messages(asking: Asking, **query: str | int) -> list[str]:
    return [entry["attributes"]["message"] for entry in asking.page(**query).json()["data"]]


# ---- the log


def test_without_a_token_only_the_newest_hundred_of_a_day_are_given_oldest_first(start: Start) -> None:
    asking = start(logging(30 * HOUR_NS, *range(150, 0, -1)))
    assert messages(asking) == [str(age) for age in range(100, 0, -1)]


def test_entries_older_than_a_day_are_given_to_those_only_who_name_a_time(start: Start) -> None:
    asking = start(logging(30 * HOUR_NS, HOUR_NS))
    assert messages(asking) == [str(HOUR_NS)]
    assert messages(asking, next_token=NOW_NS - 40 * HOUR_NS) == [str(30 * HOUR_NS), str(HOUR_NS)]


def test_nothing_is_older_than_a_week(start: Start) -> None:
    asking = start(logging(8 * 24 * HOUR_NS, 6 * 24 * HOUR_NS))
    assert messages(asking, next_token=1) == [str(6 * 24 * HOUR_NS)]


def test_a_token_is_a_time_and_the_entries_are_those_after_it(start: Start) -> None:
    asking = start(logging(30, 20, 10))
    assert messages(asking, next_token=NOW_NS - 20) == ["10"]
    assert messages(asking, next_token=NOW_NS - 21) == ["20", "10"]


def test_paging_forward_sees_every_entry_once(start: Start) -> None:
    asking = start(logging(*range(1000, 750, -1)))
    found: list[str] = []
    token: str = str(NOW_NS - 2000)
    while page := asking.page(next_token=token).json():
        if not page["data"]:
            break
        found += [entry["attributes"]["message"] for entry in page["data"]]
        token = page["meta"]["next_token"]
    assert found == [str(age) for age in range(1000, 750, -1)]


def test_what_is_left_of_a_moment_is_lost_behind_the_token_of_a_page_that_ends_in_it(start: Start) -> None:
    asking = start(logging(*[500] * 130, 400))
    page = asking.page(next_token=NOW_NS - 600).json()
    assert len(page["data"]) == 100
    assert page["meta"]["next_token"] == str(NOW_NS - 500)
    assert messages(asking, next_token=page["meta"]["next_token"]) == ["400"]


def test_ids_are_the_same_on_every_page(start: Start) -> None:
    asking = start(logging(30, 20, 10))
    every, some = asking.page().json()["data"], asking.page(next_token=NOW_NS - 25).json()["data"]
    assert [entry["id"] for entry in every][1:] == [entry["id"] for entry in some]


def test_an_empty_page_gives_the_token_that_it_was_asked_with(start: Start) -> None:
    asking = start(logging(30))
    assert asking.page(next_token=NOW_NS).json() == {"data": [], "meta": {"next_token": str(NOW_NS)}}


def test_the_token_may_be_a_number_beyond_what_a_float_can_hold(start: Start) -> None:
    scenario = msgspec.structs.replace(logging(7), habits=Habits(cursor="number"))
    token = start(scenario).page().json()["meta"]["next_token"]
    assert token == NOW_NS - 7
    assert int(float(token)) != token


@pytest.mark.parametrize("token", ["yesterday", "-1", "1e9", "9" * 20])
def test_a_token_that_is_no_time_is_refused(start: Start, token: str) -> None:
    assert start(logging(1)).page(next_token=token).status_code == 400


def test_an_empty_token_is_none(start: Start) -> None:
    assert messages(start(logging(1)), next_token="") == ["1"]


def test_entries_of_one_machine_or_region(start: Start) -> None:
    asking = start(STEADY)
    for query, key in (({"instance": "90806d4ef47683"}, "instance"), ({"region": "iad"}, "region")):
        found = asking.page(**query).json()["data"]
        assert len(found) == 100
        assert {entry["attributes"][key] for entry in found} == set(query.values())


def test_no_other_parameter_is_honoured(start: Start) -> None:
    asking = start(STEADY)
    assert asking.page(limit=5, end_time=1, filter="Sent 500").json() == asking.page().json()


def test_an_entry_has_every_key_of_meta_in_one_case_or_the_other(start: Start) -> None:
    lower = start(logging(1, machine="m1", region="iad")).page().json()["data"][0]["attributes"]
    assert set(lower) == {"timestamp", "message", "level", "instance", "region", "meta"}
    assert lower["timestamp"] == log_stamp(NOW_NS - 1)
    assert lower["meta"] == {
        "instance": "m1",
        "region": "iad",
        "event": {"provider": "app"},
        "http": {"request": {"id": "", "method": "", "version": ""}, "response": {"status_code": 0}},
        "error": {"code": 0, "message": ""},
        "url": {"full": ""},
    }
    scenario = msgspec.structs.replace(logging(1), habits=Habits(meta="go"))
    assert start(scenario).page().json()["data"][0]["attributes"]["meta"]["Event"] == {"Provider": "app"}


def test_the_proxys_words_stand_twice_its_code_only_in_the_message(start: Start) -> None:
    entry = LogEntry(
        at_ns=NOW_NS - 1,
        timestamp=log_stamp(NOW_NS - 1),
        message="[PM05] failed to connect to machine",
        provider="proxy",
    )
    scenario = msgspec.structs.replace(STEADY, entries=in_order([entry]))
    told = start(scenario).page().json()["data"][0]["attributes"]
    assert told["message"].startswith("[PM05]")
    assert told["meta"]["error"]["message"] == "failed to connect to machine"


# ---- tokens


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        ("", 401),
        ("FlyV1 fm2_unknown", 401),
        ("FlyV1 fm2_expired", 401),
        ("Bearer fm2_readonly", 401),
        ("FlyV1 oauth_user", 401),
        ("FlyV1 fm2_deploy", 403),
        ("FlyV1 fm2_exec", 403),
        ("FlyV1 fm2_elsewhere", 404),
        ("FlyV1 fm2_readonly", 200),
        ("FlyV1 fm2_unknown,fm2_readonly", 200),
        ("Bearer oauth_user", 200),
    ],
)
def test_who_may_read_the_log(start: Start, authorization: str, status: int) -> None:
    asking = start(STEADY)
    answer = asking.ask("api", asking.logs, authorization=authorization)
    assert answer.status_code == status
    if status == 401:
        assert answer.json() == {"error": "Authenticate: token validation error"}


def test_another_organisations_application_is_not_there(start: Start) -> None:
    assert start(STEADY).ask("api", "/api/v1/apps/somebody-elses/logs").status_code == 404


# ---- GraphQL


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    (tmp_path / "app.graphql").write_text(
        "# Whose is it?\nquery ($app: String!) { app(name: $app) { name hostname organization { slug } } }\n",
        encoding="utf-8",
    )
    (tmp_path / "releases.graphql").write_text(
        "query Releases($app: String!, $limit: Int = 25) {"
        "  app(name: $app) {"
        "    newest: currentReleaseUnprocessed { version }"
        "    releasesUnprocessed(first: $limit) { nodes { version status user { email } configDefinition } }"
        "  }"
        "}",
        encoding="utf-8",
    )
    (tmp_path / "hosts.graphql").write_text(
        "query ($app: String!) { app(name: $app) { hostIssues { nodes { internalId message } } } }", encoding="utf-8"
    )
    return tmp_path


def document(shipped: Path, name: str) -> str:
    return (shipped / name).read_text(encoding="utf-8")


def test_a_document_that_was_not_shipped_is_refused_and_told(start: Start, shipped: Path) -> None:
    asking = start(STEADY, scripts=shipped)
    for text in (
        document(shipped, "app.graphql") + " ",
        'mutation { restartApp(input: {appId: "x"}) { app { name } } }',
    ):
        answer = asking.graphql(text, app=STEADY.app)
        assert answer.status_code == 200
        assert answer.json()["data"] is None
        assert answer.json()["errors"]
    assert asking.world.violations == ["POST /graphql: asks what is no shipped document"] * 2


def test_an_answer_has_what_was_asked_for_and_no_more(start: Start, shipped: Path) -> None:
    asking = start(STEADY, scripts=shipped)
    assert asking.graphql(document(shipped, "app.graphql"), app=STEADY.app).json() == {
        "data": {
            "app": {
                "name": STEADY.app,
                "hostname": f"{STEADY.app}.fly.dev",
                "organization": {"slug": STEADY.org},
            }
        }
    }
    assert not asking.world.violations
    assert (
        asking.world.requests[0].body
        == hashlib.sha256(
            msgspec.json.encode({"query": document(shipped, "app.graphql"), "variables": {"app": STEADY.app}})
        ).hexdigest()
    )


def test_releases_newest_first_with_their_configuration(start: Start, shipped: Path) -> None:
    deploy = scenarios.deploy_going_on()
    asking = start(deploy, scripts=shipped)
    app = asking.graphql(document(shipped, "releases.graphql"), app=deploy.app).json()["data"]["app"]
    nodes = app["releasesUnprocessed"]["nodes"]
    assert app["newest"] == {"version": 42}
    assert [(node["version"], node["status"]) for node in nodes] == [(42, "running"), (41, "complete")]
    assert nodes[0]["configDefinition"]["http_service"]["internal_port"] == 8080
    assert nodes[0]["user"] == {"email": "dana@example.com"}
    limited = asking.graphql(document(shipped, "releases.graphql"), app=deploy.app, limit=1).json()
    assert len(limited["data"]["app"]["releasesUnprocessed"]["nodes"]) == 1


def test_a_host_problem_is_told_once_it_is_there(start: Start, shipped: Path) -> None:
    scenario = scenarios.host_problem()
    clock = Clock(scenario.now - 600.0)
    asking = start(scenario, scripts=shipped, clock=clock)
    before = asking.graphql(document(shipped, "hosts.graphql"), app=scenario.app).json()
    assert before == {"data": {"app": {"hostIssues": {"nodes": []}}}}
    clock.advance(600.0)
    after = asking.graphql(document(shipped, "hosts.graphql"), app=scenario.app).json()
    assert [node["internalId"] for node in after["data"]["app"]["hostIssues"]["nodes"]] == ["HI-1042"]


@pytest.mark.parametrize(
    ("authorization", "app", "code"),
    [
        ("", STEADY.app, "UNAUTHORIZED"),
        ("FlyV1 fm2_expired", STEADY.app, "UNAUTHORIZED"),
        ("FlyV1 fm2_elsewhere", STEADY.app, "NOT_FOUND"),
        ("FlyV1 fm2_readonly", "somebody-elses", "NOT_FOUND"),
    ],
)
def test_what_is_wrong_is_told_with_status_200(
    start: Start, shipped: Path, authorization: str, app: str, code: str
) -> None:
    asking = start(STEADY, scripts=shipped)
    answer = asking.graphql(document(shipped, "app.graphql"), authorization=authorization, app=app)
    assert answer.status_code == 200
    assert [error["extensions"]["code"] for error in answer.json()["errors"]] == [code]


# ---- releases


def test_the_rest_path_wants_bearer_although_all_else_wants_flyv1(start: Start) -> None:
    asking = start(STEADY)
    assert asking.ask("api", asking.releases).status_code == 401
    answer = asking.ask("api", asking.releases, authorization=f"Bearer {STEADY.token}", query={"limit": 1})
    assert set(answer.json()["releases"][0]) == {
        *("id", "version", "stable", "in_progress", "status", "strategy", "user", "created_at", "image_ref")
    }


def test_the_rest_path_may_want_flyv1_too(start: Start) -> None:
    asking = start(msgspec.structs.replace(STEADY, habits=Habits(releases_scheme="FlyV1")))
    assert asking.ask("api", asking.releases, authorization=f"Bearer {STEADY.token}").status_code == 401
    assert asking.ask("api", f"{asking.releases}/current").json()["version"] == 41


def test_an_application_without_releases_has_no_current_one(start: Start) -> None:
    asking = start(msgspec.structs.replace(STEADY, releases={}, habits=Habits(releases_scheme="FlyV1")))
    assert asking.ask("api", f"{asking.releases}/current").status_code == 404
    assert asking.ask("api", asking.releases).json() == {"releases": []}


# ---- metrics

PATH = f"/prometheus/{STEADY.org}/api/v1"
MEASURED = Series(
    name="memory",
    machine="m1",
    labels={"region": "iad"},
    points=((STEADY.now - 60.0, 1.5), (STEADY.now - 30.0, float("nan")), (STEADY.now, float("inf"))),
)
MEASURING = msgspec.structs.replace(STEADY, metrics={"memory{}": (MEASURED,)})


def test_a_range_has_a_sample_at_each_step(start: Start) -> None:
    answer = start(MEASURING).ask(
        "api",
        f"{PATH}/query_range",
        query={"query": "memory{}", "start": str(STEADY.now - 90.0), "end": str(STEADY.now), "step": "30s"},
    )
    assert answer.json()["data"] == {
        "resultType": "matrix",
        "result": [
            {
                "metric": {"region": "iad", "instance": "m1"},
                "values": [[STEADY.now - 60.0, "1.5"], [STEADY.now - 30.0, "NaN"], [STEADY.now, "+Inf"]],
            }
        ],
    }


def test_a_sample_goes_stale_and_none_comes_from_the_future(start: Start) -> None:
    asking = start(MEASURING, clock=Clock(STEADY.now - 45.0))
    asked = {"query": "memory{}", "start": str(STEADY.now - 60.0), "end": str(STEADY.now + 600.0), "step": "30"}
    values = asking.ask("api", f"{PATH}/query_range", query=asked).json()["data"]["result"][0]["values"]
    assert values == [[STEADY.now - 60.0, "1.5"]]
    asking.world.clock.advance(1000.0)
    stale = asking.ask("api", f"{PATH}/query", query={"query": "memory{}", "time": str(STEADY.now + 301.0)})
    assert stale.json()["data"] == {"resultType": "vector", "result": []}


def test_a_query_that_nobody_knows_has_no_series(start: Start) -> None:
    asking = start(MEASURING)
    asked = {"query": "memory", "start": str(STEADY.now - 60.0), "end": str(STEADY.now), "step": "30"}
    answer = asking.ask("api", f"{PATH}/query_range", query=asked)
    assert answer.json()["data"] == {"resultType": "matrix", "result": []}


@pytest.mark.parametrize("wrong", [{"step": "0"}, {"step": "soon"}, {"start": "noon"}])
def test_a_range_that_makes_no_sense_is_an_error_of_prometheus(start: Start, wrong: dict[str, str]) -> None:
    asked = {"query": "memory{}", "start": "1", "end": "2", "step": "1"} | wrong
    answer = start(MEASURING).ask("api", f"{PATH}/query_range", query=asked)
    assert (answer.status_code, answer.json()["status"]) == (422, "error")


@pytest.mark.parametrize(
    ("authorization", "path", "status"),
    [("Bearer fm2_readonly", PATH, 401), ("FlyV1 fm2_readonly", "/prometheus/another-org/api/v1", 403)],
)
def test_who_may_read_metrics(start: Start, authorization: str, path: str, status: int) -> None:
    answer = start(MEASURING).ask("api", f"{path}/query", authorization=authorization, query={"query": "memory{}"})
    assert answer.status_code == status
