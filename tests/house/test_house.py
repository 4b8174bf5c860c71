"""The house about itself: what must hold of the tracked files, whatever they say."""

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import smokejumper

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

# Each is written so that it does not match itself.
LEAKS = {
    "a path of one machine": rb"/(work|farm|root)/",
    "a package registry": rb"registry[.]npmjs|registry[.]yarnpkg|pypi[.]org/simple|files[.]pythonhosted|deb[.]debian",
    "an index of packages": rb"--(extra-)?index[-]url|--find[-]links|registry [=] .http|.resolved[\"]: .http",
}


def tracked(*patterns: str) -> list[Path]:
    """Files that git knows, and those that it soon will."""
    if not (ROOT / ".git").exists():
        pytest.skip("no git checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    return [path for name in sorted(set(listed.stdout.split("\0")) - {""}) if (path := ROOT / name).is_file()]


def _line(text: bytes, at: int) -> int:
    return text.count(b"\n", 0, at) + 1


def pins(path: str) -> dict[str, str]:
    """Package and version of every pin in a file of requirements."""
    found = re.findall(r"(?m)^([A-Za-z0-9_.-]+)==([^ ;]+)", (ROOT / path).read_text(encoding="utf-8"))
    return dict(found)


@pytest.mark.parametrize("what", LEAKS)
def test_no_tracked_file_names(what: str) -> None:
    pattern = re.compile(LEAKS[what])
    found = []
    for path in tracked():
        text = path.read_bytes()
        found += [f"{path.relative_to(ROOT)}:{_line(text, hit.start())}: {hit[0]!r}" for hit in pattern.finditer(text)]
    assert not found, f"{what} stands in:\n" + "\n".join(found)


def test_the_needles_find_what_they_are_for() -> None:
    samples = {
        "a path of one machine": f"cd {Path('/') / 'root' / 'x'}",
        "a package registry": "https://registry" + ".npmjs.org",
        "an index of packages": "pip install --index" + "-url x",
    }
    assert samples.keys() == LEAKS.keys()
    assert all(re.search(LEAKS[what], text.encode()) for what, text in samples.items())


def test_one_version_everywhere() -> None:
    version = PROJECT["project"]["version"]
    headings = re.findall(r"(?m)^## \[([^]]+)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    assert smokejumper.__version__ == version
    assert importlib.metadata.version("smokejumper") == version
    assert headings[0] == "Unreleased"
    assert headings[1:2] in ([], [version]), "the newest release of CHANGELOG.md is not the version of pyproject.toml"


def test_both_commands_start_the_same() -> None:
    ours = importlib.metadata.entry_points(group="console_scripts")
    assert {e.name: e.value for e in ours if e.value.startswith("smokejumper")} == dict.fromkeys(
        ("smokejumper", "sj"), "smokejumper.cli:main"
    )


def test_imports_go_as_drawn() -> None:
    run = "from importlinter.cli import lint_imports_command as run; run(['--no-logo', '--no-cache'])"
    done = subprocess.run([sys.executable, "-c", run], cwd=ROOT, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_module_says_why_it_exists() -> None:
    modules = tracked("src/*.py")
    assert modules
    bare = [p.relative_to(ROOT).as_posix() for p in modules if not ast.get_docstring(ast.parse(p.read_bytes()))]
    assert not bare


def test_pins_agree() -> None:
    """The lists in pyproject.toml and both files of requirements come from one run of scripts/lock."""
    uv = PROJECT["tool"]["uv"]
    everything = pins("requirements-dev.txt")
    listed = dict(re.findall(r"^([A-Za-z0-9_.-]+)==([^ ;]+)", pin)[0] for pin in uv["constraint-dependencies"])
    build = dict(re.findall(r"^([A-Za-z0-9_.-]+)==([^ ;]+)", pin)[0] for pin in uv["build-constraint-dependencies"])
    assert everything == listed
    assert pins("requirements.txt").items() <= everything.items()
    assert build.items() <= pins("requirements.txt").items()


def test_every_dependency_is_pinned() -> None:
    """Somebody who changes pyproject.toml has to run scripts/lock."""
    groups = PROJECT["dependency-groups"]
    wanted = [*PROJECT["project"]["dependencies"], *(d for g in groups.values() for d in g if isinstance(d, str))]
    names = {re.split(r"[^A-Za-z0-9_.-]", d)[0] for d in wanted}
    assert names <= pins("requirements-dev.txt").keys()


@pytest.mark.parametrize("path", ["requirements.txt", "requirements-dev.txt"])
def test_every_pin_has_its_hash(path: str) -> None:
    blocks = re.split(r"(?m)^(?=[A-Za-z0-9])", (ROOT / path).read_text(encoding="utf-8"))[1:]
    assert blocks
    assert all("--hash=sha256:" in block for block in blocks)
