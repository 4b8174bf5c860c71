"""Finding the application: what is read, what is left unread, and what is never kept."""

import os
from pathlib import Path

import pytest

from smokejumper.config import Environment
from smokejumper.errors import InputError
from smokejumper.sources.project import FlyFile, Project, find

PASSWORD = "hunter2hunter2"  # noqa: S105 - it must not be found again
REF = "abcdefghijklmnopqrst"
OTHER_REF = "tsrqponmlkjihgfedcba"
MIX = """
defmodule Acme.MixProject do
  use Mix.Project

  def project do
    [
      # app: :other,
      app: :acme,
      version: "0.1.0",
      deps: deps()
    ]
  end

  defp deps do
    [{:phoenix, "~> 1.8"}]
  end
end
"""
UMBRELLA = """
defmodule Umbrella.MixProject do
  def project do
    [apps_path: "apps", releases: releases()]
  end

  defp releases do
    [
      acme_prod: [applications: [acme: :permanent, acme_web: :permanent]]
    ]
  end
end
"""


def put(root: Path, name: str, text: str = "") -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def repo(root: Path, *names: str) -> Path:
    """A git root with a fly.toml of that name for each app: `fly.staging.toml=acme-staging`."""
    (root / ".git").mkdir()
    for name in names:
        file, _, app = name.partition("=")
        put(root, file, f'app = "{app}"\n')
    return root


def found(start: Path) -> Project:
    project = find(start)
    assert project is not None
    return project


def names(project: Project) -> dict[str, str]:
    return {e.name: e.app for e in project.environments}


# ---- where nothing is


def test_a_folder_without_anything_is_no_project(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "sub").mkdir()
    assert find(tmp_path / "sub") is None


def test_nothing_is_looked_for_above_the_git_root(tmp_path: Path) -> None:
    put(tmp_path, "fly.toml", 'app = "other"')
    inner = tmp_path / "inner"
    inner.mkdir()
    assert find(repo(inner)) is None


def test_nothing_is_looked_for_in_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "fly.toml", 'app = "other"')
    (tmp_path / "code").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    assert find(tmp_path / "code") is None
    assert names(found(tmp_path)) == {"prod": "other"}


@pytest.mark.parametrize("name", ["flyway.toml", "fly.toml.bak", "deps/x/fly.toml", "fly.staging.toml/x"])
def test_what_only_looks_like_a_fly_toml_is_none(tmp_path: Path, name: str) -> None:
    repo(tmp_path)
    put(tmp_path, name, 'app = "acme"')
    assert find(tmp_path) is None


# ---- the root


def test_the_root_is_found_from_a_folder_below(tmp_path: Path) -> None:
    repo(tmp_path, "fly.toml=acme")
    put(tmp_path, "lib/acme/orders.ex")
    project = found(tmp_path / "lib" / "acme")
    assert (project.root, project.git_root) == (tmp_path, tmp_path)


def test_an_application_without_git_has_no_git_root(tmp_path: Path) -> None:
    put(tmp_path, "fly.toml", 'app = "acme"')
    assert found(tmp_path).git_root is None


def test_a_worktree_has_a_file_for_its_git_folder(tmp_path: Path) -> None:
    put(tmp_path, ".git", "gitdir: elsewhere")
    put(tmp_path, "fly.toml", 'app = "acme"')
    assert found(tmp_path).git_root == tmp_path


def test_an_app_of_several_side_by_side_is_itself_and_the_git_root_is_all_of_them(tmp_path: Path) -> None:
    repo(tmp_path, "web/fly.toml=acme-web", "worker/fly.toml=acme-worker")
    put(tmp_path, "web/mix.exs", MIX)
    inside = found(tmp_path / "web")
    assert (inside.root, inside.git_root, names(inside)) == (tmp_path / "web", tmp_path, {"prod": "acme-web"})
    assert names(found(tmp_path)) == {"acme-web": "acme-web", "acme-worker": "acme-worker"}


def test_in_an_umbrella_the_files_of_its_apps_count(tmp_path: Path) -> None:
    repo(tmp_path, "apps/web/fly.toml=acme", "apps/web/fly.staging.toml=acme-staging")
    put(tmp_path, "mix.exs", UMBRELLA)
    put(tmp_path, "apps/core/mix.exs", MIX)
    project = found(tmp_path / "apps" / "core")
    assert project.root == tmp_path
    assert names(project) == {"staging": "acme-staging", "prod": "acme"}
    assert (project.otp_app, project.mix_release) == ("", "acme_prod")


