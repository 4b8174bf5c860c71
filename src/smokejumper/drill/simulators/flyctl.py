"""A fake `fly` in a folder, for the path: what flyctl would print about a scenario, and what it was called with.

Shapes: superfly/flyctl `internal/command` (the keys of releases are those of Go's structs).
"""

import json
import sys
from collections.abc import Sequence
from importlib.resources.abc import Traversable
from pathlib import Path

import msgspec

from smokejumper.drill.ledger import Scripts
from smokejumper.drill.scenario import Scenario
from smokejumper.drill.simulators import flyctl_program, wire
from smokejumper.drill.surroundings import DAY_S, NS
from smokejumper.model.fly import Machine, Release

VERSION = "fly v0.4.87 linux/amd64 Commit: 1f4bd0c1a2d4d4a3a36d9a3b5b2a5c4f0a1e2d3c BuildDate: 2026-08-20T17:03:11Z"
_GONE = frozenset(("destroyed", "destroying"))


class Call(msgspec.Struct, frozen=True):
    """One call, and what is wrong with it."""

    argv: list[str]
    violation: str | None = None


class Flyctl:
    """The program `flyctl`, also called `fly`, in a folder; what it prints is a scenario at one moment."""

    def __init__(
        self,
        folder: Path,
        scenario: Scenario,
        *,
        now: float | None = None,
        login: bool = True,
        scripts: Traversable | None = None,
    ) -> None:
        self.folder = folder
        told = _told(scenario, scenario.now if now is None else now, Scripts(scripts)) | {"login": login}
        (folder / "flyctl.json").write_text(json.dumps(told), encoding="utf-8")
        program = folder / "flyctl"
        source = Path(flyctl_program.__file__).read_text(encoding="utf-8")
        program.write_text(f"#!{sys.executable} -IS\n{source}", encoding="utf-8")
        program.chmod(0o755)
        (folder / "fly").symlink_to(program.name)

    @property
    def calls(self) -> Sequence[Call]:
        """All calls so far, in their order."""
        written = self.folder / "flyctl-calls.ndjson"
        lines = written.read_bytes().splitlines() if written.exists() else []
        return [msgspec.json.decode(line, type=Call) for line in lines]

    @property
    def violations(self) -> Sequence[str]:
        """Every call that would have changed something, and every one that flyctl does not know."""
        return [call.violation for call in self.calls if call.violation is not None]


def _told(scenario: Scenario, now: float, scripts: Scripts) -> wire.Json:
    machines = scenario.machines_at(now)
    releases = scenario.releases_at(now)
    entries = scenario.entries_at(now)
    return {
        "app": scenario.app,
        "version": VERSION,
        "scripts": scripts.texts(),
        "executed": msgspec.to_builtins(
            {
                script: {
                    machine: wire.without_nothing(
                        {"exit_code": said.code, "stdout": said.stdout, "stderr": said.stderr}
                    )
                    for machine, said in answers.items()
                }
                for script, answers in scenario.executed.items()
            }
        ),
        "machines": [machine.id for machine in machines],
        "logs": [
            {
                "level": e.level,
                "instance": e.machine,
                "message": e.message,
                "region": e.region,
                "timestamp": e.timestamp,
                "meta": wire.go_meta(e),
            }
            for e in entries
            if e.at_ns > (now - DAY_S) * NS
        ],
        "status": _status(scenario, machines, releases),
        "machine list": [wire.machine(scenario, each) for each in machines if each.state not in _GONE],
        "checks list": {each.id: [wire.check(check) for check in each.checks] for each in machines},
        "releases": [_release(each) for each in releases[:25]],
        "secrets list": [{"name": s.name, "digest": s.digest, "status": "Deployed"} for s in scenario.secrets],
        "incidents hosts list": [
            {
                "InternalId": said["internalId"],
                "Message": said["message"],
                "CreatedAt": said["createdAt"],
                "UpdatedAt": said["updatedAt"],
            }
            for said in map(wire.host_issue, scenario.host_issues)
        ],
    }


def _status(scenario: Scenario, machines: Sequence[Machine], releases: Sequence[Release]) -> wire.Json:
    """Machines that serve, and the newest release's number as `Version`."""
    serving = [each for each in machines if not each.special and each.state not in _GONE]
    return {
        "ID": scenario.app,
        "Name": scenario.app,
        "Deployed": bool(releases),
        "Status": "deployed" if any(each.state == "started" for each in serving) else "suspended",
        "Hostname": scenario.hostname,
        "Version": releases[0].version if releases else 0,
        "AppURL": f"https://{scenario.hostname}",
        "Organization": {"Slug": scenario.org, "Name": scenario.org},
        "PlatformVersion": "machines",
        "Machines": [wire.machine(scenario, each) for each in serving],
    }


def _release(its: Release) -> wire.Json:
    """A release in the keys of Go; some of them are never asked for, so they are always empty."""
    said = wire.rest_release(its)
    return {
        "ID": its.id,
        "Version": its.version,
        "Stable": said["stable"],
        "InProgress": False,
        "Reason": its.reason,
        "Description": its.description,
        "Status": its.status,
        "DeploymentStrategy": "",
        "Metadata": None,
        "User": {"ID": wire.stands_for(its.user), "Name": "", "Email": its.user, "EnablePaidHobby": False},
        "EvaluationID": "",
        "CreatedAt": said["created_at"],
        "ImageRef": its.image_ref,
    }
