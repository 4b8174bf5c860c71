"""The sum of digests: `digest(a + b) == merge(digest(a), digest(b))` for any cut, also inside a line or a character.

A part keeps what stands before its first boundary and behind its last one as bytes, and for each machine the lines
that may belong to a message of before and the message that may go on; `merge` lets these ends meet. Only what had to
be let go (`LogDigest.dropped`) may differ.
"""

from typing import TypeVar

import msgspec

from smokejumper.logs.layout import Layout
from smokejumper.logs.lines import MAX_LINES, Lines, Needles
from smokejumper.logs.reader import Reader, read_units
from smokejumper.logs.tally import (
    ID_LIMIT,
    NAME_LIMIT,
    Tally,
    bound,
    keep,
    keep_events,
    keep_first,
    regularise,
    width_for,
)
from smokejumper.model.digest import Answers, ErrorGroup, LogDigest, MachineLog, Mark, Span

K = TypeVar("K")
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(LogDigest)


def encode(digest: LogDigest) -> bytes:
    """A digest as bytes."""
    return _ENCODER.encode(digest)


def decode(data: bytes) -> LogDigest:
    """A digest from its bytes.

    Raises:
        msgspec.DecodeError: the bytes are none.
    """
    return _DECODER.decode(data)


def part(data: bytes, layout: Layout, needles: Needles, *, start: bool = False, width: int = 1) -> LogDigest:
    """The digest of one stretch of an input, its ends open."""
    reader = Reader(layout, needles, start=start, width=width)
    reader.feed(data)
    return reader.part()


def complete(digest: LogDigest, layout: Layout, needles: Needles) -> LogDigest:
    """The digest of an input that is this stretch and nothing more: its ends are closed. Takes the digest over."""
    begin = LogDigest(cut=True)
    whole = merge(begin, digest, layout, needles)
    tally = Tally(whole.width)
    tally.digest = whole
    lines = Lines(tally, needles)
    tail, whole.tail = whole.tail, b""
    read_units(tail, layout, lines)
    lines.finish()
    tally.join_reversed()
    regularise(whole, max(whole.width, width_for(whole.first, whole.last)))
    return bound(whole)


def merge(a: LogDigest, b: LogDigest, layout: Layout, needles: Needles) -> LogDigest:
    """The digest of what `a` and then `b` were made of. Takes both over: neither may be used afterwards."""
    boundary = layout.boundary
    if not a.cut and not b.cut:
        return part(a.head + b.head, layout, needles)
    if not a.cut:
        joined = a.head + b.head
        first = joined.find(boundary) + len(boundary)
        b.head = joined[:first]
        between = joined[first:]
        if not between:
            return b
        middle = part(between, layout, needles, start=True)
        middle.head, b.head = b.head, b""
        a = middle
    width = max(a.width, b.width, width_for(*_window(a, b)))
    regularise(a, width)
    regularise(b, width)
    tally = Tally(width)
    tally.digest = a
    lines = Lines(tally, needles)
    joined = a.tail + b.head
    end = joined.rfind(boundary)
    end = end + len(boundary) if end >= 0 else 0
    a.tail = joined[end:] if not b.cut else b.tail
    read_units(joined[:end], layout, lines)
    if b.cut and end < len(joined):  # pragma: no cover - a head ends with a boundary
        raise AssertionError
    _meet(a, b, lines)
    _add(tally, b)
    wide = max(width, width_for(a.first, a.last))
    regularise(a, wide)
    return bound(a)


def _window(a: LogDigest, b: LogDigest) -> tuple[float | None, float | None]:
    return (
        min((x for x in (a.first, b.first) if x is not None), default=None),
        max((x for x in (a.last, b.last) if x is not None), default=None),
    )


def _meet(a: LogDigest, b: LogDigest, lines: Lines) -> None:
    """Let the messages that were cut in two be whole again."""
    for machine in sorted(b.orphans):
        if machine in a.open:
            lines.replay(machine, b.orphans[machine])
        else:
            a.orphans[machine] = [*a.orphans.get(machine, []), *b.orphans[machine]][:MAX_LINES]
    for machine in sorted(b.open):
        lines.shut(machine)
        a.open[machine] = b.open[machine]


