"""`init`: what was found becomes a file, whole or not at all, and no token ever stands in it."""

import io
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from tests.keystore import Store, no_key_store

from smokejumper import config
from smokejumper.cli import init
from smokejumper.config import Environment, Settings, load
from smokejumper.errors import InputError
from smokejumper.plays import init as play

ROOT = Path(__file__).resolve().parents[2]
REF = "abcdefghijklmnopqrst"
TOKEN = "fm2_lJPECAAAAAAA"  # noqa: S105 - it must not be found again


@pytest.fixture(autouse=True)
def store() -> Iterator[Store]:
    with no_key_store():
        made = Store.made()
        keyring.set_keyring(made)
        yield made


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Production and staging, with a token and a password lying about."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "fly.toml").write_text('app = "acme"\n', encoding="utf-8")
    (tmp_path / "fly.staging.toml").write_text('app = "acme-staging"\n', encoding="utf-8")
    (tmp_path / ".env.prod").write_text(
        f"FLY_API_TOKEN={TOKEN}\nURL=postgres://postgres:hunter2@db.{REF}.supabase.co/postgres\n", encoding="utf-8"
    )
    monkeypatch.setenv("FLY_API_TOKEN", TOKEN)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(folder: Path, *parts: str, app: str | None = None, force: bool = False) -> None:
    before = sorted(folder.iterdir())
    with pytest.raises(InputError) as told:
        play.init(folder, app=app, force=force)
    assert told.value.code == 2
    for part in parts:
        assert part in f"{told.value.what} {told.value.hint}"
    assert sorted(folder.iterdir()) == before, "nothing half-written"


# ---- what must not happen


def test_a_file_that_is_there_is_not_overwritten(repo: Path) -> None:
    (repo / "smokejumper.toml").write_text("# mine\n", encoding="utf-8")
    refused(repo, "smokejumper.toml is there already", "--force")
    assert (repo / "smokejumper.toml").read_text(encoding="utf-8") == "# mine\n"


def test_no_secret_stands_in_the_file(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert init.command() == 0
    for text in ((repo / "smokejumper.toml").read_text(encoding="utf-8"), capsys.readouterr().out):
        assert TOKEN not in text
        assert "hunter2" not in text
        assert REF in text


def test_without_an_app_nothing_is_written(tmp_path: Path) -> None:
    refused(tmp_path, "names a Fly app", "smokejumper init --app NAME")
    (tmp_path / "mix.exs").write_text("app: :acme", encoding="utf-8")
    refused(tmp_path, "names a Fly app", "smokejumper init --app NAME")
    refused(tmp_path, "cannot be the name of a Fly app", app="../x")


def test_a_write_that_fails_leaves_what_was_there(repo: Path) -> None:
    """A folder of that name cannot be replaced."""
    (repo / "smokejumper.toml").mkdir()
    refused(repo, "cannot be written", force=True)


# ---- what is written


def test_what_was_found_is_written_and_read_back_the_same(repo: Path) -> None:
    path, text = play.init(repo)
    assert path == repo / "smokejumper.toml"
    assert path.read_text(encoding="utf-8") == text
    assert load(path) == Settings(
        default="prod",
        environments=(
            Environment(name="staging", app="acme-staging"),
            Environment(name="prod", app="acme", supabase=REF),
        ),
    )
    assert [entry.name for entry in repo.iterdir() if "smokejumper" in entry.name] == ["smokejumper.toml"]


def test_all_that_is_known_of_an_environment_is_written(tmp_path: Path) -> None:
    whole = Environment(name="prod", app="acme", org="acme-inc", url="https://acme.test", supabase=REF)
    path = tmp_path / "smokejumper.toml"
    path.write_text(play.render([whole], default="prod"), encoding="utf-8")
    assert load(path) == Settings(default="prod", environments=(whole,))


def test_where_there_is_no_production_there_is_no_default(repo: Path) -> None:
    (repo / "fly.toml").write_text('app = "acme-dev"\n', encoding="utf-8")
    assert load(play.init(repo)[0]).default == ""


def test_it_lies_at_the_root_of_the_project(repo: Path) -> None:
    (repo / "lib").mkdir()
    assert play.init(repo / "lib")[0] == repo / "smokejumper.toml"


def test_with_force_it_is_written_anew_even_where_it_was_broken(repo: Path) -> None:
    (repo / "smokejumper.toml").write_text("broken", encoding="utf-8")
    path, _ = play.init(repo, force=True)
    assert load(path).default == "prod"


def test_an_app_that_is_named_is_the_only_one(repo: Path) -> None:
    assert load(play.init(repo, app="acme-staging")[0]) == Settings(
        default="staging", environments=(Environment(name="staging", app="acme-staging"),)
    )


def test_an_app_may_be_named_where_nothing_is(tmp_path: Path) -> None:
    path, _ = play.init(tmp_path, app="acme")
    assert load(path) == Settings(default="prod", environments=(Environment(name="prod", app="acme"),))


def test_others_may_read_it_as_any_file_of_the_repo(repo: Path) -> None:
    path, _ = play.init(repo)
    (repo / "other").touch()
    assert path.stat().st_mode == (repo / "other").stat().st_mode


def test_the_screen_shows_where_it_lies_and_what_it_says(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    init.command()
    shown = capsys.readouterr().out
    assert f"  {repo / 'smokejumper.toml'}\n" in shown
    assert '  default = "prod"\n' in shown
    assert '  [env.staging]\n  app = "acme-staging"\n' in shown


# ---- keeping a token


def piped(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))


def test_a_token_from_a_pipe_goes_to_the_key_store_and_nowhere_else(
    repo: Path, store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    piped(monkeypatch, f"FlyV1 {TOKEN}\n".encode())
    assert init.command(store_token=True) == 0
    assert store.kept == {("smokejumper", "fly"): TOKEN}
    assert TOKEN not in "".join(capsys.readouterr())
    assert not (repo / "smokejumper.toml").exists()


@pytest.mark.parametrize("data", [b"", b"\n", b"Bearer \n", b"two words", b"\xff\xfe", b"a\nb"])
def test_what_is_no_token_is_not_kept(store: Store, monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    piped(monkeypatch, data)
    with pytest.raises(InputError, match="No token was given"):
        init.command(store_token=True)
    assert store.kept == {("smokejumper", "fly"): None}


def test_without_a_key_store_the_sentence_says_what_to_do_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring.set_keyring(Store.made(wrong=RuntimeError(TOKEN)))
    piped(monkeypatch, TOKEN.encode())
    with pytest.raises(InputError, match="key store does not take the token") as told:
        init.command(store_token=True)
    assert TOKEN not in told.value.what + told.value.hint
    assert config.TOKEN_VARIABLES[0] in told.value.hint


def test_a_token_that_is_typed_is_not_shown(tmp_path: Path) -> None:
    """In a terminal of its own, as the prompt speaks to the terminal and not to our output."""
    code = (
        "import keyring; from tests.keystore import Store; keyring.set_keyring(s := Store.made());"
        "from smokejumper.cli import init; init.command(store_token=True);"
        f"assert list(s.kept.values()) == [{TOKEN!r}]"
    )
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    shown = b""
    while b"not shown" not in shown:
        shown += os.read(ours, 1 << 10)
    os.write(ours, TOKEN.encode() + b"\n")
    try:
        while data := os.read(ours, 1 << 10):
            shown += data
    except OSError:  # a terminal whose other end is gone
        pass
    os.close(ours)
    assert child.wait() == 0, shown
    assert b"kept in the system's key store" in shown
    assert TOKEN.encode() not in shown
