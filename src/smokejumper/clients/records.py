"""What Fly writes as JSON, read as our nouns: one reading for the HTTP interfaces, flyctl and the live stream.

They name the same things by other keys: `created_at` (REST), `createdAt` (GraphQL), `CreatedAt` (flyctl). Personal data
is masked here; log messages are not, they are masked where they are kept.
"""

import hashlib
import math
import re

import msgspec

from smokejumper.clients.loose import at, flag, items, leaves, mapping, moment, number, readable, text, whole
from smokejumper.masking import MASK, mask, mask_id
from smokejumper.model.entry import LogEntry
from smokejumper.model.fly import (
    App,
    Check,
    CheckStatus,
    Exit,
    HostIssue,
    HostStatus,
    Image,
    Machine,
    MachineEvent,
    Release,
    Secret,
    Series,
)

_HOST: tuple[HostStatus, ...] = ("ok", "unknown", "unreachable")
_CHECK: tuple[CheckStatus, ...] = ("passing", "warning", "critical")
_COMPAT_CHECK = "bg_deployments_compat"
"""Checks that Fly invents for old versions of flyctl (superfly/fly-go `machine_types.go`)."""
_OF_ONE_DEPLOY = frozenset(
    (
        "fly_bluegreen_deployment_tag",
        "fly_canary",
        "fly_flyctl_version",
        "fly_previous_alloc",
        "fly_release_id",
        "fly_release_version",
    )
)
"""Metadata that tells which deploy made a machine, not how it is configured."""
_FRACTION = re.compile(r"\.([0-9]+)")
NS = 1_000_000_000


# ---- machines


def machine(value: object) -> Machine | None:
    """A machine as the Machines API and `fly machine list --json` give it; None without an id or a state.

    Where the host is not ok the configuration may be missing, and what Fly could put together instead is read.
    """
    id_, state = text(value, "id"), text(value, "state")
    if not id_ or not state:
        return None
    config = mapping(value, "config")
    known = config or mapping(value, "incomplete_config")
    metadata = mapping(known, "metadata")
    image = at(value, "image_ref")
    return Machine(
        id=id_,
        name=text(value, "name"),
        state=state,
        region=text(value, "region"),
        group=text(metadata, "fly_process_group"),
        version=text(value, "instance_id"),
        image=Image(
            registry=text(image, "registry"),
            repository=text(image, "repository"),
            tag=text(image, "tag"),
            digest=text(image, "digest"),
        ),
        release=whole(metadata, "fly_release_version"),
        host_status=_host_status(at(value, "host_status")),
        cordoned=flag(value, "cordoned"),
        created_at=moment(value, "created_at"),
        updated_at=moment(value, "updated_at"),
        cpus=whole(known, "guest", "cpus"),
        cpu_kind=text(known, "guest", "cpu_kind"),
        memory_mb=whole(known, "guest", "memory_mb"),
        autostop=any(at(service, "autostop") in (True, "stop", "suspend") for service in items(known, "services")),
        standby=bool(items(known, "standbys")),
        config_digest=_digest(_alike(config)) if config else "",
        checks=readable(_check, items(value, "checks")),
        events=events(items(value, "events")),
    )


def _host_status(said: object) -> HostStatus:
    """A word that is not known is `unknown`; a list without details says nothing, and then all is well."""
    return next((status for status in _HOST if status == said), "ok" if said in (None, "") else "unknown")


def _check(value: object) -> Check | None:
    """A health check; None for those that are none, and for a state that is not known."""
    name = text(value, "name")
    status = next((known for known in _CHECK if known == at(value, "status")), None)
    if status is None or name.startswith(_COMPAT_CHECK):
        return None
    return Check(name=name, status=status, output=mask(text(value, "output")), changed_at=moment(value, "updated_at"))


def events(values: list[object]) -> tuple[MachineEvent, ...]:
    """What happened to a machine, newest first; what has no type is left out."""
    found = (
        MachineEvent(
            id=text(value, "id"),
            type=type_,
            status=text(value, "status"),
            source=text(value, "source"),
            at=moment(value, "timestamp"),
            exit=_exit(at(value, "request")),
        )
        for value in values
        if (type_ := text(value, "type"))
    )
    return tuple(sorted(found, key=lambda event: -(event.at or 0)))


def _exit(request: object) -> Exit | None:
    """Of a machine's end; it stands in one of two places (superfly/fly-go `machine_types.go`). No signal is -1."""
    told = mapping(request, "MonitorEvent", "exit_event") or mapping(request, "exit_event")
    if not told:
        return None
    return Exit(
        code=whole(told, "exit_code") or whole(told, "guest_exit_code") or 0,
        signal=whole(told, "signal") or whole(told, "guest_signal") or 0,
        oom=flag(told, "oom_killed"),
        requested=flag(told, "requested_stop"),
        restarting=flag(told, "restarting"),
        restarts=whole(request, "restart_count") or 0,
        at=moment(told, "exited_at"),
    )


def _alike(config: dict[str, object]) -> object:
    """A configuration without what differs between machines that are configured alike: image, deploy, volume."""
    metadata = {key: value for key, value in mapping(config, "metadata").items() if key not in _OF_ONE_DEPLOY}
    mounts = [{**mapping(mount), "volume": None} for mount in items(config, "mounts")]
    return {**config, "image": None, "metadata": metadata, "mounts": mounts}