def test_a_mix_project_without_a_fly_toml_is_a_project_without_environments(tmp_path: Path) -> None:
    put(repo(tmp_path), "mix.exs", MIX)
    project = found(tmp_path)
    assert project.environments == ()
    assert (project.otp_app, project.mix_release) == ("acme", "acme")


# ---- environments


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["fly.toml=acme"], {"prod": "acme"}),
        (["fly.toml=acme-staging"], {"staging": "acme-staging"}),
        (["fly.toml=acme-stg"], {"staging": "acme-stg"}),
        (["fly.toml=acme-dev"], {"dev": "acme-dev"}),
        (["fly.toml=acme-preview"], {"preview": "acme-preview"}),
        (["fly.toml=staging-acme"], {"prod": "staging-acme"}),
        (["fly.toml=acme", "fly.staging.toml=acme-x"], {"staging": "acme-x", "prod": "acme"}),
        (["fly.production.toml=a", "fly-qa.toml=b"], {"qa": "b", "production": "a"}),
        (
            ["config/fly.prod.toml=a", "config/fly.staging.toml=b", "fly.dev.toml=c"],
            {"prod": "a", "staging": "b", "dev": "c"},
        ),
    ],
)
def test_an_environment_is_called_by_the_file_else_by_the_app(
    tmp_path: Path, files: list[str], expected: dict[str, str]
) -> None:
    assert names(found(repo(tmp_path, *files))) == expected


def test_one_app_is_one_environment_called_by_the_file_that_says_most(tmp_path: Path) -> None:
    assert names(found(repo(tmp_path, "fly.toml=acme", "fly.live.toml=acme"))) == {"live": "acme"}
    (tmp_path / "fly.live.toml").unlink()
    put(tmp_path, "fly.eu.toml", 'app = "acme"')
    assert names(found(tmp_path)) == {"eu": "acme"}


def test_settings_win_over_what_is_found(tmp_path: Path) -> None:
    repo(tmp_path, "fly.toml=acme", "fly.staging.toml=acme-staging", "fly.qa.toml=acme-qa")
    put(tmp_path, "smokejumper.toml", 'default = "live"\n[env.live]\napp = "acme"\n[env.staging]\napp = "acme-two"\n')
    project = found(tmp_path)
    assert names(project) == {"live": "acme", "staging": "acme-two", "qa": "acme-qa"}
    assert project.default == "live"


def test_settings_above_the_app_count_too(tmp_path: Path) -> None:
    repo(tmp_path, "web/fly.toml=acme-web")
    put(tmp_path, "smokejumper.toml", '[env.live]\napp = "acme-web"\n')
    assert names(found(tmp_path / "web")) == {"live": "acme-web"}


def test_settings_that_cannot_be_used_are_an_error_and_may_be_left_unread(tmp_path: Path) -> None:
    put(repo(tmp_path, "fly.toml=acme"), "smokejumper.toml", "[env.live]\n")
    with pytest.raises(InputError, match=r"\[env.live\] has no app"):
        find(tmp_path)
    unread = find(tmp_path, settings=False)
    assert unread is not None
    assert names(unread) == {"prod": "acme"}


# ---- fly.toml


def test_what_matters_of_a_fly_toml_is_read(tmp_path: Path) -> None:
    put(
        repo(tmp_path),
        "fly.toml",
        """
        app = "acme"
        primary_region = "iad"
        [deploy]
        release_command = "/app/bin/migrate"
        [env]
        PHX_HOST = "acme.test"
        SUPABASE_URL = "https://abcdefghijklmnopqrst.supabase.co"
        [processes]
        app = "/app/bin/server"
        worker = "/app/bin/worker"
        [http_service]
        internal_port = 8080
        [[services]]
        internal_port = 4000
        """,
    )
    (file,) = found(tmp_path).fly_files
    assert file == FlyFile(
        path="fly.toml",
        environment="prod",
        app="acme",
        primary_region="iad",
        processes=("app", "worker"),
        ports=(8080, 4000),
        env=("PHX_HOST", "SUPABASE_URL"),
        release_command="/app/bin/migrate",
        supabase=REF,
    )


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ('app = "acme"\n[env\n', "line 2"),
        ("app = 3", "names no app"),
        ('app = "${APP}"', "names no app"),
        ('app = "../other"', "names no app"),
        ('primary_region = "iad"', "names no app"),
        ("", "names no app"),
    ],
)
def test_a_broken_fly_toml_costs_its_own_environment_only(tmp_path: Path, text: str, note: str) -> None:
    put(repo(tmp_path, "fly.toml=acme"), "fly.staging.toml", text)
    project = found(tmp_path)
    assert names(project) == {"prod": "acme"}
    assert len(project.notes) == 1
    assert "fly.staging.toml" in project.notes[0]
    assert note in project.notes[0]


