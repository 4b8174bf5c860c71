"""No odd field costs more than itself, no secret or address passes; all ways in which Fly writes a thing are one."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from smokejumper.clients import records
from smokejumper.clients.loose import moment, whole
from smokejumper.masking import MASK, mask_id
from smokejumper.model.entry import LogEntry
from smokejumper.model.fly import App, Check, Exit, Image, Machine, MachineEvent, Release, Series

ADDRESS = "ada@example.org"
SPEC = Path(__file__).parents[1] / "specs" / "fly-machines.openapi.json"

MACHINE: dict[str, Any] = {
    "id": "17811953c92e18",
    "name": "late-sun-42",
    "state": "started",
    "region": "iad",
    "instance_id": "01JA8Z",
    "private_ip": "fdaa::3",
    "created_at": "2026-11-01T10:00:00Z",
    "updated_at": "2026-11-02T10:00:00.5Z",
    "host_status": "ok",
    "cordoned": True,
    "image_ref": {
        "registry": "registry.fly.io",
        "repository": "acme",
        "tag": "deployment-01J",
        "digest": "sha256:ab",
        "labels": {"x": "y"},
    },
    "config": {
        "image": "registry.fly.io/acme:deployment-01J",
        "env": {"PHX_HOST": "acme.fly.dev"},
        "guest": {"cpu_kind": "shared", "cpus": 2, "memory_mb": 1024},
        "metadata": {"fly_process_group": "app", "fly_release_version": "42", "fly_release_id": "r42"},
        "services": [{"internal_port": 8080, "autostop": False}, {"internal_port": 9090, "autostop": "suspend"}],
        "mounts": [{"volume": "vol_1", "path": "/data"}],
        "standbys": ["148e"],
    },
    "checks": [
        {"name": "bg_deployments_compat_1", "status": "passing"},
        {
            "name": "servicecheck-00-http-8080",
            "status": "critical",
            "output": "connect: connection refused",
            "updated_at": "2026-11-02T10:00:00Z",
        },
        {"name": "later", "status": "dreaming"},
    ],
    "events": [
        {"id": "1", "type": "launch", "status": "created", "source": "flyd", "timestamp": 1_790_000_000_000},
        {
            "id": "2",
            "type": "exit",
            "status": "stopped",
            "source": "flyd",
            "timestamp": 1_790_000_060_000,
            "request": {
                "MonitorEvent": {
                    "exit_event": {"exit_code": 137, "oom_killed": True, "restarting": True, "signal": -1}
                },
                "restart_count": 3,
            },
        },
    ],
}


def read(**changed: object) -> Machine:
    found = records.machine({**MACHINE, **changed})
    assert found is not None
    return found


def configured(**changed: object) -> str:
    return read(config={**MACHINE["config"], **changed}).config_digest


# ---- machines


def test_a_machine() -> None:
    assert msgspec.structs.replace(read(), config_digest="") == Machine(
        id="17811953c92e18",
        name="late-sun-42",
        state="started",
        region="iad",
        group="app",
        version="01JA8Z",
        image=Image(registry="registry.fly.io", repository="acme", tag="deployment-01J", digest="sha256:ab"),
        release=42,
        cordoned=True,
        created_at=1_793_527_200.0,
        updated_at=1_793_613_600.5,
        cpus=2,
        cpu_kind="shared",
        memory_mb=1024,
        autostop=True,
        standby=True,
        checks=(
            Check(
                name="servicecheck-00-http-8080",
                status="critical",
                output="connect: connection refused",
                changed_at=1_793_613_600.0,
            ),
        ),
        events=(
            MachineEvent(
                id="2",
                type="exit",
                status="stopped",
                source="flyd",
                at=1_790_000_060.0,
                exit=Exit(code=137, oom=True, restarting=True, restarts=3),
            ),
            MachineEvent(id="1", type="launch", status="created", source="flyd", at=1_790_000_000.0),
        ),
    )


@pytest.mark.parametrize(
    "ended",
    [
        {"exit_event": {"exit_code": 1, "exited_at": "2026-11-02T10:00:00Z"}},
        {"exit_event": {"exit_code": 1, "exited_at": 1_793_613_600_000}},
        {"MonitorEvent": {"exit_event": {"exit_code": 1, "exited_at": "2026-11-02T11:00:00+01:00"}}},
        {"MonitorEvent": {"exit_event": {"guest_exit_code": 1, "exited_at": 1_793_613_600_000}}, "exit_event": None},
    ],
)
def test_an_exit_stands_in_either_place_with_either_time(ended: object) -> None:
    (event,) = records.events([{"type": "exit", "request": ended}])
    assert event.exit == Exit(code=1, at=1_793_613_600.0)


def test_missing_keys_of_an_exit_are_zero_and_no_exit_is_none() -> None:
    (event,) = records.events([{"type": "exit", "request": {"exit_event": {"requested_stop": True}}}])
    assert event.exit == Exit(requested=True)
    (event,) = records.events([{"type": "exit", "request": {"exit_event": {"exited_at": "0001-01-01T00:00:00Z"}}}])
    assert event.exit == Exit()
    (event,) = records.events([{"type": "start"}])
    assert event.exit is None


def test_where_the_host_is_not_ok_what_is_known_of_the_configuration_counts() -> None:
    found = read(host_status="unreachable", config=None, incomplete_config=MACHINE["config"])
    assert (found.host_status, found.group, found.release, found.memory_mb) == ("unreachable", "app", 42, 1024)
    assert found.config_digest == ""
    assert read(host_status="on fire").host_status == "unknown"
    assert read(host_status=None).host_status == "ok"


def test_machines_that_are_configured_alike_have_the_same_digest() -> None:
    metadata = MACHINE["config"]["metadata"]
    alike = configured()
    assert alike == configured(image="registry.fly.io/acme:deployment-01K")
    assert alike == configured(metadata={**metadata, "fly_release_version": "43", "fly_flyctl_version": "0.4.87"})
    assert alike == configured(mounts=[{"volume": "vol_2", "path": "/data"}])
    assert alike == read(config=dict(reversed(MACHINE["config"].items()))).config_digest
    others = {
        configured(env={"PHX_HOST": "staging.acme.dev"}),
        configured(guest={"cpu_kind": "shared", "cpus": 2, "memory_mb": 512}),
        configured(metadata={**metadata, "fly_process_group": "worker"}),
        configured(mounts=[]),
    }
    assert len(others | {alike}) == 5


@pytest.mark.parametrize(("autostop", "meant"), [(True, True), ("stop", True), ("off", False), (False, False)])
def test_autostop_is_a_word_or_a_flag(autostop: object, meant: bool) -> None:
    assert read(config={"services": [{"autostop": autostop}]}).autostop is meant


def examples(schemas: dict[str, Any], schema: dict[str, Any], depth: int = 0) -> object:
    """A value of a schema, every property given."""
    if "$ref" in schema:
        return examples(schemas, schemas[schema["$ref"].rpartition("/")[2]], depth)
    if "allOf" in schema:
        return examples(schemas, schema["allOf"][0], depth)
    if "example" in schema:
        return schema["example"]
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "array":
        return [examples(schemas, schema["items"], depth + 1)] if depth < 9 else []
    if kind == "object":
        return {key: examples(schemas, part, depth + 1) for key, part in schema.get("properties", {}).items()}
    return {"integer": 1_790_000_000, "number": 1.5, "boolean": True}.get(kind or "", "text")


def test_the_published_shape_is_read_whole() -> None:
    """Each key that is read stands in Fly's OpenAPI file, but those that only superfly/fly-go knows."""
    schemas = json.loads(SPEC.read_text(encoding="utf-8"))["components"]["schemas"]
    said = examples(schemas, schemas["Machine"])
    assert isinstance(said, dict)
    said["config"]["metadata"] = {"fly_process_group": "app", "fly_release_version": "1"}
    said["checks"][0]["status"] = "passing"
    found = records.machine(said)
    assert found is not None
    given = msgspec.to_builtins(found)
    empty = {name for name, value in given.items() if value in (None, "", [], ())}
    assert empty == {"created_at", "updated_at", "leased_by"}  # times are of no format there, leases on no machine
    assert found.events[0].at == 1_790_000.0


