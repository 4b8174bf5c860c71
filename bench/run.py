"""Measure how fast logs are read, side by side with other tools, and write docs/speed.md.

python bench/run.py            logs of up to 4,000,000 lines, five rounds
python bench/run.py --quick    100,000 and 1,000,000 lines, three rounds; the page goes to standard output

Every tool is a whole process that runs in turn with the others, and times are compared with grep's in the same round:
the machine may be noisy, but it is so for all. Logs come from the generator `make_log.py`, which also knows what is in
them. Tools that are missing are named.
"""

import argparse
import importlib.metadata
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GENERATOR = Path("../shared/bench/make_log.py")
PAGE = ROOT / "docs" / "speed.md"
RECORDED = "tests/corpus/phoenix/memory_leak_oom_one_instance/fly.txt"
PATTERN = "Sent 5[0-9][0-9] in"
TRIAGE, SCOPE, GREP, LNAV, DRAIN = "smokejumper triage", "smokejumper scope", "grep -cE", "lnav", "Drain3"
OURS = (TRIAGE, SCOPE)
HELP, CASE = "`smokejumper --help`", "`smokejumper triage`, recorded case"
EVERY = 0.004
"""Seconds between two looks at the memory."""

STORM = ("--fault-machines", "6", "--fault-seconds", "99999")
FORMAT = """{"fly_json_log": {"title": "fly logs --json", "json": true, "hide-extra": true, "file-pattern": ".*",
 "timestamp-field": "timestamp", "level-field": "level", "body-field": "message",
 "line-format": [{"field": "__timestamp__"}, " ", {"field": "instance"}, " ", {"field": "message"}],
 "value": {"instance": {"kind": "string", "identifier": true}, "region": {"kind": "string"},
           "meta": {"kind": "json", "hidden": true}}}}
"""
"""What lnav must be told of `fly logs --json`; the text it knows."""

HEAD = """# Speed

<!-- Written by `make bench`. Run it instead of editing. -->

Every row is a whole process, from its start to its end, its output into a pipe, the log in the page cache. All tools
took turns, {rounds}; times are medians, *against grep* is the median (and the range) of the ratios to
`LC_ALL=C grep -cE '{pattern}'` on the same log in the same round. *CPU* is user time of all its processes,
*memory* the highest sum over all its processes of what each one holds (proportional set size), looked at every
{every:.0f} ms in a run of its own; tools that map the log (rg, lnav) are charged with its pages. The tools do different
jobs: grep, rg and wc count, lnav indexes every line, Drain3 mines templates of messages, `scope` says where requests
fail, `triage` pairs every request, groups every exception and judges the causes.
"""

REASONS = """## Why, where it falls short

- **`triage`**: each line costs Python one or two microseconds even where thousands of them go through one pattern in
  bulk, since each request must be kept under its id until its answer comes. Two processes share the log, and then one
  of them adds both sums. grep keeps nothing.
- **`scope`**: it is the same reader as `triage` and costs the same. A second, shorter one, that only counts, would be
  faster and would be a second truth: which error belongs to which answer, and which path to which route, is known only
  when everything was read.
- **A storm**: each failure brings a dozen lines of stack trace, which are read and not skipped, for what follows a
  known head may still be another error.
- **Memory**: two processes hold a catalogue, the tables of open requests (20,000 entries each) and a piece of the log.
- **A recorded case**: Python's start, the command line, and the patterns of the causes, which are compiled when the
  first error asks for them, take nearly all of it.
- **NDJSON**: an object costs as much to decode as a line of text to read, and has twice the bytes.
"""


@dataclass(frozen=True)
class Log:
    """A log to generate."""

    name: str
    lines: int
    rate: int
    format: str = "txt"
    options: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """Its name on disk."""
        return self.name.replace(",", "").replace(" ", "-") + ".log"


