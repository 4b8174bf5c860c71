"""Nouns of the world as Fly's interfaces write them: JSON objects, with the habits that a client must take.

Shapes: the Machines API's OpenAPI document (docs.machines.dev), superfly/fly-go `machine_types.go`, `resource_logs.go`.
"""

import hashlib
import zlib
from collections.abc import Mapping

from smokejumper.drill.scenario import Habits, Scenario
from smokejumper.drill.surroundings import PORT, rfc3339
from smokejumper.logs.platform import PROXY_CODE
from smokejumper.model.entry import LogEntry
from smokejumper.model.fly import Check, HostIssue, Image, Machine, MachineEvent, Release, Secret

Json = dict[str, object]


def without_nothing(fields: Json) -> Json:
    """Fields that say something: Go leaves out zeros, empty texts and false (`omitempty`)."""
    return {key: value for key, value in fields.items() if value not in (None, "", 0, False)}


def _time(at: float | None) -> str | None:
    return None if at is None else rfc3339(at)


# ---- machines


def machine(scenario: Scenario, its: Machine, *, summary: bool = False) -> Json:
    """A machine; a summary has neither configuration nor checks nor events.

    Where its host is not well the configuration is missing, and what is known of it stands apart.
    """
    said = without_nothing(
        {
            "id": its.id,
            "name": its.name,
            "state": its.state,
            "region": its.region,
            "instance_id": its.version,
            "private_ip": f"fdaa:0:1:a7b:{zlib.crc32(its.id.encode()) & 0xFFFF:x}::2",
            "created_at": _time(its.created_at),
            "updated_at": _time(its.updated_at),
            "host_status": its.host_status,
            "cordoned": its.cordoned,
        }
    )
    if its.image != Image():
        said["image_ref"] = image(its.image)
    if summary:
        return said
    said["incomplete_config" if its.host_status != "ok" else "config"] = _config(scenario, its)
    return said | {
        "checks": [check(each) for each in its.checks],
        "events": [event(each, scenario.habits) for each in its.events],
    }


def image(its: Image) -> Json:
    """An image."""
    return {"registry": its.registry, "repository": its.repository, "tag": its.tag, "digest": its.digest, "labels": {}}


def check(its: Check) -> Json:
    """A check."""
    return {
        "name": its.name,
        "status": its.status,
        "output": its.output,
        "updated_at": _time(its.changed_at) or "0001-01-01T00:00:00Z",
    }


def event(its: MachineEvent, habits: Habits) -> Json:
    """An event; how a machine ended stands in one of two places, and its time is written in one of two ways."""
    said: Json = {
        "id": its.id,
        "type": its.type,
        "status": its.status,
        "source": its.source,
        "timestamp": int((its.at or 0.0) * 1000),
    }
    if its.exit is not None:
        at = its.exit.at or 0.0
        ended = without_nothing(
            {
                "exit_code": its.exit.code,
                "guest_exit_code": its.exit.code,
                "guest_signal": its.exit.signal,
                "signal": its.exit.signal,
                "oom_killed": its.exit.oom,
                "requested_stop": its.exit.requested,
                "restarting": its.exit.restarting,
                "exited_at": rfc3339(at) if habits.exited_at == "text" else int(at * 1000),
            }
        )
        request: Json = (
            {"exit_event": ended} if habits.exit_event == "plain" else {"MonitorEvent": {"exit_event": ended}}
        )
        said["request"] = request | without_nothing({"restart_count": its.exit.restarts})
    return said


def _config(scenario: Scenario, its: Machine) -> Json:
    serves = not its.special
    metadata = without_nothing(
        {
            "fly_platform_version": "v2",
            "fly_process_group": its.group,
            "fly_release_id": _release_id(scenario, its.release),
            "fly_release_version": None if its.release is None else str(its.release),
            "fly_flyctl_version": "0.4.87",
        }
    )
    port = _port(scenario, its)
    service: Json = {
        "protocol": "tcp",
        "internal_port": port,
        "autostart": True,
        "autostop": its.autostop,
        "min_machines_running": 0,
        "ports": [{"port": 80, "handlers": ["http"], "force_https": True}, {"port": 443, "handlers": ["http", "tls"]}],
        "checks": [{"type": "http", "method": "get", "path": "/healthz", "interval": "15s", "timeout": "2s"}],
        "concurrency": {"type": "connections", "soft_limit": 1000, "hard_limit": 1000},
    }
    config: Json = {
        "image": its.image.ref,
        "env": {"FLY_PROCESS_GROUP": its.group, "PORT": str(port)},
        "metadata": metadata,
        "guest": without_nothing({"cpu_kind": its.cpu_kind, "cpus": its.cpus, "memory_mb": its.memory_mb}),
        "restart": {"policy": "on-failure", "max_retries": 10} if serves else {"policy": "no"},
    }
    if serves:
        config["services"] = [service]
    if its.standby:
        config["standbys"] = ["another"]
    return config