# ---- whatever stands there


junk = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*path, key))


def with_(value: object, path: tuple[str | int, ...], other: object) -> object:
    """A value in which something else stands at a path."""
    if not path:
        return other
    if isinstance(value, dict):
        return {k: with_(v, path[1:], other) if k == path[0] else v for k, v in value.items()}
    assert isinstance(value, list)
    return [with_(v, path[1:], other) if i == path[0] else v for i, v in enumerate(value)]


RELEASE = {
    "id": "r1",
    "version": 42,
    "status": "complete",
    "description": "Release",
    "reason": "deploy",
    "imageRef": "registry.fly.io/acme:deployment-01J",
    "createdAt": "2026-11-02T10:00:00Z",
    "user": {"email": ADDRESS},
    "configDefinition": {"env": {"A": "1"}, "services": [{"internal_port": 8080}]},
}
ENTRY = {
    "timestamp": "2026-11-02T10:00:00.123456789Z",
    "message": "GET /",
    "level": "info",
    "instance": "17811953c92e18",
    "region": "iad",
    "meta": {"event": {"provider": "app"}, "error": {"message": "m", "code": 1}},
}
SERIES = {"metric": {"instance": "17811953c92e18", "app": "acme"}, "values": [[1_790_000_000, "1.5"]]}
WIRE = (MACHINE, RELEASE, ENTRY, SERIES, {"name": "A", "digest": "d"}, {"internalId": "1", "message": "m"})