SMALL, MEDIUM = Log("100,000 lines", 100_000, 15), Log("1,000,000 lines", 1_000_000, 150)
LARGE = Log("4,000,000 lines", 4_000_000, 600)
STORMY = Log("4,000,000 lines, storm", 4_000_000, 600, options=STORM)
OTHERS = (
    Log("1,000,000 lines, ANSI colours", 1_000_000, 150, "txt-ansi"),
    Log("1,000,000 lines, NDJSON", 1_000_000, 150, "ndjson"),
)


@dataclass(frozen=True)
class Tool:
    """A command to measure; the log's path is put behind it."""

    name: str
    command: tuple[str, ...]
    version: str
    codes: tuple[int, ...] = (0,)
    largest: int = 1 << 60
    """Lines of the largest log that it can be asked to read."""


@dataclass
class Times:
    """What one command took, round by round, and its memory in MB."""

    wall: list[float] = field(default_factory=list)
    user: list[float] = field(default_factory=list)
    memory: float | None = None


Results = dict[tuple[str, str], Times]
"""By log and tool."""


def say(text: str) -> None:
    """Progress, for the person who waits."""
    print(text, file=sys.stderr, flush=True)


# ---- one process


def timed(command: Sequence[str], codes: Sequence[int], environment: dict[str, str]) -> tuple[float, float]:
    """Wall and user time of a command and its children, in seconds.

    Raises:
        SystemExit: it failed.
    """
    with tempfile.TemporaryFile() as errors:
        begun = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, env=environment, cwd=ROOT)
        while process.stdout and process.stdout.read(1 << 16):
            pass
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in codes:
            errors.seek(0)
            said = errors.read()[-2000:].decode(errors="replace")
            sys.exit(f"{' '.join(command)} ended with {process.returncode}: {said}")
    return wall, usage.ru_utime


def peak(command: Sequence[str], environment: dict[str, str]) -> float | None:
    """The most memory in MB that a command and its children hold together; None where the system does not tell."""
    if not Path("/proc/self/smaps_rollup").exists():
        return None
    most = 0
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL, env=environment, cwd=ROOT)
        while process.poll() is None:
            most = max(most, sum(_held(pid) for pid in _family(process.pid)))
            time.sleep(EVERY)
    return most / 1000


def _family(pid: int) -> list[int]:
    """A process and all that it started."""
    found = [pid]
    for parent in found:
        try:
            for children in Path(f"/proc/{parent}/task").glob("*/children"):
                found += map(int, children.read_text().split())
        except OSError:
            continue  # it has ended
    return found


