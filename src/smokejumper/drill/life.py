"""The past of one machine, written event by event."""

from bisect import bisect_right
from collections.abc import Callable
from operator import itemgetter

import msgspec

from smokejumper.drill.scenario import Past
from smokejumper.drill.surroundings import CHECK, DAY_S, MEMORY_MB, VERSION, ulid
from smokejumper.model.fly import Check, CheckStatus, Exit, Image, Machine, MachineEvent


class Life:
    """What a machine was from when on; each change begins a new stretch."""

    def __init__(self, machine: Machine) -> None:
        assert machine.created_at is not None  # noqa: S101 - it begins then
        self._past = [(machine.created_at, machine)]

    @property
    def machine(self) -> Machine:
        """As it is at the end."""
        return self._past[-1][1]

    @property
    def past(self) -> Past[Machine]:
        """All of it, oldest first."""
        return tuple(self._past)

    def at(self, at: float) -> Machine:
        """As it was at a time; as it was made, before that."""
        return self._past[max(0, bisect_right(self._past, at, key=itemgetter(0)) - 1)][1]

    def change(self, at: float, **fields: object) -> None:
        """Give fields of the machine other values from a time on."""
        self._past.append((at, msgspec.structs.replace(self.machine, **fields)))

    def event(self, at: float, type_: str, status: str, source: str, *, exit_: Exit | None = None) -> None:
        """Let something happen to it."""
        events = self.machine.events
        id_ = ulid(self.machine.id, len(events))
        happened = MachineEvent(id=id_, type=type_, status=status, source=source, at=at, exit=exit_)
        self.change(at, events=(happened, *events), updated_at=at)

    def update(self, at: float, image: Image, release: int) -> None:
        """Let a deploy give it another image: it is replaced, with a new version, until it starts."""
        self.event(at, "update", "replacing", "user")
        self.change(at, state="replacing", image=image, release=release, version=ulid(self.machine.id, image.tag))

    def start(self, at: float, source: str) -> None:
        """Let it start."""
        self.event(at, "start", "started", source)
        self.change(at, state="started")

    def exit(self, at: float, how: Exit, *, state: str = "stopped") -> None:
        """Let it end."""
        self.event(at, "exit", "stopped", "flyd", exit_=msgspec.structs.replace(how, at=at))
        self.change(at, state=state)

    def amend_exit(self, at: float, change: Callable[[Exit], Exit]) -> None:
        """Say the newest exit better than when it happened; nothing happens where there is none."""
        events = list(self.machine.events)
        for place, event in enumerate(events):
            if event.exit is not None:
                events[place] = msgspec.structs.replace(event, exit=change(event.exit))
                self.change(at, events=tuple(events))
                return

    def check(self, at: float, status: CheckStatus, output: str = "", *, name: str = CHECK) -> None:
        """Let a health check change its status."""
        others = tuple(c for c in self.machine.checks if c.name != name)
        self.change(at, checks=(*others, Check(name=name, status=status, output=output, changed_at=at)))


def born(id_: str, region: str, image: Image, before: float, *, check: str = CHECK, autostop: bool = False) -> Life:
    """A machine that was made a day before a time, and has run since then with its check passing."""
    at = before - DAY_S
    life = Life(
        Machine(
            id=id_,
            name=f"quiet-{id_[:4]}",
            state="created",
            region=region,
            group="app",
            version=ulid(id_, image.tag),
            image=image,
            release=VERSION,
            created_at=at,
            updated_at=at,
            cpus=1,
            cpu_kind="shared",
            memory_mb=MEMORY_MB,
            autostop=autostop,
        )
    )
    life.event(at, "launch", "created", "user")
    life.start(at + 1.0, "flyd")
    life.check(at + 5.0, "passing", "200 OK", name=check)
    return life