@given(st.sampled_from(WIRE), st.data(), junk)
@settings(deadline=None, max_examples=300)
def test_anything_in_place_of_anything_is_read_or_left_out(wire: object, data: st.DataObject, other: object) -> None:
    said = with_(wire, data.draw(st.sampled_from(list(places(wire)))), other)
    for reader in (
        records.machine,
        records.release,
        records.secret,
        records.host_issue,
        records.entry,
        records.application,
        lambda value: records.series(value, "x"),
    ):
        found = reader(said)
        assert found is None or msgspec.json.decode(msgspec.json.encode(found), type=type(found)) == found


@given(st.sampled_from([path for path in places(MACHINE) if path not in ((), ("id",), ("state",))]), junk)
@settings(deadline=None, max_examples=100)
def test_one_odd_field_does_not_cost_the_machine(path: tuple[str | int, ...], other: object) -> None:
    found = records.machine(with_(MACHINE, path, other))
    assert found is not None
    assert found.id == MACHINE["id"]


@pytest.mark.parametrize("value", [True, -1, 1.5, "", "-1", "1e3", "٣", "9" * 21, 10**20, None, []])
def test_no_whole_number(value: object) -> None:
    assert whole(value) is None


@pytest.mark.parametrize("value", ["soon", "", 0, -1, True, 1e300, float("nan"), "0001-01-01T00:00:00Z", None, {}])
def test_no_moment(value: object) -> None:
    assert moment(value) is None


# ---- releases, the application, measurements


@pytest.mark.parametrize(
    "said",
    [
        {key: part for key, part in RELEASE.items() if key != "configDefinition"},
        {
            "ID": "r1",
            "Version": 42,
            "Status": "complete",
            "Description": "Release",
            "Reason": "deploy",
            "ImageRef": "registry.fly.io/acme:deployment-01J",
            "CreatedAt": "2026-11-02T10:00:00Z",
            "User": {"ID": "u1", "Name": "Ada", "Email": ADDRESS, "EnablePaidHobby": False},
            "Metadata": None,
        },
        {
            "id": "r1",
            "version": 42,
            "status": "complete",
            "description": "Release",
            "reason": "deploy",
            "image_ref": "registry.fly.io/acme:deployment-01J",
            "created_at": "2026-11-02T10:00:00Z",
            "user": ADDRESS,
        },
    ],
    ids=["GraphQL", "flyctl", "REST"],
)
def test_a_release_is_the_same_however_it_is_written(said: object) -> None:
    assert mask_id(ADDRESS) != ADDRESS
    assert records.release(said) == Release(
        id="r1",
        version=42,
        status="complete",
        description="Release",
        reason="deploy",
        user=mask_id(ADDRESS),
        image_ref="registry.fly.io/acme:deployment-01J",
        at=1_793_613_600.0,
    )


def settings_of(config: object) -> Release:
    found = records.release({**RELEASE, "configDefinition": config})
    assert found is not None
    return found


def test_a_configuration_is_flat_and_keeps_no_secret() -> None:
    config = {
        "app": "acme",
        "build": {"image": "acme:1"},
        "env": {
            "PHX_HOST": "acme.fly.dev",
            "DB_PASSWORD": "correct horse battery",
            "DATABASE_URL": "postgres://u:hunter2@db.example.org/acme",
            "MAIL_FROM": ADDRESS,
        },
        "http_service": {"internal_port": 8080, "force_https": True, "checks": [{"path": "/health", "grace": None}]},
    }
    assert settings_of(config).settings == {
        "app": "acme",
        "env.PHX_HOST": "acme.fly.dev",
        "env.DB_PASSWORD": MASK,
        "env.DATABASE_URL": MASK,
        "env.MAIL_FROM": MASK,
        "http_service.internal_port": "8080",
        "http_service.force_https": "true",
        "http_service.checks.0.path": "/health",
    }


def test_a_configuration_that_changed_has_another_digest() -> None:
    config: dict[str, object] = {"app": "acme", "env": {"A": "1"}}
    digest = settings_of(config).config
    assert digest
    assert settings_of({"env": {"A": "1"}, "app": "acme", "build": {"image": "acme:2"}}).config == digest
    assert settings_of({**config, "env": {"A": "2"}}).config != digest
    assert settings_of({}).config == settings_of(None).config == ""