def _held(pid: int) -> int:
    """Memory in kB, pages that several share divided among them."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024 // 1000
    except OSError:
        pass  # it has ended
    return 0


# ---- what is measured


def tools(drain_python: str, config: Path) -> tuple[list[Tool], list[str]]:
    """What can be measured here, and what cannot."""
    found, missing = [], []
    version = importlib.metadata.version("smokejumper") if _installed() else "from the checkout"
    run = (sys.executable, "-m", "smokejumper")
    for name, command in (
        (GREP, ("grep", "-cE", PATTERN)),
        ("rg -c", ("rg", "-c", PATTERN)),
        ("wc -l", ("wc", "-l")),
    ):
        if shutil.which(command[0]):
            found.append(Tool(name, command, _version(command[0])))
        else:
            missing.append(f"`{command[0]}`")
    found.append(Tool(TRIAGE, (*run, "triage", "--json"), version, codes=(0, 1)))
    found.append(Tool(SCOPE, (*run, "scope", "--json"), version, codes=(0, 1)))
    if shutil.which("lnav"):
        fly = config / "formats" / "fly"
        fly.mkdir(parents=True)
        (fly / "format.json").write_text(FORMAT, encoding="utf-8")
        count = ";select count(*) from all_logs"
        found.append(Tool(LNAV, ("lnav", "-n", "-I", str(config), "-c", count), _version("lnav")))
    else:
        missing.append("`lnav`")
    asked = (drain_python, "-c", "from importlib.metadata import version; import drain3; print(version('drain3'))")
    answer = subprocess.run(asked, check=False, capture_output=True, text=True)
    if answer.returncode == 0:
        script = (drain_python, str(ROOT / "bench" / "drain.py"))
        found.append(Tool(DRAIN, script, answer.stdout.strip(), largest=SMALL.lines))
    else:
        missing.append("Drain3 (`pip install drain3` somewhere, and `--drain-python` names that Python)")
    if GREP not in {tool.name for tool in found}:
        sys.exit("There is no grep here, and everything is compared with it.")
    return found, missing


def _installed() -> bool:
    try:
        importlib.metadata.version("smokejumper")
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _version(program: str) -> str:
    said = subprocess.run([program, "--version"], check=False, capture_output=True, text=True).stdout
    return next((word for word in said.split() if word[:1].isdigit() and "." in word), "?")


def generate(log: Log, generator: Path, folder: Path) -> None:
    """Write a log and its truth."""
    say(f"writing {log.name}")
    path = folder / log.file
    command = [sys.executable, str(generator), "--lines", str(log.lines), "--rate", str(log.rate)]
    command += ["--format", log.format, *log.options, "--out", str(path), "--truth", f"{path}.json"]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)


def measure(logs: Sequence[Log], all_tools: Sequence[Tool], rounds: int, folder: Path) -> Results:
    """Run every tool on every log, in turn."""
    environment = _environment(folder)
    results: Results = {}
    pairs = [(log, tool) for log in logs for tool in all_tools if log.lines <= tool.largest]
    for log in logs:  # into the page cache: whoever came first would pay for the disk
        timed((*all_tools[0].command, str(folder / log.file)), all_tools[0].codes, environment)
    for round_ in range(rounds):
        say(f"round {round_ + 1} of {rounds}")
        for log, tool in pairs:
            wall, user = timed((*tool.command, str(folder / log.file)), tool.codes, environment)
            times = results.setdefault((log.name, tool.name), Times())
            times.wall.append(wall)
            times.user.append(user)
            say(f"  {log.name:32} {tool.name:20} {wall:8.3f} s")
    say("memory")
    for log, tool in pairs:
        results[log.name, tool.name].memory = peak((*tool.command, str(folder / log.file)), environment)
    return results


def _environment(folder: Path) -> dict[str, str]:
    """As a script would call it: plain bytes, no colour, nobody's settings."""
    return os.environ | {"LC_ALL": "C", "NO_COLOR": "1", "TERM": "dumb", "HOME": str(folder)}


def start_up(rounds: int, folder: Path) -> dict[str, list[float]]:
    """Wall times of what is over before any log matters."""
    run = (sys.executable, "-m", "smokejumper")
    commands = {
        "`python -c pass`": (sys.executable, "-c", "pass"),
        HELP: (*run, "--help"),
        CASE: (*run, "triage", RECORDED),
        "`smokejumper scope`, recorded case": (*run, "scope", RECORDED),
    }
    found: dict[str, list[float]] = {name: [] for name in commands}
    say("start-up")
    for round_ in range(2 * rounds + 1):
        for name, command in commands.items():
            wall, _ = timed(command, (0, 1), _environment(folder))
            if round_:  # the first one warms up
                found[name].append(wall)
    return found


def untrue(logs: Sequence[Log], folder: Path) -> list[str]:
    """The logs of which the reader says something else than the generator."""
    wrong = []
    for log in logs:
        say(f"answers: {log.name}")
        path = folder / log.file
        command = [sys.executable, str(ROOT / "bench" / "truth.py"), str(path), f"{path}.json"]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            wrong.append(f"{log.name} ({done.stdout.count(chr(10)) or done.stderr[-200:]} differences)")
            say("".join(f"  {line[:300]}\n" for line in (done.stdout + done.stderr).splitlines()[:10]))
    return wrong


# ---- what it means


