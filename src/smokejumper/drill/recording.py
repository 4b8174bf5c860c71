"""A simulated world made of a recorded log: what Fly would have said of its machines while it was written.

Of the recording's label only the list of machines is taken; all else follows from the platform's own lines in the log.
"""

import json
import re
from pathlib import Path
from signal import Signals

import msgspec

from smokejumper.drill.life import Life, born
from smokejumper.drill.scenario import ORG, Past, Scenario
from smokejumper.drill.surroundings import (
    CHECK,
    DAY_S,
    DEPLOYER,
    PORT,
    VERSION,
    fly_toml,
    grants,
    image,
    in_order,
    old_secrets,
    quiet_page,
)
from smokejumper.logs.platform import EVENTS, HEAD
from smokejumper.logs.times import epoch
from smokejumper.model.entry import LogEntry
from smokejumper.model.fly import Exit, Image, Machine, Release

_APP = re.compile(r"registry\.fly\.io/([a-z0-9-]+):")
_CHECK = re.compile(r"Health check '([^']+)' on port (\d+)")
_FRACTION = re.compile(r"\.(\d+)")
RELEASE_COMMAND = "fly_app_release_command"


class _Event(msgspec.Struct):
    provider: str = msgspec.field(name="Provider")


class _Meta(msgspec.Struct):
    event: _Event = msgspec.field(name="Event")


class _Line(msgspec.Struct):
    """An object of `fly logs --json`."""

    level: str
    instance: str
    message: str
    region: str
    timestamp: str
    meta: _Meta


def entries_of(path: Path) -> tuple[LogEntry, ...]:
    """The entries of a file with an object of `fly logs --json` on each line."""
    decoder = msgspec.json.Decoder(_Line)
    lines = [decoder.decode(line) for line in path.read_bytes().split(b"\n") if line]
    return in_order(
        [
            LogEntry(
                at_ns=_nanoseconds(line.timestamp),
                timestamp=line.timestamp,
                message=line.message,
                level=line.level,
                machine=line.instance,
                region=line.region,
                provider=line.meta.event.provider,
            )
            for line in lines
        ]
    )


def _nanoseconds(timestamp: str) -> int:
    whole = epoch(_FRACTION.sub("", timestamp))
    assert whole is not None, timestamp  # noqa: S101 - a recording is whole
    fraction = _FRACTION.search(timestamp)
    return int(whole) * 10**9 + (int(fraction[1].ljust(9, "0")[:9]) if fraction else 0)


def of_recording(folder: Path, app: str = "practice") -> Scenario:
    """The world of a folder with `fly.ndjson` and `truth.json`, up to a second after its last line.

    `app` is its name where no line of the log tells one.
    """
    entries = entries_of(folder / "fly.ndjson")
    regions: dict[str, str] = json.loads((folder / "truth.json").read_bytes())["all_instances"]
    text = "\n".join(e.message for e in entries if e.provider != "app")
    named = _APP.search(text)
    app = named[1] if named else app
    checked = _CHECK.search(text)
    first, now = entries[0].at_ns / 1e9, entries[-1].at_ns / 1e9 + 1.0
    replay = _Replay(app, regions, first, checked[1] if checked else CHECK)
    for entry in entries:
        replay.line(entry)
    return Scenario(
        name=folder.name,
        app=app,
        now=now,
        entries=entries,
        machines={id_: life.past for id_, life in replay.lives.items()},
        releases=replay.releases,
        configs={VERSION: fly_toml(app, int(checked[2]) if checked else PORT)},
        secrets=old_secrets(first),
        fly_status=quiet_page("fly", now),
        supabase_status=quiet_page("supabase", now),
        grants=grants(ORG, app),
    )