def test_an_organisation_goes_by_the_name_that_all_its_members_share() -> None:
    said = {"name": "acme", "deployed": True, "organization": {"slug": "personal", "rawSlug": "ada-lovelace"}}
    assert records.application(said) == App(name="acme", org="ada-lovelace")
    assert records.application({"name": "acme", "deployed": False, "organization": {"slug": "acme-org"}}) == App(
        name="acme", org="acme-org", deployed=False
    )


def test_a_host_problem_names_nobody() -> None:
    found = records.host_issue({"InternalId": "h1", "Message": "ask ops@example.org", "CreatedAt": "2026-11-02"})
    assert found is not None
    assert (found.id, found.message) == ("h1", f"ask {MASK}")
    assert records.host_issue({}) is None


def test_what_is_no_number_is_no_point() -> None:
    values = [[1, "NaN"], [2, "+Inf"], [3, "0.5"], [4, "-Inf"], [5, "x"], [6, 7], [7], "8", [True, "1"], [9, "1e2"]]
    said = {"metric": {"__name__": "up", "instance": "m1", "host": "h"}, "values": values}
    assert records.series(said, "load") == Series(
        name="load", machine="m1", labels={"host": "h"}, points=((3.0, 0.5), (9.0, 100.0))
    )
    assert records.series({**said, "values": [[1, "NaN"]]}, "load") is None


# ---- the log


PLAIN = LogEntry(
    at_ns=1_793_613_600_123_456_789,
    timestamp="2026-11-02T10:00:00.123456789Z",
    message="[PM05] failed to connect",
    level="error",
    machine="17811953c92e18",
    region="iad",
    provider="proxy",
)
TOP = {
    "timestamp": PLAIN.timestamp,
    "message": "[PM05] failed to connect\n",
    "level": "Error",
    "instance": PLAIN.machine,
    "region": "iad",
}


@pytest.mark.parametrize(
    "said",
    [
        {**TOP, "meta": {"instance": PLAIN.machine, "event.provider": "proxy", "error.message": "failed to connect"}},
        {**TOP, "meta": {"event": {"provider": "proxy"}, "region": "iad"}},
        {**TOP, "meta": {"Event": {"Provider": "proxy"}, "Error": {"Code": 0, "Message": ""}, "URL": {"Full": ""}}},
        {
            **TOP,
            "instance": "",
            "region": None,
            "meta": {"Instance": PLAIN.machine, "Region": "iad", "EVENT.PROVIDER": "proxy"},
        },
        {
            "timestamp": PLAIN.timestamp,
            "message": "[PM05] failed to connect",
            "event": {"provider": "proxy"},
            "fly": {"app": {"name": "acme", "instance": PLAIN.machine}, "region": "iad"},
            "host": "worker-1",
            "log": {"level": "error"},
        },
    ],
    ids=["dotted", "nested", "Go", "only meta", "stream"],
)
def test_an_entry_is_the_same_however_it_is_written(said: object) -> None:
    assert records.entry(said) == PLAIN


def test_an_entry_without_words_of_its_own_has_those_of_its_error() -> None:
    for message in ("", None):
        found = records.entry({**TOP, "message": message, "meta": {"error.message": "gave up after 15 attempts"}})
        assert found is not None
        assert found.message == "gave up after 15 attempts"


def test_an_empty_line_is_an_entry_and_nothing_is_none() -> None:
    empty = records.entry({**TOP, "message": ""}, "7")
    assert empty is not None
    assert (empty.message, empty.id, empty.provider) == ("", "7", "app")
    assert records.entry({**TOP, "message": None}) is None
    assert records.entry({**TOP, "timestamp": "now"}) is None
    assert records.entry({**TOP, "timestamp": None}) is None
    assert records.entry(None) is None


@pytest.mark.parametrize(
    ("stamp", "nanoseconds"),
    [
        ("2026-11-02T10:00:00Z", 1_793_613_600_000_000_000),
        ("2026-11-02T10:00:00.1Z", 1_793_613_600_100_000_000),
        ("2026-11-02T11:00:00.000000001+01:00", 1_793_613_600_000_000_001),
        ("2026-11-02T10:00:00.9999999999Z", 1_793_613_600_999_999_999),
        ("9999999-11-02", None),
        ("", None),
    ],
)
def test_a_stamp_keeps_its_last_digit(stamp: str, nanoseconds: int | None) -> None:
    assert records.nanoseconds(stamp) == nanoseconds