def _port(scenario: Scenario, its: Machine) -> int:
    """Where it listens, by the configuration of its release."""
    service = scenario.config_of(its.release).get("http_service") if its.release is not None else None
    port = service.get("internal_port") if isinstance(service, dict) else None
    return port if isinstance(port, int) else PORT


def _release_id(scenario: Scenario, version: int | None) -> str | None:
    past = scenario.releases.get(version) if version is not None else None
    return past[-1][1].id if past else None


def lease(its: Machine, now: float) -> Json:
    """The lease on a machine, wrapped as the wire has it and the OpenAPI document has not."""
    return {
        "status": "success",
        "data": {
            "nonce": "",
            "expires_at": int(now) + 13,
            "owner": its.leased_by,
            "description": "flyctl deploy",
            "version": its.version,
        },
    }


# ---- the log


def entry(its: LogEntry, habits: Habits) -> Json:
    """A log entry's attributes. Its `meta` has every key; the coded words of the proxy stand there a second time."""
    return {
        "timestamp": its.timestamp,
        "message": its.message,
        "level": its.level,
        "instance": its.machine,
        "region": its.region,
        "meta": go_meta(its) if habits.meta == "go" else _lower(go_meta(its)),
    }


def go_meta(its: LogEntry) -> Json:
    """The `meta` of an entry as `fly logs --json` prints it."""
    coded = PROXY_CODE.match(its.message) if its.provider == "proxy" else None
    return {
        "Instance": its.machine,
        "Region": its.region,
        "Event": {"Provider": its.provider},
        "HTTP": {"Request": {"ID": "", "Method": "", "Version": ""}, "Response": {"status_code": 0}},
        "Error": {"Code": 0, "Message": coded[2] if coded else ""},
        "URL": {"Full": ""},
    }


def _lower(said: Mapping[str, object]) -> Json:
    return {key.lower(): _lower(value) if isinstance(value, dict) else value for key, value in said.items()}


# ---- releases, secrets, host problems


def release(its: Release) -> Json:
    """A release as GraphQL has it, but its configuration."""
    return {
        "id": its.id,
        "version": its.version,
        "description": its.description,
        "reason": its.reason,
        "status": its.status,
        "imageRef": its.image_ref,
        "stable": True,
        "inProgress": its.status == "running",
        "deploymentStrategy": "ROLLING",
        "evaluationId": "",
        "user": _user(its.user),
        "createdAt": _time(its.at),
        "updatedAt": _time(its.at),
    }


def rest_release(its: Release) -> Json:
    """A release as the REST path has it (superfly/flyctl `internal/uiex/releases.go`)."""
    return {
        "id": its.id,
        "version": its.version,
        "stable": True,
        "in_progress": its.status == "running",
        "status": its.status,
        "strategy": "ROLLING",
        "user": _user(its.user),
        "created_at": _time(its.at),
        "image_ref": its.image_ref,
    }


def _user(email: str) -> Json:
    return {"id": stands_for(email), "email": email, "name": email.partition("@")[0]}


def secret(its: Secret) -> Json:
    """A secret, without its value."""
    return {
        "name": its.name,
        "digest": its.digest,
        "created_at": _time(its.created_at),
        "updated_at": _time(its.updated_at),
    }


def host_issue(its: HostIssue) -> Json:
    """A host problem."""
    return {
        "internalId": its.id,
        "message": its.message,
        "createdAt": _time(its.created_at),
        "updatedAt": _time(its.updated_at),
    }


def stands_for(value: str) -> str:
    """An id that stands for a token or an address where these may not be shown."""
    return hashlib.sha256(value.encode()).hexdigest()[:16]
