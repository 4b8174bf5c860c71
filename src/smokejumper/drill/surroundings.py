"""What all simulated worlds have alike: tokens, quiet status pages, a fly.toml, stamps and ids that stay the same."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

from smokejumper.drill.scenario import Grant
from smokejumper.model.entry import LogEntry
from smokejumper.model.fly import Image, Secret
from smokejumper.model.outside import StatusPage

NS = 1_000_000_000
DAY_S = 86_400.0
DEPLOYER = "dana@example.com"
VERSION = 41
"""Of the release that all was well with."""
PORT = 8080
CHECK = f"servicecheck-00-http-{PORT}"
MEMORY_MB = 512

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def ulid(*words: object) -> str:
    """An id such as Fly's (26 letters and digits) that is the same for the same words."""
    number = int.from_bytes(hashlib.sha256(repr(words).encode()).digest()[:15])
    return "01" + "".join(_CROCKFORD[number >> 5 * i & 31] for i in range(24))


def image(app: str, *words: object, tag: str = "") -> Image:
    """An image of the application, by its tag or made up of words."""
    tag = tag or f"deployment-{ulid(app, 'image', *words)}"
    return Image(
        registry="registry.fly.io",
        repository=app,
        tag=tag,
        digest=f"sha256:{hashlib.sha256(f'{app}:{tag}'.encode()).hexdigest()}",
    )


def rfc3339(at: float) -> str:
    """Seconds since 1970 as Fly's interfaces write them, in whole seconds."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def log_stamp(at_ns: int) -> str:
    """Nanoseconds since 1970 as a log entry has them."""
    return datetime.fromtimestamp(at_ns // NS, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{at_ns % NS:09d}Z"


def in_order(entries: list[LogEntry]) -> tuple[LogEntry, ...]:
    """Entries in order of time, each with an id that stays the same."""
    ordered = sorted(entries, key=lambda e: e.at_ns)
    return tuple(
        LogEntry(
            id=f"{e.at_ns}-{place}",
            at_ns=e.at_ns,
            timestamp=e.timestamp,
            message=e.message,
            level=e.level,
            machine=e.machine,
            region=e.region,
            provider=e.provider,
        )
        for place, e in enumerate(ordered)
    )


def grants(org: str, app: str) -> tuple[Grant, ...]:
    """A token of each kind, the one for reading first."""
    return (
        Grant(value="fm2_readonly", org=org),
        Grant(value="fm2_deploy", kind="deploy", org=org, apps=(app,)),
        Grant(value="fm2_exec", kind="machine-exec", org=org, apps=(app,)),
        Grant(value="fm2_expired", org=org, expired=True),
        Grant(value="fm2_elsewhere", org="another-org"),
        Grant(value="oauth_user", kind="user", org=org),
    )


def quiet_page(of: Literal["fly", "supabase"], at: float) -> StatusPage:
    """A status page that has nothing to tell."""
    return StatusPage(of=of, indicator="none", description="All Systems Operational", at=at)


def old_secrets(at: float) -> tuple[Secret, ...]:
    """Two secrets that were set long before a time."""
    set_at = at - 90 * DAY_S
    return tuple(
        Secret(name=name, digest=hashlib.sha256(name.encode()).hexdigest()[:16], created_at=set_at, updated_at=set_at)
        for name in ("DATABASE_URL", "SECRET_KEY_BASE")
    )


def fly_toml(app: str, port: int = PORT, memory_mb: int = MEMORY_MB) -> Mapping[str, object]:
    """The configuration that `fly launch` writes for a Phoenix application (superfly/flyctl `scanner/phoenix.go`)."""
    return {
        "app": app,
        "primary_region": "iad",
        "kill_signal": "SIGTERM",
        "deploy": {"release_command": "/app/bin/migrate"},
        "env": {"PHX_HOST": f"{app}.fly.dev", "PORT": str(port)},
        "http_service": {
            "internal_port": port,
            "force_https": True,
            "auto_stop_machines": "off",
            "auto_start_machines": True,
            "concurrency": {"type": "connections", "soft_limit": 1000, "hard_limit": 1000},
        },
        "vm": [{"memory_mb": memory_mb, "cpu_kind": "shared", "cpus": 1}],
    }
