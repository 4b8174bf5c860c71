"""Compare what the reader says of a generated log with what the generator knows of it.

python bench/truth.py LOG TRUTH

LOG and TRUTH come from one run of the generator (`make_log.py`, schema `bench-truth/1`); either may be gzipped. Prints
every difference, also those between the log read whole and read in parts that were cut anywhere and added; exits with 1
where there was one.
"""

import argparse
import gzip
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from smokejumper.causes.case import Case
from smokejumper.logs import digest as digests
from smokejumper.logs.elixir import arity
from smokejumper.logs.requests import template
from smokejumper.logs.times import epoch
from smokejumper.model.digest import LogDigest
from smokejumper.model.errors import Frame
from smokejumper.model.readings import Readings
from smokejumper.plays.gather import digest_of, needles
from smokejumper.sources.files import LogFile, open_inputs

Tables = dict[str, dict[str, int]]
"""By name of the table: a number by row."""

SIZES = (1 << 20, 3 << 20, 7 << 20, 64 << 20)
"""Bytes of one part, roughly."""
UNSEEN = "(start not in log)"
PROCESSES = ("genserver", "task", "liveview", "channel", "supervisor")
KINDS = {"request": ("request",), "process": PROCESSES, "job": ("oban",), "connect": ("other",)}
"""The generator's words for where an exception stands, in ours."""
OURS = {ours: kind for kind, all_of_it in KINDS.items() for ours in all_of_it}


def read_whole(path: Path) -> LogDigest:
    """The digest of a log as commands read it: in two processes where it is large."""
    return digest_of(open_inputs([path]).logs)


def read_in_parts(path: Path, size: int) -> LogDigest:
    """The digest of a log whose parts, of about this many bytes, were read alone and then added, neighbours first."""
    (log,) = open_inputs([path]).logs
    wanted = needles()
    sums: list[tuple[int, LogDigest]] = []
    for data in _parts(log, size):
        height, sum_ = 0, digests.part(data, log.layout, wanted)
        while sums and sums[-1][0] == height:
            sum_ = digests.merge(sums.pop()[1], sum_, log.layout, wanted)
            height += 1
        sums.append((height, sum_))
    sum_ = sums.pop()[1]
    while sums:
        sum_ = digests.merge(sums.pop()[1], sum_, log.layout, wanted)
    return digests.complete(sum_, log.layout, wanted)


