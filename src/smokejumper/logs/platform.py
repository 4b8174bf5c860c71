"""What Fly says around the app: images, boots, stops, kills, checks, and the proxy's codes.

Wordings as published by users and in Fly's sources (superfly/flyctl, superfly/docs `monitoring/error-codes`).
"""

import re

from smokejumper.logs.tally import Tally

PROXY_CODE = re.compile(r"\[(P[A-Z]\d\d)\] ?(.*)", re.DOTALL)
_APP = re.compile(r"registry\.fly\.io/([a-z0-9][a-z0-9-]*)[:@]")
_IMAGE = r"(?:registry\.fly\.io/)?(?P<detail>[^\s()]+)"

EVENTS = (
    ("pulled", re.compile(rf"Pulling container image {_IMAGE}")),
    ("prepared", re.compile(rf"Successfully prepared image {_IMAGE}")),
    ("command", re.compile(r"\s*INFO Preparing to run: `(?P<detail>[^`]*)`")),
    ("stop_signal", re.compile(r"\s*INFO Sending signal (?P<detail>SIG\w+) to main child process")),
    ("exited", re.compile(r"\s*INFO Main child exited normally with code: (?P<detail>\d{1,9})")),
    ("signalled", re.compile(r"\s*INFO Main child exited with signal \(with signal '(?P<detail>SIG\w+)'")),
    (
        "oom",
        re.compile(
            r".*\bOut of memory: Killed process \d+ \((?P<detail>[^)]*)\)"
            r"|\s*INFO Process appears to have been OOM killed!()"
        ),
    ),
    ("started", re.compile(r"[Mm]achine (?:created and )?started in (?P<detail>\S+)")),
    ("check_failed", re.compile(r"Health check(?: '(?P<detail>[^']*)')?.*has failed")),
    ("check_passed", re.compile(r"Health check(?: '(?P<detail>[^']*)')?.*is now passing")),
    ("gave_up", re.compile(r"machine has reached its max restart count(?: of)? \(?(?P<detail>\d+)")),
    (
        "not_restarted",
        re.compile(r"machine (?:exited with exit code (?P<detail>\d+), not restarting|did not have a restart policy)"),
    ),
    ("autostop", re.compile(r"App \S+ has excess capacity, autostopping machine (?P<detail>\w+)")),
    ("starting", re.compile(r"Starting machine")),
    ("reboot", re.compile(r"\[ *\d+\.\d+\] reboot: (?P<detail>.*)")),
    ("firecracker", re.compile(r"\S+ \[\w+:main\] Running Firecracker|Configuring firecracker")),
)
FAULTS = ("oom", "signalled", "gave_up", "check_failed")
"""Kinds of event that are also error groups."""

HEAD = re.compile(
    r" ?(?:INFO|WARN|ERROR) |\[ *\d+\.\d{6}\] |\d{4}-\d\d-\d\dT\S+ \[\w+:main\] "
    r"|\d{4}/\d\d/\d\d \d\d:\d\d:\d\d (?:INFO|WARN|ERROR) "
    r"|\[os_mon\] |Virtual machine exited abruptly|hallpass exited|Reaped child process"
)
"""Lines of init, the kernel and os_mon, which stand among the app's output but continue no message."""


def platform_line(
    tally: Tally, provider: str, machine: str, region: str, at: float | None, level: str, message: str
) -> None:
    """Put one line of the platform into the tally: the event it tells, and an error group where it tells a fault."""
    found = _APP.search(message)
    if found:
        apps = tally.digest.apps
        apps[found[1]] = apps.get(found[1], 0) + 1
    coded = PROXY_CODE.match(message) if provider == "proxy" else None
    if coded:
        tally.error(
            machine,
            at,
            kind="platform",
            process="other",
            type_=None,
            message=message,
            text=f"[{coded[1]}] {coded[2]}",
            name=coded[1],
            key=coded[1],
            level=level,
        )
        return
    for kind, pattern in EVENTS:
        told = pattern.match(message)
        if told:
            detail = told.groupdict().get("detail") or ""
            if kind == "pulled":  # tag or digest, without the app's name
                detail = re.split(r"[:@]", detail, maxsplit=1)[-1]
            tally.event(machine, region, at, kind, detail)
            code = int(detail) if kind == "exited" else 0
            if kind in FAULTS or code:
                tally.error(
                    machine,
                    at,
                    kind="platform",
                    process="other",
                    type_=None,
                    message=message.strip(),
                    text=message.strip(),
                    name=kind,
                    key=kind,
                    level="error",
                )
            return
    said_error = message.lstrip().startswith("ERROR ")  # of init
    if level in ("error", "warn", "warning") or said_error or "abruptly" in message:
        tally.error(
            machine,
            at,
            kind="platform",
            process="other",
            type_=None,
            message=message.strip(),
            text=message.strip(),
            name=provider,
            key=provider,
            level="error" if said_error else level if level != "warn" else "warning",
        )
