"""Mutants of real logs: whatever a log became on its way, the reader neither breaks nor hangs, and mostly still judges.

`python tests/fuzz.py --seconds 600` runs long and prints one line at its end; `--seed` begins elsewhere.
"""

import argparse
import random
import re
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import FrameType

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests import rendering
from tests.recordings import NAMES, folder

from smokejumper.errors import SmokejumperError
from smokejumper.logs import digest as digests
from smokejumper.plays import triage
from smokejumper.sources.files import Inputs, from_bytes
from smokejumper.sources.selection import Selection

LINES = 500
HANG_S = 30
LARGE = 4 << 20
"""Bytes that a digest of so few lines may never have."""
TOKEN = re.compile(rb"\w+|\W")
Mutation = Callable[[list[bytes], random.Random], None]


# ---- the logs that mutants are made of


@lru_cache(maxsize=64)
def lines(recording: str, form: str) -> tuple[bytes, ...]:
    """The lines of a recording in one form."""
    if form.startswith("fly."):
        return tuple((folder(recording) / form).read_bytes().split(b"\n"))
    rows = rendering.entries(recording)
    if form == "indented":
        return tuple(rendering.json_indented(rows).split(b"\n"))
    if form == "nats":
        return tuple(rendering.nats(rows).split(b"\n"))
    if form == "console":
        return tuple(max(rendering.consoles(rows).values(), key=len).split(b"\n"))
    return tuple(rendering.logger_json(rows, form).split(b"\n"))


FORMS = ("fly.txt", "fly.txt", "fly.ndjson", "indented", "nats", "console", *rendering.FORMATTERS)


def some_lines(chance: random.Random) -> list[bytes]:
    """A stretch of a recording in some form."""
    form = chance.choice(FORMS)
    rows = lines(chance.choice(NAMES), form)
    size = LINES * (8 if form == "indented" else 1)
    at = chance.randrange(max(1, len(rows) - size))
    return list(rows[at : at + size])


# ---- what happens to them


def drop(rows: list[bytes], chance: random.Random) -> None:
    """Some lines are lost."""
    for _ in range(chance.randint(1, 40)):
        del rows[chance.randrange(len(rows))]


def duplicate(rows: list[bytes], chance: random.Random) -> None:
    """Some lines come twice."""
    for _ in range(chance.randint(1, 20)):
        rows.insert(chance.randrange(len(rows)), chance.choice(rows))


def swap(rows: list[bytes], chance: random.Random) -> None:
    """Pairs of lines change places."""
    for _ in range(chance.randint(1, 20)):
        i, j = chance.randrange(len(rows)), chance.randrange(len(rows))
        rows[i], rows[j] = rows[j], rows[i]


def reorder(rows: list[bytes], chance: random.Random) -> None:
    """A stretch comes in any order."""
    i = chance.randrange(len(rows))
    part = rows[i : i + 60]
    chance.shuffle(part)
    rows[i : i + 60] = part


def reverse(rows: list[bytes], chance: random.Random) -> None:
    """Time runs backwards."""
    rows.reverse()


def trade_tokens(rows: list[bytes], chance: random.Random) -> None:
    """Words go from one line to another."""
    for _ in range(chance.randint(1, 30)):
        i, j = chance.randrange(len(rows)), chance.randrange(len(rows))
        mine, theirs = TOKEN.findall(rows[i]), TOKEN.findall(rows[j])
        if mine and theirs:
            mine[chance.randrange(len(mine))] = chance.choice(theirs)
            rows[i] = b"".join(mine)


def drop_tokens(rows: list[bytes], chance: random.Random) -> None:
    """Words are lost or come twice."""
    for _ in range(chance.randint(1, 30)):
        i = chance.randrange(len(rows))
        tokens = TOKEN.findall(rows[i])
        if tokens:
            at = chance.randrange(len(tokens))
            tokens[at : at + 1] = [tokens[at]] * chance.choice((0, 0, 2, 50))
            rows[i] = b"".join(tokens)


def truncate(rows: list[bytes], chance: random.Random) -> None:
    """Lines end early or begin late."""
    for _ in range(chance.randint(1, 30)):
        i = chance.randrange(len(rows))
        at = chance.randrange(len(rows[i]) + 1)
        rows[i] = rows[i][:at] if chance.random() < 0.7 else rows[i][at:]


def join(rows: list[bytes], chance: random.Random) -> None:
    """Ends of lines are lost."""
    for _ in range(chance.randint(1, 10)):
        i = chance.randrange(len(rows) - 1)
        rows[i : i + 2] = [rows[i] + rows[i + 1]]


def flip(rows: list[bytes], chance: random.Random) -> None:
    """Single bytes change."""
    for _ in range(chance.randint(1, 60)):
        i = chance.randrange(len(rows))
        if rows[i]:
            row = bytearray(rows[i])
            row[chance.randrange(len(row))] ^= 1 << chance.randrange(8)
            rows[i] = bytes(row)