class _Replay:
    """The machines and releases of a log, line by line."""

    def __init__(self, app: str, regions: dict[str, str], first: float, check: str) -> None:
        self.app = app
        self.check = check
        base = image(app, "before")
        self.lives = {id_: born(id_, region, base, first, check=check) for id_, region in regions.items()}
        self.releases: dict[int, Past[Release]] = {}
        self._serving = frozenset(regions)
        self._awaited: set[str] = set()
        """Machines that the newest release has not reached yet."""
        self._asked_to_stop: set[str] = set()
        self._killed: set[str] = set()
        """Machines whose process the kernel killed for memory."""
        self._down: set[str] = set()
        self._release(first - DAY_S, base)
        self._finish(first - DAY_S + 60.0, "complete")

    # ---- releases

    @property
    def _newest(self) -> Release:
        return self.releases[max(self.releases)][-1][1]

    def _release(self, at: float, its: Image) -> None:
        if self.releases and self._newest.status == "running":
            self._finish(at, "interrupted")
        version = max(self.releases, default=VERSION - 1) + 1
        self._awaited = set(self._serving)
        self.releases[version] = (
            (
                at,
                Release(
                    id=f"release-{version}",
                    version=version,
                    status="running",
                    description=f"Deploy image {its.ref}",
                    user=DEPLOYER,
                    image_ref=its.ref,
                    at=at,
                ),
            ),
        )

    def _finish(self, at: float, status: str) -> None:
        newest = self._newest
        if newest.status == "running":
            self.releases[newest.version] += ((at, msgspec.structs.replace(newest, status=status)),)

    # ---- lines

    def line(self, entry: LogEntry) -> None:
        """Let happen what a line of the platform tells; other lines tell nothing."""
        if not entry.machine or (entry.provider == "app" and not HEAD.match(entry.message)):
            return
        for kind, pattern in EVENTS:
            told = pattern.match(entry.message)
            if told:
                self._told(entry, kind, told.groupdict().get("detail") or "")
                return

    def _life(self, entry: LogEntry) -> Life:
        if entry.machine not in self.lives:
            at = entry.at_ns / 1e9
            self.lives[entry.machine] = Life(
                Machine(id=entry.machine, state="created", region=entry.region, group=RELEASE_COMMAND, created_at=at)
            )
            self.lives[entry.machine].event(at, "launch", "created", "user")
        return self.lives[entry.machine]

    def _told(self, entry: LogEntry, kind: str, detail: str) -> None:
        id_, at, life = entry.machine, entry.at_ns / 1e9, self._life(entry)
        if kind == "pulled":
            self._pulled(life, at, image(self.app, tag=re.split(r"[:@]", detail, maxsplit=1)[-1]))
        elif kind == "stop_signal":
            self._asked_to_stop.add(id_)
        elif kind == "autostop" and detail in self.lives:
            self.lives[detail].change(at, autostop=True)
        elif kind == "oom":
            if id_ in self._down:
                life.amend_exit(at, lambda e: msgspec.structs.replace(e, oom=True))
            else:
                self._killed.add(id_)
        elif kind == "exited":
            self._ended(life, at, Exit(code=int(detail)))
        elif kind == "signalled":
            number = Signals[detail].value
            self._ended(life, at, Exit(code=128 + number, signal=number))
        elif kind == "command":
            self._down.discard(id_)
            life.start(at, "user" if life.machine.state in ("created", "replacing") else "flyd")
        elif kind in ("gave_up", "not_restarted"):
            life.amend_exit(at, lambda e: msgspec.structs.replace(e, restarting=False))
            life.change(at, state="stopped", leased_by="")
            if kind == "gave_up":
                self._finish(at, "failed")
        elif kind == "check_failed":
            output = "connect: connection refused" if id_ in self._down else ""
            life.check(at, "critical", output, name=detail or self.check)
        elif kind == "check_passed":
            life.check(at, "passing", "200 OK", name=detail or self.check)
            life.change(at, leased_by="")
            self._reached(life, at)

    def _pulled(self, life: Life, at: float, its: Image) -> None:
        if its.ref != self._newest.image_ref:
            self._release(at, its)
        life.update(at, its, self._newest.version)
        life.change(at, leased_by=DEPLOYER)

    def _reached(self, life: Life, at: float) -> None:
        if life.machine.release == self._newest.version:
            self._awaited.discard(life.machine.id)
            if not self._awaited:
                self._finish(at, "complete")

    def _ended(self, life: Life, at: float, how: Exit) -> None:
        id_ = life.machine.id
        requested = id_ in self._asked_to_stop
        again = how.code != 0 and not requested
        before = next((e.exit for e in life.machine.events if e.type in ("exit", "update")), None)
        restarts = (before.restarts if before is not None else 0) + 1 if again else 0
        if id_ not in self._serving and how.code:
            self._finish(at, "failed")
        replaced = life.machine.state == "replacing"
        life.exit(
            at,
            msgspec.structs.replace(
                how, oom=id_ in self._killed, requested=requested, restarting=again, restarts=restarts
            ),
            state="replacing" if replaced else "stopped",
        )
        self._down.add(id_)
        self._asked_to_stop.discard(id_)
        self._killed.discard(id_)
