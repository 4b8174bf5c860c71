"""A long run: tests/fuzz.py for ten minutes, then logs of fresh seeds against their truth. One line says how it went.

python bench/soak.py
python bench/soak.py --seconds 60 --rounds 4
"""

import argparse
import resource
import shlex
import subprocess
import sys
import tempfile
import time
from itertools import cycle
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GENERATOR = Path("../shared/bench/make_log.py")
FORMATS = ("txt", "ndjson", "nats", "txt-ansi")
SHAPES = (
    (),
    ("--server", "cowboy", "--machines", "9"),
    ("--server", "bandit", "--machines", "2"),
    ("--fault-machines", "6", "--fault-seconds", "99999"),
    ("--users", "40", "--rate", "5"),
)
SIZES = ("200003", "1048576", "7340032")


def fuzz(seconds: int) -> bool:
    """Did the fuzzer find nothing?"""
    script = ROOT / "tests" / "fuzz.py"
    print(f"{script.relative_to(ROOT)} for {seconds} s", file=sys.stderr, flush=True)
    command = [sys.executable, str(script), "--seconds", str(seconds)]
    return subprocess.run(command, cwd=ROOT, stdout=sys.stderr, check=False).returncode == 0


def agrees(generator: Path, format_: str, options: tuple[str, ...], lines: int, seed: int, folder: Path) -> bool:
    """Does the reader say what the generator knows? If not, prints how to write that log again."""
    log = folder / "generated.log"
    words = ["--lines", str(lines), "--rate", str(max(2, lines * 3 // 20_000)), "--format", format_, *options]
    words += ["--seed", str(seed)]
    print("make_log.py", shlex.join(words), file=sys.stderr, flush=True)
    made = [sys.executable, str(generator), *words, "--out", str(log), "--truth", f"{log}.json"]
    subprocess.run(made, check=True, stderr=subprocess.DEVNULL)
    compare = [sys.executable, str(ROOT / "bench" / "truth.py"), str(log), f"{log}.json", "--sizes", *SIZES]
    return subprocess.run(compare, stdout=sys.stderr, check=False).returncode == 0


def main() -> int:
    """Run both, and say how it went."""
    parser = argparse.ArgumentParser(description="A long run of the fuzzer, and generated logs with fresh seeds.")
    parser.add_argument("--seconds", type=int, default=600, help="of the fuzzer (default 600)")
    parser.add_argument("--rounds", type=int, default=len(SHAPES), help=f"generated logs (default {len(SHAPES)})")
    parser.add_argument("--lines", type=int, default=200_000, help="of each generated log (default 200,000)")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of the first log (default: the time)")
    parser.add_argument(
        "--generator", type=Path, default=ROOT / GENERATOR, metavar="FILE", help=f"make_log.py (default {GENERATOR})"
    )
    options = parser.parse_args()
    if not options.generator.is_file():
        parser.error(f"{options.generator} is not there: name the generator with --generator.")
    begun = time.monotonic()
    sound = fuzz(options.seconds) if options.seconds else True
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="smokejumper-soak-") as name:
        logs = zip(range(options.rounds), cycle(FORMATS), cycle(SHAPES), strict=False)
        for round_, format_, shape in logs:
            seed = options.seed + round_
            wrong += not agrees(options.generator.resolve(), format_, shape, options.lines, seed, Path(name))
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (1 if sys.platform == "linux" else 1000) / 1000
    print(
        f"soak: fuzzing for {options.seconds} s {'found nothing' if sound else 'FAILED'},"
        f" {options.rounds - wrong} of {options.rounds} generated logs of {options.lines:,} lines read as they are,"
        f" {most:.0f} MB at most in one process, {time.monotonic() - begun:.0f} s"
    )
    return 0 if sound and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