@pytest.mark.parametrize(
    "rest",
    [
        "env = 3",
        "services = 3",
        "services = [3]",
        "http_service = []",
        "processes = 3",
        "deploy = 3",
        "primary_region = 3",
    ],
)
def test_a_part_of_another_shape_is_left_out(tmp_path: Path, rest: str) -> None:
    put(repo(tmp_path), "fly.toml", f'app = "acme"\n{rest}\n')
    assert found(tmp_path).fly_files == (FlyFile(path="fly.toml", environment="prod", app="acme"),)


def test_a_pipe_in_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    repo(tmp_path, "fly.toml=acme")
    os.mkfifo(tmp_path / ".env")
    os.mkfifo(tmp_path / "mix.exs")
    assert names(found(tmp_path)) == {"prod": "acme"}


# ---- names of variables, never values


def test_of_variables_only_the_names_are_kept(tmp_path: Path) -> None:
    repo(tmp_path, "fly.toml=acme")
    put(tmp_path, "mix.exs", MIX)
    put(
        tmp_path,
        "config/runtime.exs",
        'url = System.get_env("DATABASE_URL") || raise "no"\n  # System.get_env("OLD")\n'
        'System.fetch_env!("SECRET_KEY_BASE")\nSystem.get_env "PHX_HOST", "x"\nSystem.fetch_env("POOL_SIZE")\n',
    )
    put(tmp_path, ".env", f"export API_KEY={PASSWORD}\n# NOT=x\nDATABASE_URL='postgres://u:{PASSWORD}@h/d'\n")
    put(tmp_path, ".env.prod", f"STRIPE={PASSWORD}\n")
    project = found(tmp_path)
    assert project.wanted_env == ("DATABASE_URL", "PHX_HOST", "POOL_SIZE", "SECRET_KEY_BASE")
    assert project.local_env == ("API_KEY", "DATABASE_URL", "STRIPE")
    assert PASSWORD not in repr(project)


@pytest.mark.parametrize(
    "line",
    [
        f"SUPABASE_URL=https://{REF}.supabase.co",
        f"DATABASE_URL=postgresql://postgres:{PASSWORD}@db.{REF}.supabase.co:5432/postgres",
        f"DATABASE_URL=postgres://postgres.{REF}:{PASSWORD}@aws-0-eu-west-1.pooler.supabase.com:6543/postgres",
    ],
)
def test_the_project_of_supabase_is_found_in_addresses(tmp_path: Path, line: str) -> None:
    put(repo(tmp_path, "fly.toml=acme"), ".env", line)
    assert found(tmp_path).environments == (Environment(name="prod", app="acme", supabase=REF),)


@pytest.mark.parametrize(
    "line",
    [
        "SUPABASE_URL=https://www.supabase.co",
        f"KEY={REF}",
        f"PASSWORD={REF}:x@y",
        f"A=https://{REF}.supabase.co\nB=https://{OTHER_REF}.supabase.co",
        f"A=https://{REF}.supabase.co.example.com",
    ],
)
def test_what_is_no_address_or_not_the_only_one_is_no_project_of_supabase(tmp_path: Path, line: str) -> None:
    put(repo(tmp_path, "fly.toml=acme"), ".env", line)
    assert found(tmp_path).environments == (Environment(name="prod", app="acme"),)


def test_each_environment_has_its_own_project_of_supabase(tmp_path: Path) -> None:
    repo(tmp_path, "fly.toml=acme", "fly.staging.toml=acme-staging", "fly.qa.toml=acme-qa")
    put(tmp_path, ".env.production", f"A=https://{REF}.supabase.co")
    put(tmp_path, ".env.staging", f"A=https://{OTHER_REF}.supabase.co")
    put(tmp_path, ".env", f"A=https://{REF}.supabase.co")
    assert {e.name: e.supabase for e in found(tmp_path).environments} == {
        "prod": REF,
        "staging": OTHER_REF,
        "qa": "",
    }
