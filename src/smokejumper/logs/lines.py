"""From lines to messages: the lines of one message joined again for each machine, although machines interleave."""

import re
from collections.abc import Mapping
from typing import Protocol

from smokejumper.logs import elixir, events, json_logger
from smokejumper.logs.platform import HEAD, platform_line
from smokejumper.logs.requests import BOTH, START, end
from smokejumper.logs.tally import Tally
from smokejumper.logs.times import refine
from smokejumper.model.digest import End, Record

MAX_LINES = 300
MAX_SIZE = 64_000
_HEADLESS = re.compile(
    r"ERROR! |Runtime terminating during boot|\W{0,3}\"?init terminating in |Error in process <"
    r"|=(?:CRASH|SUPERVISOR|ERROR|PROGRESS) REPORT|\{?\"?Kernel pid terminated|\*\* \([A-Za-z:][\w.]*\) "
    r"|\w+_alloc: Cannot (?:re)?allocate |no more index entries in \w+|(?:Error: )?failed to spawn command"
    r"|.{0,120}(?:[Ee]xec format error|env\.sh[^a-z]{0,40}(?:not found|No such file))"
)
"""First lines of messages that no formatter printed."""
_EMBEDDED = re.compile(r"\*\* \([A-Z][\w.]*(?:Error|Exception)\) ")
_TELLING = frozenset("{[RSAGTP*=M#")
"""First letters of the info messages that `events` reads."""
_JOB_LINE = re.compile(r"(?:\d{4}-\d\d-\d\d[T ])?\d\d:\d\d:\d\d[.,]?\d*Z? \[info\] +\{")
_NOTHING = Record("app", "", "", None, "info", [])
Needles = Mapping[str, re.Pattern[str]]


class Flushed(Protocol):
    """Something that counts on its own and hands over when it is told to."""

    def flush(self) -> None:
        """Hand everything over to the tally."""