def ratios(results: Results, log: Log, tool: str) -> list[float]:
    """The times of a tool in grep's of the same round."""
    return [a / b for a, b in zip(results[log.name, tool].wall, results[log.name, GREP].wall, strict=True)]


def exponent(results: Results, tool: str, start: float) -> float:
    """How time grows with the lines, from 1 M to 4 M: 1 is in proportion. Without the start-up, which would flatter."""
    large, medium = (results[log.name, tool].wall for log in (LARGE, MEDIUM))
    growth = statistics.median((a - start) / max(b - start, 1e-3) for a, b in zip(large, medium, strict=True))
    return math.log(growth) / math.log(LARGE.lines / MEDIUM.lines)


@dataclass(frozen=True)
class Target:
    """What was promised, and what came of it."""

    what: str
    limit: float
    measured: float | None
    form: str = "{:.2f}"

    def row(self) -> str:
        """Its row of the table."""
        limit = f"at most {self.form.format(self.limit)}"
        if self.measured is None:
            return f"| {self.what} | {limit} | not measured | |"
        verdict = "pass" if self.measured <= self.limit else f"**falls short** ({self.measured / self.limit:.1f} times)"
        return f"| {self.what} | {limit} | {self.form.format(self.measured)} | {verdict} |"


def targets(results: Results, starts: dict[str, list[float]]) -> list[Target]:
    """The targets of the benchmark kit, judged."""
    names = {log for log, _ in results}

    def against_grep(tool: str, log: Log) -> float | None:
        return statistics.median(ratios(results, log, tool)) if log.name in names else None

    start, recorded = (statistics.median(starts[name]) for name in (HELP, CASE))
    grown = {MEDIUM.name, LARGE.name} <= names
    memory = [times.memory for (_, tool), times in results.items() if tool in OURS and times.memory is not None]
    times_, seconds = "{:.1f} times grep", "{:.2f} s"
    return [
        Target("`triage`, 4,000,000 lines", 8, against_grep(TRIAGE, LARGE), times_),
        Target("`scope`, 4,000,000 lines", 2.5, against_grep(SCOPE, LARGE), times_),
        Target("`triage`, storm", 16, against_grep(TRIAGE, STORMY), times_),
        Target("`scope`, storm", 5, against_grep(SCOPE, STORMY), times_),
        Target("memory of all processes, any log", 120, max(memory, default=None), "{:.0f} MB"),
        Target("`triage`, growth from 1 M to 4 M lines", 1.05, exponent(results, TRIAGE, start) if grown else None),
        Target("`scope`, growth from 1 M to 4 M lines", 1.05, exponent(results, SCOPE, start) if grown else None),
        Target("`triage` of a recorded case", 0.4, recorded, seconds),
        Target("`--help`", 0.2, start, seconds),
    ]


def machine() -> str:
    """Where this was measured."""
    model = ""
    cpus = Path("/proc/cpuinfo")
    if cpus.exists():
        lines = cpus.read_text(encoding="utf-8").splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    load = ", ".join(f"{x:.1f}" for x in os.getloadavg())
    return (
        f"{os.cpu_count()} cores{f' ({model})' if model else ''}, {memory:.0f} GB, {platform.system()}"
        f" {platform.machine()}, {platform.python_implementation()} {platform.python_version()};"
        f" load when it was over: {load} (1, 5, 15 minutes)."
    )


