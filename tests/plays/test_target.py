"""Whom a command is about: chosen without a question, or refused with a sentence that says how to name it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.keystore import no_key_store

from smokejumper.errors import InputError
from smokejumper.plays.target import Target, resolve


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    with no_key_store():
        yield


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """Three environments, none of them production."""
    (tmp_path / ".git").mkdir()
    for name in ("qa", "staging", "dev"):
        (tmp_path / f"fly.{name}.toml").write_text(f'app = "acme-{name}"\n', encoding="utf-8")
    return tmp_path


def chosen(start: Path, *, env: str | None = None, app: str | None = None, **environ: str) -> Target:
    return resolve(start, env=env, app=app, environ={"FLY_CONFIG_DIR": str(start), **environ})


def refused(start: Path, *parts: str, env: str | None = None, app: str | None = None, **environ: str) -> None:
    with pytest.raises(InputError) as told:
        chosen(start, env=env, app=app, **environ)
    for part in parts:
        assert part in f"{told.value.what} {told.value.hint}"


def test_without_an_application_the_sentence_says_how_to_begin(tmp_path: Path) -> None:
    refused(tmp_path, "no application", "smokejumper --app NAME", "fly.toml", "fly logs | smokejumper")


def test_a_repo_that_names_no_app_says_how_to_begin(tmp_path: Path) -> None:
    (tmp_path / "mix.exs").write_text("app: :acme", encoding="utf-8")
    refused(tmp_path, "names a Fly app", "smokejumper --app NAME")


def test_several_environments_are_not_chosen_from(repo: Path) -> None:
    refused(repo, "dev, qa, staging", "--env NAME")
    refused(repo, "'stagin'", "Did you mean staging?", env="stagin")
    refused(repo, "'live'", "dev, qa, staging", SMOKEJUMPER_ENV="live")


def test_production_is_meant_where_there_is_one(repo: Path) -> None:
    (repo / "fly.toml").write_text('app = "acme"\n', encoding="utf-8")
    assert chosen(repo).environment.app == "acme"
    (repo / "fly.production.toml").write_text('app = "acme-two"\n', encoding="utf-8")
    refused(repo, "several environments", "prod", "production")


def test_the_default_of_the_settings_is_meant(repo: Path) -> None:
    (repo / "fly.toml").write_text('app = "acme"\n', encoding="utf-8")
    (repo / "smokejumper.toml").write_text('default = "qa"\n[env.qa]\napp = "acme-qa"\n', encoding="utf-8")
    assert chosen(repo).environment.name == "qa"


def test_an_option_goes_before_the_variable_and_that_before_the_default(repo: Path) -> None:
    assert chosen(repo, SMOKEJUMPER_ENV="qa").environment.app == "acme-qa"
    assert chosen(repo, env="staging", SMOKEJUMPER_ENV="qa").environment.app == "acme-staging"
    assert chosen(repo, env="", SMOKEJUMPER_ENV="qa").environment.app == "acme-qa"


def test_an_app_of_the_project_is_its_environment(repo: Path) -> None:
    target = chosen(repo, app="acme-qa", SMOKEJUMPER_ENV="staging")
    assert (target.environment.name, target.environment.app) == ("qa", "acme-qa")
    assert target.project is not None


def test_an_app_of_elsewhere_has_nothing_to_do_with_this_folder(repo: Path) -> None:
    target = chosen(repo, app="other-staging")
    assert (target.environment.name, target.environment.app) == ("staging", "other-staging")
    assert target.project is None


def test_an_app_needs_no_folder(tmp_path: Path) -> None:
    target = chosen(tmp_path, app="acme", env="live")
    assert (target.environment.name, target.environment.app, target.project) == ("live", "acme", None)


def test_a_repo_that_names_no_app_may_be_the_one_of_the_app_named(tmp_path: Path) -> None:
    (tmp_path / "mix.exs").write_text("app: :acme", encoding="utf-8")
    project = chosen(tmp_path, app="acme").project
    assert project is not None
    assert project.otp_app == "acme"


@pytest.mark.parametrize("app", ["../x", "a b", "a;b", "UPPER", "-a", "a" * 64, "\x1b[31m"])
def test_what_cannot_be_an_app_is_refused(tmp_path: Path, app: str) -> None:
    refused(tmp_path, "cannot be the name of a Fly app", app=app)


def test_the_front_door_is_moved_by_a_variable(repo: Path) -> None:
    (repo / "smokejumper.toml").write_text(
        '[env.qa]\napp = "acme-qa"\nurl = "https://qa.acme.test"\n', encoding="utf-8"
    )
    assert chosen(repo, env="qa").url == "https://qa.acme.test"
    assert chosen(repo, env="qa", SMOKEJUMPER_APP_URL="http://127.0.0.1:4000/").url == "http://127.0.0.1:4000"
    refused(repo, "SMOKEJUMPER_APP_URL", env="qa", SMOKEJUMPER_APP_URL="http://acme.test")


def test_a_target_without_a_token_asks_with_an_empty_one(tmp_path: Path) -> None:
    target = chosen(tmp_path, app="acme")
    assert target.tokens == ()
    assert not target.token


def test_a_target_asks_with_the_first_of_its_tokens_and_does_not_show_it(tmp_path: Path) -> None:
    value = "fm2_lJPECAAAAAAA"
    target = chosen(tmp_path, app="acme", FLY_API_TOKEN=value, FLY_FLAPS_BASE_URL="http://127.0.0.1:4001")
    assert target.token.header() == f"FlyV1 {value}"
    assert target.endpoints.machines == "http://127.0.0.1:4001"
    assert value not in repr(target)


def test_what_could_not_be_read_is_noted(repo: Path) -> None:
    (repo / "fly.live.toml").write_text("app", encoding="utf-8")
    (repo / "config.yml").write_text("{", encoding="utf-8")
    first, second = chosen(repo, env="qa").notes
    assert "fly.live.toml" in first
    assert "config.yml" in second