class Lines:
    """Takes entries in the order of the input and gives whole messages to the tally.

    `needles` are looked for in messages below warning that are no request line.
    """

    def __init__(self, tally: Tally, needles: Needles) -> None:
        self.tally = tally
        self.digest = tally.digest
        self.needles = needles
        self.any_needle = re.compile("|".join(f"(?:{p.pattern})" for p in needles.values())) if needles else None
        self.live: set[str] = {m for m, record in self.digest.open.items() if record is not None}
        """Machines whose last message may go on."""
        self.homes: set[tuple[str, str]] = set()
        """Machines and regions that were noted."""
        self.bulk: Flushed | None = None
        """The envelope's counter of request lines, where it has one."""

    def entry(self, at: float | None, provider: str, machine: str, region: str, level: str, message: str) -> None:
        """One line of the input."""
        digest = self.digest
        digest.lines += 1
        digest.providers[provider] = digest.providers.get(provider, 0) + 1
        if (machine, region) not in self.homes:
            self.homes.add((machine, region))
            self.tally.machine(machine, region)
        if provider != "app":
            self.tally.seen(at)
            platform_line(self.tally, provider, machine, region, at, level, message)
            return
        self.app_line(at, machine, region, message)

    def app_line(self, at: float | None, machine: str, region: str, message: str) -> None:
        """One line that the app printed."""
        message = message.removesuffix("\r")
        first = message[:1]
        if first == " " and machine in self.live and message.startswith("    "):
            self.tally.seen(at)
            self.more(at, machine, region, message)
            return
        if first.isdigit() or first == "[":
            found = elixir.prefix(message)
            if found is not None:
                exact = refine(at, found.clock, found.date)
                self.tally.seen(exact if at is None else at)
                self.head(exact, at, machine, region, found.level, found.meta, found.text)
                return
        elif first == "{" and message.endswith("}"):
            said = json_logger.read(message)
            if said is not None:
                at = at if at is not None else said.at
                self.tally.seen(at)
                self.head(at, at, machine, region, said.level, said.meta, said.text, said.http)
                if machine in self.live:
                    opened = self.digest.open[machine]
                    if opened is not None:
                        opened.escaped = True
                    self.close(machine)  # one entry is one line
                return
        self.tally.seen(at)
        if HEAD.match(message):
            self.shut(machine)
            platform_line(self.tally, "app", machine, region, at, "info", message)
            return
        self.more(at, machine, region, message)

    def head(
        self,
        at: float | None,
        stamp: float | None,
        machine: str,
        region: str,
        level: str,
        meta: dict[str, str],
        text: str,
        http: tuple[str, str] | None = None,
    ) -> None:
        """A message begins. `at` is its exact time, `stamp` the envelope's (request lines are counted by that)."""
        if machine in self.live:
            self.close(machine)
        digest = self.digest
        digest.open[machine] = None
        if level in ("info", "debug", "notice"):
            if self.request(stamp if stamp is not None else at, machine, meta, text):
                return
            if self.any_needle is not None and self.any_needle.search(text):
                for needle, pattern in self.needles.items():
                    if pattern.search(text):
                        self.tally.mark(needle, machine, at, text)
            if level == "debug" or text[:1] not in _TELLING:
                return
            if text[:1] == "{" and '"source":"oban"' in text:
                events.oban(self.tally, Record("app", machine, region, at, level, [text]), text)
                return
        lines = text.split("\n") if "\n" in text else [text]
        digest.open[machine] = Record("app", machine, region, at, level, lines, len(text), meta=meta, http=http)
        self.live.add(machine)

    def request(self, at: float | None, machine: str, meta: dict[str, str], text: str) -> bool:
        """Take a request line; False if the text is none."""
        first = text[:1]
        if first in "SC" and (ended := end(text)):
            status, latency, ms = ended
            user, tenant = elixir.identity(meta)
            self.tally.end(machine, meta.get("request_id"), End(machine, at, status, latency, ms, user, tenant))
            return True
        if first in "GPDHOCT":
            if found := START.match(text):
                self.tally.start(machine, at, meta.get("request_id"), found[1], found[2])
                return True
            if found := BOTH.match(text):
                ended = end(f"Sent {found[3]} in {found[4]}{found[5]}")
                if ended:
                    user, tenant = elixir.identity(meta)
                    answer = End(machine, at, *ended, user, tenant)
                    self.tally.single(machine, meta.get("request_id"), found[1], found[2], answer)
                    return True
        return False

    def more(self, at: float | None, machine: str, region: str, message: str) -> None:
        """A line without a prefix: it goes on with the machine's message, or begins one that no formatter printed."""
        digest = self.digest
        if machine not in digest.open:
            orphans = digest.orphans.setdefault(machine, [])
            if len(orphans) < MAX_LINES:
                orphans.append((at, region, message))
            return
        record = digest.open[machine]
        if record is not None and message.startswith("    ("):
            if len(record.lines) < MAX_LINES and record.size < MAX_SIZE:
                record.lines.append(message)
                record.size += len(message)
            return
        starts = _HEADLESS.match(message) or (_EMBEDDED.search(message) if record is None or record.headless else None)
        if record is not None and not (starts and self._complete(record)):
            if len(record.lines) < MAX_LINES and record.size < MAX_SIZE:
                record.lines.append(message)
                record.size += len(message)
            return
        if starts:
            self.shut(machine)
            digest.open[machine] = Record("app", machine, region, at, "error", [message], len(message), headless=True)
            self.live.add(machine)

    def frame(self, machine: str, message: bytes) -> None:
        """A frame of the message that is open on a machine."""
        record = self.digest.open[machine]
        if record is not None and len(record.lines) < MAX_LINES and record.size < MAX_SIZE:
            text = message.decode("utf-8", "replace").removesuffix("\r")
            record.lines.append(text)
            record.size += len(text)

    def quiet_job(self, at: float | None, machine: str, region: str, message: bytes) -> None:
        """A line of Oban's default logger about a job that began or went well, without taking the line apart."""
        text = message.decode("utf-8", "replace")
        if prefix := _JOB_LINE.match(text):
            self.shut(machine)
            events.oban(self.tally, _NOTHING, text[prefix.end() - 1 :])
        else:
            self.app_line(at, machine, region, text)

    @staticmethod
    def _complete(record: Record) -> bool:
        """Has this message all that it needs, so that another banner is another message?"""
        if record.level not in elixir.SERIOUS and not record.headless:
            return True
        return any("** (" in line for line in record.lines)

    def close(self, machine: str) -> None:
        """The machine's message is whole: put what it says into the tally."""
        record = self.digest.open.get(machine)
        self.digest.open[machine] = None
        self.live.discard(machine)
        if record is not None:
            events.interpret(self.tally, record, record.meta, record.http)

    def shut(self, machine: str) -> None:
        """Close what is open, and mark the machine as known either way."""
        if machine in self.live:
            self.close(machine)
        self.digest.open[machine] = None

    def replay(self, machine: str, orphans: list[tuple[float | None, str, str]]) -> None:
        """Lines that stood at the beginning of a part, now that what came before them is known."""
        for at, region, message in orphans:
            self.more(at, machine, region, message)

    def flush(self) -> None:
        """Hand over what is counted in bulk."""
        if self.bulk is not None:
            self.bulk.flush()

    def finish(self) -> None:
        """Nothing comes any more: complete what is open."""
        self.flush()
        for machine, orphans in sorted(self.digest.orphans.items()):
            before = self.digest.open.get(machine)
            was_live = machine in self.live
            self.digest.open[machine] = None
            self.live.discard(machine)
            self.replay(machine, orphans)
            self.shut(machine)
            if before is not None:
                self.digest.open[machine] = before
                if was_live:
                    self.live.add(machine)
        self.digest.orphans.clear()
        for machine in sorted(self.digest.open):
            self.shut(machine)
        self.digest.open.clear()
