"""The pages say what the program does: every command, option, cause and field has its place, and none is stale."""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import typer
from tests.cases import folder
from tests.cli.running import run

from smokejumper import cli
from smokejumper.causes import catalogue
from smokejumper.cli.app import NAMES, app
from smokejumper.cli.schemas import SCHEMAS, schema
from smokejumper.drill.recording import of_recording
from smokejumper.drill.world import World
from smokejumper.model import verdict

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md")), *sorted(DOCS.glob("*/*.md"))]
FAULT = folder("phoenix/coupon_match_error_deploy")


def text(page: str) -> str:
    """A page of the docs."""
    return (DOCS / page).read_text(encoding="utf-8")


def options() -> Iterator[tuple[str, str]]:
    """Every command with every name of its options."""
    root = typer.main.get_command(app)
    for name, command in {"": root, **getattr(root, "commands", {})}.items():
        yield from ((name, option) for parameter in command.params for option in parameter.opts if option[0] == "-")


def readme_commands() -> list[str]:
    """The lines of the README's shell blocks that call the program."""
    blocks = re.findall(r"(?ms)^```sh\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"))
    lines = [line for block in blocks for line in block.splitlines()]
    return [line.partition(" #")[0].strip() for line in lines if line.split(" ")[0] == "smokejumper"]


def test_generated_pages_are_current() -> None:
    """`make docs` would change nothing."""
    done = subprocess.run(
        [sys.executable, "scripts/docs.py", "--check"], cwd=ROOT, capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_command_has_its_place(name: str) -> None:
    """Every command has a section with its options."""
    page = text("commands.md")
    assert f"\n## smokejumper {name}\n" in page
    section = page.partition(f"\n## smokejumper {name}\n")[2].partition("\n## ")[0]
    wanted = [option for command, option in options() if command == name]
    assert wanted or name == "schema"
    assert [option for option in wanted if option not in section] == []


def test_the_program_has_its_place() -> None:
    """The options of the program itself stand on the page of commands."""
    section = text("commands.md").partition("\n## smokejumper\n")[2].partition("\n## ")[0]
    assert [option for command, option in options() if not command and option not in section] == []


@pytest.mark.parametrize("id_", catalogue.causes())
def test_a_cause_has_its_page(id_: str) -> None:
    """Every cause has a page, and a row in the list."""
    assert f"# {id_}\n" in text(f"causes/{id_}.md")
    assert f"| [{id_}]({id_}.md) |" in text("causes/README.md")


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_has_its_file(name: str) -> None:
    """Every published schema lies in the docs as the program prints it."""
    assert msgspec.json.decode(text(f"schemas/{name}.json")) == msgspec.json.decode(msgspec.json.encode(schema(name)))
    assert f"schemas/{name}.json" in text("README.md")


def test_every_field_of_the_verdict_is_explained() -> None:
    """Each field that `triage --json` may print stands on the page of the verdict."""
    structs = [s for s in vars(verdict).values() if isinstance(s, type) and issubclass(s, msgspec.Struct)]
    fields = {name for s in structs for name in s.__struct_encode_fields__}
    page = text("verdict.md")
    assert {name for name in fields if f"`{name}`" not in page} == set()


def test_every_exit_code_is_explained() -> None:
    """Each exit code that the program gives stands on the page of the verdict."""
    for code in (0, 1, 2, 3, 4, cli.FAULT_OF_OURS, cli.INTERRUPTED):
        assert f"| `{code}` |" in text("verdict.md")


@pytest.mark.parametrize("page", PAGES, ids=[p.relative_to(ROOT).as_posix() for p in PAGES])
def test_links_lead_somewhere(page: Path) -> None:
    """A link inside of the repository leads to a file or folder that is there."""
    prose = re.sub(r"(?ms)^```.*?^```", "", page.read_text(encoding="utf-8"))
    links = [link for link in re.findall(r"\]\(([^)\s#]+)[^)\s]*\)", prose) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_readme_shows_how_to_begin() -> None:
    """The README holds the commands that a newcomer needs."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for needed in ("make demo", "make test", "pipx install", "fly logs -n -j > fly.ndjson", "fly logs | smokejumper"):
        assert needed in readme
    assert len(readme_commands()) >= 8


@pytest.mark.parametrize("line", readme_commands())
def test_a_command_of_the_readme_runs(line: str, tmp_path: Path) -> None:
    """What the README shows runs as it is printed: on a recording in a file, else on the same one played live."""
    shutil.copy(FAULT / "fly.ndjson", tmp_path)
    if "fly.ndjson" in line or "explain" in line:
        done = run(*shlex.split(line)[1:], cwd=tmp_path)
        assert done.err == ""
    else:
        with World(of_recording(FAULT)) as world:
            (tmp_path / "fly.toml").write_text(f'app = "{world.scenario.app}"\n')
            (tmp_path / "mix.exs").write_text("defmodule Tern.MixProject do\n  def project, do: [app: :tern]\nend\n")
            done = run(*shlex.split(line)[1:], cwd=tmp_path, around=world.environment())
            assert not world.violations
    assert done.code in (0, 1), done.err
    assert done.out.strip()


def test_a_new_cause_fails_until_it_is_filled_in(tmp_path: Path) -> None:
    """The blank file of a cause is valid Python, bears its name, and is full of blanks; nothing is written over."""
    target = tmp_path / "src/smokejumper/causes/known"
    target.mkdir(parents=True)
    (tmp_path / "scripts").mkdir()
    script = shutil.copy(ROOT / "scripts/new_cause.py", tmp_path / "scripts")
    made = subprocess.run([sys.executable, script, "mail_bounced"], capture_output=True, check=False, text=True)
    assert made.returncode == 0, made.stderr
    found: dict[str, Any] = {}
    exec(compile((target / "mail_bounced.py").read_text(encoding="utf-8"), "mail_bounced.py", "exec"), found)  # noqa: S102
    assert found["CAUSE"].id == "mail_bounced"
    assert found["CAUSE"].examples[0].id == "mail_bounced"
    assert "FILL IN" in found["CAUSE"].remedy.mitigate
    for name in ("mail_bounced", "Mail-Bounced", ""):
        again = subprocess.run([sys.executable, script, name], capture_output=True, check=False, text=True)
        assert again.returncode == 2
        assert again.stderr.count("\n") == 1