def _digest(value: object) -> str:
    return hashlib.blake2b(msgspec.json.encode(value, order="sorted"), digest_size=8).hexdigest()


# ---- the application, releases, secrets, host problems


def application(value: object) -> App:
    """The application as GraphQL gives it."""
    return App(
        name=text(value, "name"),
        org=text(value, "organization", "rawSlug") or text(value, "organization", "slug"),
        status=text(value, "status"),
        hostname=text(value, "hostname"),
        deployed=at(value, "deployed") is not False,
    )


def release(value: object) -> Release | None:
    """A release as GraphQL, REST or `fly releases --json` give it; None without a number.

    Whoever made it is an e-mail address, in an object or as such.
    """
    said = _folded(value)
    version = whole(said, "version")
    if version is None:
        return None
    by = _folded(said.get("user"))
    # What an image is built of says nothing of how the application is configured.
    config = {key: part for key, part in mapping(said, "configdefinition").items() if key != "build"}
    return Release(
        id=text(said, "id"),
        version=version,
        status=text(said, "status"),
        description=mask(text(said, "description")),
        reason=mask(text(said, "reason")),
        user=mask_id(text(said, "user") or text(by, "email") or text(by, "name")),
        image_ref=text(said, "imageref"),
        at=moment(said, "createdat"),
        config=_digest(config) if config else "",
        settings={path: _setting(path, leaf) for path, leaf in leaves(config) if leaf is not None},
    )


def _setting(path: str, leaf: object) -> str:
    """A setting as text; whole behind a mask where its name or itself looks secret."""
    shown = leaf if isinstance(leaf, str) else msgspec.json.encode(leaf).decode()
    line = f"{path}={shown}"
    return shown if mask(line) == line else MASK


def secret(value: object) -> Secret | None:
    """A secret by name and digest; None without a name. A value is never looked at."""
    name = text(value, "name")
    return (
        Secret(
            name=name,
            digest=text(value, "digest"),
            created_at=moment(value, "created_at"),
            updated_at=moment(value, "updated_at"),
        )
        if name
        else None
    )


def host_issue(value: object) -> HostIssue | None:
    """A host problem as GraphQL or `fly incidents hosts list --json` give it; None for what says nothing."""
    said = _folded(value)
    id_, message = text(said, "internalid"), mask(text(said, "message"))
    if not id_ and not message:
        return None
    return HostIssue(
        id=id_, message=message, created_at=moment(said, "createdat"), updated_at=moment(said, "updatedat")
    )


def _folded(value: object) -> dict[str, object]:
    """An object whose keys are written as one: `createdat`."""
    return {key.lower().replace("_", ""): part for key, part in mapping(value).items()}


# ---- measurements


def series(value: object, name: str) -> Series | None:
    """A series of Prometheus' matrix, without values that are no numbers; None where no value is left."""
    labels = {key: label for key, label in mapping(value, "metric").items() if isinstance(label, str)}
    labels.pop("__name__", None)
    points = readable(_point, items(value, "values"))
    return Series(name=name, machine=labels.pop("instance", ""), labels=labels, points=points) if points else None


def _point(pair: object) -> tuple[float, float] | None:
    if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[1], str):
        return None
    when = number(pair[0])
    try:
        value = float(pair[1])
    except ValueError:
        return None
    return (when, value) if when is not None and math.isfinite(value) else None


# ---- the log


def entry(value: object, id_: str = "") -> LogEntry | None:
    """An entry of a log; None without a time or a message.

    Three shapes are one here: the attributes of Fly's log endpoint, an object of `fly logs --json` (whose `meta` has
    keys as Go writes them), and one of the live stream. Keys are taken in any case, dotted or nested (superfly/fly-go
    `resource_logs.go`, superfly/flyctl `logs/entry.go`, superfly/fly-log-shipper `vector-configs/vector.toml`).

    An entry of the proxy may hold an error's message instead of one of its own.
    """
    said: dict[str, str] = {}
    for part in (value, at(value, "meta")):
        for path, leaf in leaves(part):
            if isinstance(leaf, str) and leaf:
                said.setdefault(path.lower(), leaf)

    def first(*paths: str) -> str:
        return next((said[path] for path in paths if path in said), "")

    stamp = first("timestamp")
    when = nanoseconds(stamp)
    if when is None or not (isinstance(at(value, "message"), str) or "error.message" in said):
        return None
    return LogEntry(
        id=id_,
        at_ns=when,
        timestamp=stamp,
        message=first("message", "error.message").rstrip("\r\n"),
        level=first("level", "log.level").lower() or "info",
        machine=first("instance", "fly.app.instance"),
        region=first("region", "fly.region"),
        provider=first("event.provider") or "app",
    )


def nanoseconds(stamp: str) -> int | None:
    """Nanoseconds since the epoch of an RFC 3339 stamp, to the last digit; None where it is none."""
    fraction = _FRACTION.search(stamp)
    second = moment(stamp.replace(fraction[0], "", 1) if fraction else stamp)
    if second is None:
        return None
    return int(second) * NS + (int(fraction[1][:9].ljust(9, "0")) if fraction else 0)
