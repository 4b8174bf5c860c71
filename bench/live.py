"""Measure how soon live sources give a first word and the whole verdict, and write docs/speed-live.md.

python bench/live.py           all recordings whose onset lies within 20 pages, each once with every source up and once
                               for each source that hangs
python bench/live.py --quick   a few of them; the page goes to standard output

The program runs as a whole process against simulators on this machine that take 50 to 200 ms for every answer.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from smokejumper.drill.faults import Fault
from smokejumper.drill.recording import of_recording
from smokejumper.drill.world import World

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "speed-live.md"
CORPUS = ROOT / "tests" / "corpus"
DELAY = (0.05, 0.2)
SOURCES = ("", "machines", "graphql|releases", "secrets", "metrics", "fly_status|supabase_status", "door", "logs")
FIRST_S, P50_S, P95_S = 2.0, 5.0, 10.0

HEAD = """# Speed, live

<!-- Written by `make bench`. Run it instead of editing. -->

Each run is a whole process, from its start: `smokejumper --app APP` against a simulated Fly that plays a recording,
on the same machine, with {low:.0f} to {high:.0f} ms for every answer. {runs} runs: {cases} recordings, each with every
source up and with each one hanging in turn. The first word is a line on standard error; without the log there is none.
"""


@dataclass(frozen=True)
class Run:
    """One run; times in seconds, `first` None where there was no first word."""

    case: str
    hanging: str
    first: float | None
    whole: float
    pages: int


def one(case: Path, hanging: str, seed: int) -> Run:
    """Run the program once against a recording, with one source hanging or none."""
    scenario = of_recording(case)
    faults = [Fault("hang", hanging)] if hanging else []
    with World(scenario, faults=faults, delay=DELAY, seed=seed) as world, tempfile.TemporaryFile() as out:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("FLY_", "SMOKEJUMPER_"))}
        begin, first = time.monotonic(), None
        with subprocess.Popen(
            [sys.executable, "-m", "smokejumper", "--app", scenario.app, "--json"],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.PIPE,
            env=kept | dict(world.environment()),
            cwd="/",
        ) as process:
            for line in process.stderr or ():
                if first is None and line.strip():
                    first = time.monotonic() - begin
        whole = time.monotonic() - begin
        out.seek(0)
        if not out.read().startswith(b'{"schema":"smokejumper.verdict/'):
            sys.exit(f"{case.name}, {hanging or 'all up'}: no verdict, exit code {process.returncode}")
        pages = len(world.asked("logs"))
    return Run(case.name, hanging, first if hanging != "logs" else None, whole, pages)


def quantile(values: list[float], share: float) -> float:
    """The value that `share` of all values do not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def page(runs: list[Run]) -> str:
    """The page."""
    firsts = [r.first for r in runs if r.first is not None]
    wholes = [r.whole for r in runs]
    cases = len({r.case for r in runs})
    parts = [HEAD.format(low=DELAY[0] * 1000, high=DELAY[1] * 1000, runs=len(runs), cases=cases)]
    parts += ["| what | target | measured | |", "| --- | --- | --- | --- |"]
    for what, target, value in (
        ("first word, slowest", FIRST_S, max(firsts)),
        ("whole verdict, half of the runs", P50_S, statistics.median(wholes)),
        ("whole verdict, 95 of 100 runs", P95_S, quantile(wholes, 0.95)),
    ):
        judged = "pass" if value <= target else "**falls short**"
        parts.append(f"| {what} | within {target:g} s | {value:.2f} s | {judged} |")
    parts += ["", "| hanging | first word, median | whole verdict, median | slowest | pages of log, median |"]
    parts.append("| --- | ---: | ---: | ---: | ---: |")
    for hanging in SOURCES:
        mine = [r for r in runs if r.hanging == hanging]
        if not mine:
            continue
        first = [r.first for r in mine if r.first is not None]
        times = [r.whole for r in mine]
        shown = f"{statistics.median(first):.2f} s" if first else "none"
        name = hanging.replace("|", " and ") or "nothing"
        pages = statistics.median(r.pages for r in mine)
        parts.append(f"| {name} | {shown} | {statistics.median(times):.2f} s | {max(times):.2f} s | {pages:.0f} |")
    return "\n".join(parts) + "\n"


def main() -> int:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description="Measure how soon live sources give a verdict.")
    parser.add_argument("--quick", action="store_true", help="three recordings; the page goes to standard output")
    options = parser.parse_args()
    cases = sorted(path.parent for path in CORPUS.glob("*/*/truth.json"))
    if options.quick:
        cases = cases[::9]
    runs = []
    for i, case in enumerate(cases):
        for j, hanging in enumerate(SOURCES):
            run = one(case, hanging, 100 * i + j)
            runs.append(run)
            first = f"{run.first:.2f} s" if run.first is not None else "none"
            print(f"{run.case}, {hanging or 'all up'}: {first}, {run.whole:.2f} s", file=sys.stderr)
    if options.quick:
        print(page(runs), end="")
    else:
        PAGE.write_text(page(runs), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