def _parts(log: LogFile, size: int) -> Iterator[bytes]:
    """Stretches of the log of seven to nine eighths of this size: wherever that falls, the same each time."""
    dice = random.Random(size)  # noqa: S311 - a seed, so that a failure comes again
    with log.open() as stream:
        while True:
            left, part = size + dice.randint(-size // 8, size // 8), b""
            while left > 0 and (got := stream.read(left)):
                part += got
                left -= len(got)
            if not part:
                return
            yield part


def read(digest: LogDigest) -> Tables:
    """What the reader says."""
    case = Case(digest, Readings())
    return {
        "lines": {"all": digest.lines, "by nobody read": digest.unparsed},
        "lines by provider": dict(digest.providers),
        "machines": {f"{machine} {region}": 1 for machine, region in case.regions.items()},
        "window": {"begins": int(digest.first or 0)},
        **_requests(case),
        **_failures(case),
        **{f"exceptions: {kind}": dict(case.type_counts(ours)) for kind, ours in KINDS.items()},
        "groups": _groups(case),
        "proxy codes": _proxy_codes(digest),
    }


def _requests(case: Case) -> Tables:
    """Requests that began, answers, and what is open at the end."""
    digest = case.digest
    status, by_machine, by_endpoint = Counter[str](), Counter[str](), Counter[str]()
    found, missing = set(), Counter[tuple[str, str]]()
    for (machine, raw, class_), row in digest.answers.items():
        count = sum(row.statuses.values())
        status.update({str(code): n for code, n in row.statuses.items()})
        by_machine[machine] += count
        endpoint = case.endpoint(raw)
        by_endpoint[endpoint] += count
        if class_ == "missing":
            missing[endpoint, raw.partition(" ")[0]] += count
        else:
            found.add(endpoint)
    pairs = by_machine.total()
    for (endpoint, method), count in missing.items():
        if endpoint not in found:
            by_endpoint[endpoint] -= count
            by_endpoint[f"{method} (no route)"] += count
    open_machine, open_endpoint = Counter[str](), Counter[str]()
    for start in (start for starts in digest.started.values() for start in starts):
        open_machine[start.machine] += 1
        open_endpoint[case.endpoint(f"{start.method} {template(start.path)}")] += 1
    early = [end for ends in digest.ended.values() for end in ends]
    status.update(str(end.status) for end in early)
    classes = Counter[str]()
    for code, n in status.items():
        classes[f"{code[0]}xx"] += n
    by_machine += open_machine
    by_endpoint += open_endpoint
    return {
        "requests": {
            "pairs": pairs,
            "started": pairs + open_machine.total(),
            "ended without start": len(early),
            "unfinished": open_machine.total(),
        },
        "requests by machine": dict(by_machine),
        "requests by region": _by_region(case, by_machine),
        "requests by endpoint": dict(by_endpoint),
        "responses by status": dict(status),
        "responses by class": dict(classes),
        "unfinished by machine": dict(open_machine),
        "unfinished by endpoint": dict(open_endpoint),
        "unfinished": {rid: len(starts) for rid, starts in digest.started.items()},
    }


def _by_region(case: Case, by_machine: Counter[str]) -> dict[str, int]:
    by = Counter[str]()
    for machine, count in by_machine.items():
        by[case.regions.get(machine, "")] += count
    return dict(by)


def _failures(case: Case) -> Tables:
    """Answers with 5xx that were printed: what Cowboy answered without a word is a failure too, but no `Sent` line."""
    cells = Counter({(machine, endpoint or UNSEEN): cell.failed for (machine, endpoint), cell in case.cells.items()})
    for (machine, method, path), balance in case.digest.crashes.items():
        if balance < 0:
            cells[machine, case.endpoint(f"{method} {template(path)}")] += balance
    by_machine, by_endpoint = Counter[str](), Counter[str]()
    for (machine, endpoint), count in cells.items():
        by_machine[machine] += count
        by_endpoint[endpoint] += count
    return {
        "5xx": {"all": cells.total()},
        "5xx by machine": dict(by_machine),
        "5xx by region": _by_region(case, by_machine),
        "5xx by endpoint": dict(by_endpoint),
        "5xx by machine, region and endpoint": {
            f"{machine} {case.regions.get(machine, '')} {endpoint}": count
            for (machine, endpoint), count in cells.items()
        },
    }


def _groups(case: Case) -> dict[str, int]:
    by = Counter[str]()
    for signature, group in case.digest.groups.items():
        if group.kind in {"platform", "log"}:
            continue
        type_ = group.type if group.kind == "error" else f"exit:{group.reason}"
        name = f"{OURS.get(group.process, group.process)} {type_} in {_culprit(group.culprit)}"
        by[name] += group.span.count
        for (machine, _), span in case.places[signature].items():
            by[f"{name} on {machine}"] += span.count
    return dict(by)


def _proxy_codes(digest: LogDigest) -> dict[str, int]:
    by = Counter[str]()
    for group in digest.groups.values():
        if group.kind == "platform" and group.name:
            by["PM05" if group.name == "proxy" else group.name] += group.span.count  # text leaves out this one code
    return dict(by)


def _culprit(frame: Frame | None) -> str:
    return f"{frame.file}:{frame.line}: {arity(frame.function)}" if frame else "no file of the application"


def told(truth: dict[str, Any]) -> Tables:
    """What the generator says, in the same tables and with our word for a parameter of a path."""
    told_ = _told(truth)
    return {name: {row.replace("/:token", "/:id"): n for row, n in table.items()} for name, table in told_.items()}


def _told(truth: dict[str, Any]) -> Tables:
    requests, failed, unfinished = truth["requests"], truth["http_5xx"], truth["unfinished"]
    groups = Counter[str]()
    for group in truth["groups"]:
        name = f"{group['kind']} {group['type']} in {_culprit(group['culprit'] and Frame(None, **group['culprit']))}"
        groups[name] += group["count"]
        for machine, count in group["by_machine"].items():
            groups[f"{name} on {machine}"] += count
    return {
        "lines": {"all": truth["file"]["lines"], "by nobody read": 0},
        "lines by provider": truth["file"]["lines_by_provider"],
        "machines": {f"{machine['id']} {machine['region']}": 1 for machine in truth["machines"]},
        "window": {"begins": int(epoch(truth["window"]["from"]) or 0)},
        "requests": {
            "pairs": requests["pairs"],
            "started": requests["started"],
            "ended without start": requests["ended_without_start"],
            "unfinished": unfinished["total"],
        },
        **{f"requests by {by}": requests[f"started_by_{by}"] for by in ("machine", "region", "endpoint")},
        **{f"responses by {by}": truth["responses"][f"by_{by}"] for by in ("status", "class")},
        **{f"unfinished by {by}": unfinished[f"by_{by}"] for by in ("machine", "endpoint")},
        "unfinished": dict(Counter(unfinished["request_ids"])),
        "5xx": {"all": failed["total"]},
        **{f"5xx by {by}": failed[f"by_{by}"] for by in ("machine", "region", "endpoint")},
        "5xx by machine, region and endpoint": {
            f"{cell['machine']} {cell['region']} {cell['endpoint']}": cell["count"] for cell in failed["cells"]
        },
        **{f"exceptions: {kind}": truth["exceptions"][f"{kind}_by_type"] for kind in KINDS},
        "groups": dict(groups),
        "proxy codes": {
            name.removeprefix("proxy "): count
            for name, count in truth["other_lines"].items()
            if name.startswith("proxy ")
        },
    }


def compare(expected: Tables, got: Tables) -> Iterator[str]:
    """Every row in which two sets of tables differ; what is not there counts as 0."""
    for name in expected | got:
        theirs, ours = expected.get(name, {}), got.get(name, {})
        for row in sorted(theirs | ours):
            a, b = theirs.get(row, 0), ours.get(row, 0)
            if a != b:
                yield f"{name}: {row}: expected {a}, read {b}"


def changes(a: object, b: object, at: str = "") -> Iterator[str]:
    """Every place where two digests differ, down to the single field."""
    if isinstance(a, msgspec.Struct) and isinstance(b, msgspec.Struct):
        for field in a.__struct_fields__:
            yield from changes(getattr(a, field), getattr(b, field), f"{at}.{field}")
    elif isinstance(a, dict) and isinstance(b, dict):
        for key in a | b:
            yield from changes(a.get(key), b.get(key), f"{at}[{key!r}]")
    elif a != b:
        yield f"{at.removeprefix('.')}: {a!r} whole, {b!r} in parts"


def differences(path: Path, truth: dict[str, Any], sizes: Sequence[int] = SIZES) -> Iterator[str]:
    """Every difference between a generated log, read whole and in parts of these sizes, and its truth."""
    whole = read_whole(path)
    yield from compare(told(truth), read(whole))
    kept = digests.encode(whole)  # a case may not change what it is made of, but who knows
    for size in sizes:
        for change in changes(digests.decode(kept), read_in_parts(path, size)):
            yield f"parts of {size:,} bytes: {change}"


def load(path: Path) -> dict[str, Any]:
    """A truth from its file."""
    data = path.read_bytes()
    truth: dict[str, Any] = json.loads(gzip.decompress(data) if path.suffix == ".gz" else data)
    return truth


def main() -> int:
    """Compare, and say what differs."""
    parser = argparse.ArgumentParser(description="Compare what the reader says of a generated log with its truth.")
    parser.add_argument("log", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument(
        "--sizes", type=int, nargs="*", default=SIZES, metavar="BYTES", help="of parts (default: 1, 3, 7 and 64 MiB)"
    )
    options = parser.parse_args()
    found = 0
    for difference in differences(options.log, load(options.truth), options.sizes):
        print(difference)
        found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