PIECES = (
    b"\xff\xfe",
    b"\xc2",
    b"\xed\xa0\x80",
    b"\x1b[31m",
    b"\x1b]0;title\x07",
    b"\x9b2J",
    "\u202e".encode(),
    b"\\ud800",
    b"\\u0000",
    b"\r",
    b"\t",
    b"\x00",
    b"9" * 400,
    b"-1",
    b"1e999",
    b"NaN",
    b"99999999999999999999",
    b"(" * 60,
    b"[" * 200,
    b"{" * 200,
    b'"',
    b"\\",
    b"%{" * 80,
    b"#PID<" * 40,
    b"<<1,2," * 30,
    b"    ** (EXIT) ",
    b"** (KeyError) ",
    b"request_id=",
    b" [error] ",
    b"2026-99-99T99:99:99Z",
    b"9999-12-31T23:59:59Z",
    b"0001-01-01T00:00:00Z",
    b"Sent 500 in 99999999999999999999ms",
    b"Sent 500 in 0s",
    b"GET /" + b"a/" * 500,
    b"A" * 5000,
    "µ".encode(),
)


def insert(rows: list[bytes], chance: random.Random) -> None:
    """Odd things stand inside of lines: escapes, invalid UTF-8, huge numbers, brackets that nobody closes."""
    for _ in range(chance.randint(1, 30)):
        i = chance.randrange(len(rows))
        at = chance.randrange(len(rows[i]) + 1)
        rows[i] = rows[i][:at] + chance.choice(PIECES) + rows[i][at:]


def numbers(rows: list[bytes], chance: random.Random) -> None:
    """Numbers become huge or nothing."""
    for _ in range(chance.randint(1, 30)):
        i = chance.randrange(len(rows))
        huge = chance.choice((b"0", b"", b"9" * 30, b"9" * 5000, b"-5", b"18446744073709551616"))
        spots = list(re.finditer(rb"\d+", rows[i]))
        if spots:
            spot = chance.choice(spots)
            rows[i] = rows[i][: spot.start()] + huge + rows[i][spot.end() :]


def times(rows: list[bytes], chance: random.Random) -> None:
    """Hours change within a stretch."""
    i, hour = chance.randrange(len(rows)), b"T%02d:" % chance.randrange(30)
    for j in range(i, min(len(rows), i + 50)):
        rows[j] = re.sub(rb"T\d\d:", hour, rows[j], count=1)


def mix(rows: list[bytes], chance: random.Random) -> None:
    """Lines in another envelope, or of another recording, stand between."""
    other = some_lines(chance)
    for _ in range(chance.randint(1, 60)):
        rows.insert(chance.randrange(len(rows)), chance.choice(other))


MUTATIONS: tuple[Mutation, ...] = (
    drop,
    duplicate,
    swap,
    reorder,
    reverse,
    trade_tokens,
    drop_tokens,
    truncate,
    join,
    flip,
    insert,
    numbers,
    times,
    mix,
)


def mutant(seed: int) -> tuple[bytes, str]:
    """A mutant, and what happened to it."""
    chance = random.Random(seed)  # noqa: S311 - a seed, so that a failure comes again
    rows = some_lines(chance)
    done = []
    for _ in range(chance.choice((1, 1, 2, 3, 5))):
        mutation = chance.choice(MUTATIONS)
        if len(rows) < 100:
            break
        mutation(rows, chance)
        done.append(mutation.__name__)
    return b"\n".join(rows), "+".join(done)


# ---- judging them


@dataclass
class Outcome:
    """What became of a number of mutants."""

    mutants: int = 0
    verdicts: int = 0
    refused: int = 0
    broken: list[str] = field(default_factory=list)
    slowest: float = 0.0
    slowest_seed: int = -1

    def line(self) -> str:
        """All of it in one line."""
        share = 100 * self.verdicts / max(1, self.mutants)
        return (
            f"{self.mutants} mutants, {self.verdicts} verdicts ({share:.1f} %), {self.refused} refused, "
            f"{len(self.broken)} tracebacks, slowest {self.slowest:.2f} s (seed {self.slowest_seed})"
        )


@contextmanager
def no_hang() -> Iterator[None]:
    """An exception where something takes far too long."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"longer than {HANG_S} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(HANG_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def judge(seed: int, outcome: Outcome) -> None:
    """Read one mutant and count what came of it."""
    data, done = mutant(seed)
    outcome.mutants += 1
    begun = time.perf_counter()
    try:
        with no_hang():
            _, case = triage.of_files(Inputs(logs=[from_bytes(data, "mutant")]), Selection())
        outcome.verdicts += 1
        size = len(digests.encode(case.digest))
        if size > LARGE:
            outcome.broken.append(f"seed {seed} ({done}): a digest of {size} bytes")
    except SmokejumperError:
        outcome.refused += 1
    except Exception:  # noqa: BLE001 - whatever it is, it is what is looked for
        outcome.broken.append(f"seed {seed} ({done}):\n{traceback.format_exc(limit=-6)}")
    took = time.perf_counter() - begun
    if took > outcome.slowest:
        outcome.slowest, outcome.slowest_seed = took, seed


def main() -> int:
    """Run for a while; 1 where something broke or too few verdicts were reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1_000_000)
    given = parser.parse_args()
    outcome, seed, until = Outcome(), given.seed, time.monotonic() + given.seconds
    while time.monotonic() < until:
        told = len(outcome.broken)
        judge(seed, outcome)
        for broken in outcome.broken[told:]:
            print(broken, flush=True)  # noqa: T201 - run by hand
        seed += 1
    print(outcome.line())  # noqa: T201 - run by hand
    return int(bool(outcome.broken) or outcome.verdicts < 0.9 * outcome.mutants)


if __name__ == "__main__":
    sys.exit(main())