def _add(tally: Tally, b: LogDigest) -> None:
    """Add the counts of `b`, whose ends have been met."""
    a = tally.digest
    a.lines += b.lines
    a.unparsed += b.unparsed
    a.oversized += b.oversized
    a.untimed += b.untimed
    a.first, a.last = _window(a, b)
    for name in ("providers", "apps", "dropped"):
        _sum(getattr(a, name), getattr(b, name))
    for machine, log in b.machines.items():
        _add_machine(tally.machine(machine, log.region), log)
    for where, states in b.jobs.items():
        _sum(a.jobs.setdefault(where, {}), states)
    for machine, (starts, ends) in b.anonymous.items():
        mine = a.anonymous.setdefault(machine, [0, 0])
        mine[0] += starts
        mine[1] += ends
    for needle, mark in b.marks.items():
        _add_mark(a.marks, needle, mark)
    for signature, group in b.groups.items():
        known = a.groups.get(signature)
        if known is None:
            a.groups[signature] = group
        else:
            _add_group(known, group)
    for place, row in b.answers.items():
        mine_row = a.answers.get(place)
        if mine_row is None:
            a.answers[place] = row
        else:
            _add_answers(mine_row, row)
    for endpoint, users in b.served_users.items():
        for user in users:
            tally.keep_user(endpoint, user)
    for endpoint, tenants in b.served_tenants.items():
        for tenant in tenants:
            tally.keep_tenant(endpoint, tenant)
    for (machine, method, path), by in b.crashes.items():
        tally.balance(machine, method, path, by)
    _join(tally, b)


def _join(tally: Tally, b: LogDigest) -> None:
    a = tally.digest
    for rid, failures in b.failed.items():
        a.failed.setdefault(rid, []).extend(failures)
    for rid in list(a.raised):
        if rid in a.failed:
            for raised in a.raised.pop(rid):
                tally.raised(rid, raised)
    for rid, raised_there in b.raised.items():
        for raised in raised_there:
            tally.raised(rid, raised)
    for rid, ends in b.ended.items():
        for end in ends:
            tally.end(end.machine, rid, end)
    for rid, starts in b.started.items():
        for start in starts:
            tally.start(start.machine, start.at, rid, start.method, start.path)


def _sum(mine: dict[K, int], theirs: dict[K, int]) -> None:
    for key, count in theirs.items():
        mine[key] = mine.get(key, 0) + count


def _add_machine(mine: MachineLog, theirs: MachineLog) -> None:
    for kind, events in theirs.events.items():
        mine.events[kind] = keep_events([*mine.events.get(kind, []), *events])
    _sum(mine.counts, theirs.counts)


def _add_mark(marks: dict[str, Mark], needle: str, theirs: Mark) -> None:
    mine = marks.get(needle)
    if mine is None:
        marks[needle] = theirs
        return
    if theirs.sample_at is not None and (mine.sample_at is None or theirs.sample_at < mine.sample_at):
        mine.sample, mine.sample_at = theirs.sample, theirs.sample_at
    for machine, span in theirs.machines.items():
        mine.machines.setdefault(machine, Span()).join(span)


def _add_answers(mine: Answers, theirs: Answers) -> None:
    _sum(mine.statuses, theirs.statuses)
    _sum(mine.latency, theirs.latency)
    _sum(mine.series, theirs.series)
    for bucket, ms in theirs.slow.items():
        mine.slow[bucket] = max(mine.slow.get(bucket, 0), ms)
    mine.first = min((x for x in (mine.first, theirs.first) if x is not None), default=None)
    mine.last = max((x for x in (mine.last, theirs.last) if x is not None), default=None)
    _keep_all(mine.users, theirs.users)
    _keep_all(mine.tenants, theirs.tenants)
    _keep_all(mine.paths, theirs.paths, 12)


def _keep_all(mine: list[str], theirs: list[str], limit: int = NAME_LIMIT) -> None:
    for value in theirs:
        keep(mine, value, limit)


def _add_group(mine: ErrorGroup, theirs: ErrorGroup) -> None:
    if theirs.sample_at is not None and (mine.sample_at is None or theirs.sample_at < mine.sample_at):
        for field in (
            "message",
            "text",
            "sqlstate",
            "reason",
            "culprit",
            "top",
            "frames",
            "http",
            "level",
            "sample_at",
            "name",
            "timeout_ms",
            "escaped",
        ):
            setattr(mine, field, getattr(theirs, field))
    mine.span.join(theirs.span)
    for place, cell in theirs.cells.items():
        mine.cells.setdefault(place, Span()).join(cell)
    _sum(mine.series, theirs.series)
    for rid in theirs.request_ids:
        keep_first(mine.request_ids, rid, ID_LIMIT)
    _keep_all(mine.users, theirs.users)
    _keep_all(mine.tenants, theirs.tenants)
    _keep_all(mine.names, theirs.names, 12)
    _keep_all(mine.paths, theirs.paths, 12)
    for label, count in theirs.culprits.items():
        if label in mine.culprits or len(mine.culprits) < 12:
            mine.culprits[label] = mine.culprits.get(label, 0) + count
    mine.lost += theirs.lost