def page(
    results: Results,
    starts: dict[str, list[float]],
    wrong: list[str] | None,
    all_tools: Sequence[Tool],
    missing: Sequence[str],
    logs: Sequence[Log],
    rounds: int,
) -> str:
    """docs/speed.md."""
    parts = [
        HEAD.format(rounds="once" if rounds == 1 else f"{rounds} times", pattern=PATTERN, every=EVERY * 1000),
        "## Targets\n",
    ]
    parts += ["| what | target | measured | |", "| --- | --- | --- | --- |"]
    parts += [target.row() for target in targets(results, starts)]
    answers = "not compared |" if wrong is None else f"**differ**: {'; '.join(wrong)} |" if wrong else "equal | pass"
    parts.append(f"| answers, whole and in parts of 1, 3, 7 and 64 MiB | equal to the truth | {answers} |")
    parts.append(
        "\nGrowth is the exponent of the time less the start-up: 1 is in proportion. A storm, in which a quarter of all"
        " requests fail, may take twice what is allowed without.\n"
    )
    parts.append(REASONS)
    parts.append("## Side by side\n")
    for log in logs:
        parts += [f"### {log.name}\n", "| tool | wall | CPU | lines a second | memory | against grep |"]
        parts.append("| --- | ---: | ---: | ---: | ---: | ---: |")
        for tool in all_tools:
            times = results.get((log.name, tool.name))
            if times is None:
                continue
            wall, user = statistics.median(times.wall), statistics.median(times.user)
            near = sorted(ratios(results, log, tool.name))
            memory = "?" if times.memory is None else f"{max(times.memory, 1):.0f} MB"
            against = "1" if tool.name == GREP else f"{statistics.median(near):.2f} ({near[0]:.2f} to {near[-1]:.2f})"
            parts.append(
                f"| {tool.name} | {wall:.3f} s | {user:.3f} s | {log.lines / wall:,.0f} | {memory} | {against} |"
            )
        parts.append("")
    parts += ["## Start-up\n", "| what | median | range |", "| --- | ---: | ---: |"]
    parts += [
        f"| {name} | {statistics.median(walls):.3f} s | {min(walls):.3f} to {max(walls):.3f} s |"
        for name, walls in starts.items()
    ]
    lines = (ROOT / RECORDED).read_bytes().count(b"\n")
    parts.append(f"\nThe recorded case is `{RECORDED}` with {lines:,} lines, shown as a person sees it.\n")
    parts += ["## The machine\n", machine(), ""]
    parts.append("Versions: " + ", ".join(dict.fromkeys(f"{t.name.split()[0]} {t.version}" for t in all_tools)) + ".")
    if missing:
        parts.append(f"Not here, so not measured: {', '.join(missing)}.")
    return "\n".join(parts) + "\n"


def main() -> int:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description="Measure how fast logs are read, side by side with other tools.")
    parser.add_argument("--quick", action="store_true", help="100,000 and 1,000,000 lines and three rounds only")
    parser.add_argument("--rounds", type=int, help="how often each tool runs (default 5, quick 3)")
    parser.add_argument(
        "--generator", type=Path, default=ROOT / GENERATOR, metavar="FILE", help=f"make_log.py (default {GENERATOR})"
    )
    parser.add_argument("--drain-python", default=sys.executable, metavar="FILE", help="a Python that has drain3")
    parser.add_argument("--no-answers", action="store_true", help="do not compare the answers with the truth")
    parser.add_argument("--out", type=Path, help="the page (default docs/speed.md, quick: standard output)")
    options = parser.parse_args()
    if not options.generator.is_file():
        parser.error(f"{options.generator} is not there: name the generator with --generator.")
    rounds = max(1, options.rounds or (3 if options.quick else 5))
    logs = (SMALL, MEDIUM) if options.quick else (SMALL, MEDIUM, *OTHERS, LARGE, STORMY)
    with tempfile.TemporaryDirectory(prefix="smokejumper-bench-") as name:
        folder = Path(name)
        all_tools, missing = tools(options.drain_python, folder / "lnav")
        for lack in missing:
            say(f"not here: {lack}")
        for log in logs:
            generate(log, options.generator.resolve(), folder)
        starts = start_up(rounds, folder)
        results = measure(logs, all_tools, rounds, folder)
        wrong = None if options.no_answers else untrue(logs, folder)
    text = page(results, starts, wrong, all_tools, missing, logs, rounds)
    out = options.out or (None if options.quick else PAGE)
    if out is None:
        print(text, end="")
    else:
        out.write_text(text, encoding="utf-8")
        say(f"wrote {out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
