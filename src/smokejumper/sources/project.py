"""The application in the folder where somebody stands: its Fly apps, its names, and what configuration it wants.

Files are read, none is run, and of variables only the names are kept.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from smokejumper import config
from smokejumper.config import Environment, Settings
from smokejumper.errors import InputError

_FLY_FILES = ("fly*.toml", "*/fly*.toml", "apps/*/fly*.toml")
"""One app; a folder of settings, or several apps side by side; an umbrella."""
_FLY_FILE = re.compile(r"fly(?:[._-](?P<environment>[A-Za-z0-9][A-Za-z0-9_-]*))?\.toml")
_SUFFIXES = {
    "staging": "staging",
    "stg": "staging",
    "dev": "dev",
    "preview": "preview",
    "production": "production",
    "prod": "prod",
}
"""How an app's name ends, and which environment that makes it."""
PRODUCTION = ("prod", "production")
_COMMENT = re.compile(r"(?m)^\s*#.*$")
_OTP_APP = re.compile(r"\bapp:\s*:([a-z]\w*)")
_UMBRELLA = re.compile(r"\bapps_path:")
_MIX_RELEASE = re.compile(r"(?:\breleases:|\bdefp?\s+releases\b[^\[]*?)\s*\[\s*([a-z]\w*):")
_WANTED = re.compile(r"\bSystem\.(?:get_env|fetch_env!?)[\s(]+\"([A-Za-z_]\w*)\"")
_SET = re.compile(r"(?m)^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=")
_SUPABASE = re.compile(
    r"(?:\bpostgres\.|\bdb\.|//)(?P<ref>[a-z]{20})(?=\.supabase\.co(?![\w.-])|:[^\s@]*@[\w.-]*\.pooler\.supabase\.)"
)
"""The ref in an address of Supabase: `REF.supabase.co`, `db.REF.supabase.co`, or the pooler's user `postgres.REF`."""


class FlyFile(msgspec.Struct, frozen=True, kw_only=True):
    """A `fly.toml`, as far as it matters (superfly/docs `reference/configuration`)."""

    path: str
    """From the project's root."""
    environment: str
    app: str
    primary_region: str = ""
    processes: tuple[str, ...] = ()
    """Process groups."""
    ports: tuple[int, ...] = ()
    """On which its services are expected to listen."""
    env: tuple[str, ...] = ()
    """Names of the variables that it sets."""
    release_command: str = ""
    supabase: str = ""
    """The project's ref, where a variable holds an address of Supabase."""


@dataclass(frozen=True, kw_only=True)
class Project:
    """What a folder says about its application."""

    root: Path
    git_root: Path | None
    otp_app: str = ""
    """The OTP application; empty where `mix.exs` does not say."""
    mix_release: str = ""
    """What the program in the image is called, `/app/bin/NAME`: the first mix release, else the OTP application."""
    environments: tuple[Environment, ...] = ()
    default: str = ""
    """The environment that smokejumper.toml means where none is named."""
    fly_files: tuple[FlyFile, ...] = ()
    wanted_env: tuple[str, ...] = ()
    """Names of the variables that `config/runtime.exs` reads."""
    local_env: tuple[str, ...] = ()
    """Names of the variables that `.env` files set."""
    notes: tuple[str, ...] = ()
    """What could not be read, a sentence each."""


def find(start: Path, *, settings: bool = True) -> Project | None:
    """The project that a folder belongs to; None where there is none up to the git root or the home folder.

    Its root is the nearest folder with a `fly.toml`, smokejumper.toml or an umbrella's `mix.exs`; else that of the
    nearest `mix.exs`; else the git root, where apps lie side by side in it. smokejumper.toml wins over what is found;
    `settings=False` leaves it unread.

    Raises:
        InputError: smokejumper.toml is there and cannot be used (see `config.load`).
    """
    folders = list(_upwards(start.absolute()))
    root = _root(folders)
    if root is None:
        return None
    file = next((f / config.FILE for f in folders if (f / config.FILE).is_file()), None)
    said = config.load(file) if file is not None and settings else Settings()
    notes: list[str] = []
    fly_files = tuple(_fly_files(root, notes))
    mix = _mix(root)
    code = _COMMENT.sub("", _text(mix, notes)) if mix is not None else ""
    runtime = _text(mix.parent / "config" / "runtime.exs", notes) if mix is not None else ""
    variables = {path.name: _text(path, notes) for path in sorted(root.glob(".env*")) if path.is_file()}
    otp_app = "" if _UMBRELLA.search(code) else _first(_OTP_APP, code)
    return Project(
        root=root,
        git_root=next((f for f in folders if (f / ".git").exists()), None),
        otp_app=otp_app,
        mix_release=_first(_MIX_RELEASE, code) or otp_app,
        environments=_merged(said, _with_supabase(_environments(fly_files), variables)),
        default=said.default,
        fly_files=fly_files,
        wanted_env=_names(_WANTED, [_COMMENT.sub("", runtime)]),
        local_env=_names(_SET, variables.values()),
        notes=tuple(notes),
    )


def environment_of(app: str) -> str:
    """The environment that an app's name speaks of; prod where it speaks of none."""
    return _SUFFIXES.get(app.rpartition("-")[2], "prod")


# ---- where it begins


def _upwards(start: Path) -> Iterator[Path]:
    """A folder and those above it, up to the git root, or below the home folder."""
    for folder in (start, *start.parents):
        if folder == Path.home() and folder != start:
            return
        yield folder
        if (folder / ".git").exists():
            return


def _root(folders: list[Path]) -> Path | None:
    for folder in folders:
        if (folder / config.FILE).is_file() or _here(folder, _FLY_FILES[:1]) or _is_umbrella(folder):
            return folder
    top = folders[-1]
    mix = next((f for f in folders if (f / "mix.exs").is_file()), None)
    return mix or (top if (top / ".git").exists() and _here(top, _FLY_FILES) else None)


def _mix(root: Path) -> Path | None:
    """The application's `mix.exs`: at the root, or in the only folder below that has one."""
    below = list(root.glob("*/mix.exs"))
    return next((path for path in (root / "mix.exs", *(below if len(below) == 1 else ())) if path.is_file()), None)


def _is_umbrella(folder: Path) -> bool:
    mix = folder / "mix.exs"
    return mix.is_file() and _UMBRELLA.search(_text(mix, [])) is not None


def _here(folder: Path, patterns: Iterable[str]) -> list[Path]:
    """The files of Fly in a folder, in order."""
    found = {path for pattern in patterns for path in folder.glob(pattern)}
    return sorted(path for path in found if _FLY_FILE.fullmatch(path.name) and path.is_file())


def _text(path: Path, notes: list[str]) -> str:
    """A file that may be missing; where it cannot be read, that is a note."""
    if not path.exists():
        return ""
    try:
        return config.read_text(path)
    except InputError as wrong:
        notes.append(wrong.what)
        return ""


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1] if found else ""


def _names(pattern: re.Pattern[str], texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({name for text in texts for name in pattern.findall(text)}))


# ---- fly.toml


def _fly_files(root: Path, notes: list[str]) -> Iterator[FlyFile]:
    for path in _here(root, _FLY_FILES):
        try:
            said = config.read_toml(path)
        except InputError as wrong:
            notes.append(wrong.what)
            continue
        app = said.get("app")
        if not isinstance(app, str) or not config.is_app(app):
            notes.append(f"{path} names no app.")
            continue
        yield _fly_file(path, path.relative_to(root).as_posix(), app, said)


def _fly_file(path: Path, name: str, app: str, said: dict[str, Any]) -> FlyFile:
    named = _FLY_FILE.fullmatch(path.name)
    env = _table(said, "env")
    services = [said.get("http_service"), *_list(said.get("services"))]
    ports = [service.get("internal_port") for service in services if isinstance(service, dict)]
    return FlyFile(
        path=name,
        environment=(named and named["environment"]) or environment_of(app),
        app=app,
        primary_region=_string(said.get("primary_region")),
        processes=tuple(_table(said, "processes")),
        ports=tuple(dict.fromkeys(port for port in ports if isinstance(port, int))),
        env=tuple(sorted(env)),
        release_command=_string(_table(said, "deploy").get("release_command")),
        supabase=_ref(str(value) for value in env.values()),
    )


def _table(said: dict[str, Any], key: str) -> dict[str, Any]:
    value = said.get(key)
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


# ---- environments


def _environments(files: tuple[FlyFile, ...]) -> tuple[Environment, ...]:
    """One for each app. Where two apps would be called alike, each is called by its app's name."""
    by_app: dict[str, FlyFile] = {}
    for file in files:
        known = by_app.get(file.app)
        if known is None or known.environment == environment_of(known.app):  # a file's name says more than its app's
            by_app[file.app] = file
    alike = Counter(file.environment for file in by_app.values())
    return tuple(
        Environment(name=app if alike[file.environment] > 1 else file.environment, app=app, supabase=file.supabase)
        for app, file in by_app.items()
    )


def _with_supabase(found: tuple[Environment, ...], variables: dict[str, str]) -> tuple[Environment, ...]:
    """With the refs that `.env.NAME` gives to NAME; `.env` itself counts only where there is no choice to make."""
    refs = {name: _ref([text]) for name, text in variables.items()}
    only = refs.get(".env", "") if len(found) == 1 else ""

    def ref(environment: Environment) -> str:
        names = PRODUCTION if environment.name in PRODUCTION else (environment.name,)
        return environment.supabase or next((r for n in names if (r := refs.get(f".env.{n}"))), only)

    return tuple(msgspec.structs.replace(e, supabase=ref(e)) for e in found)


def _ref(texts: Iterable[str]) -> str:
    """The one project of Supabase that texts speak of; empty where there is none, or more than one."""
    found = {hit["ref"] for text in texts for hit in _SUPABASE.finditer(text)}
    return found.pop() if len(found) == 1 else ""


def _merged(said: Settings, found: tuple[Environment, ...]) -> tuple[Environment, ...]:
    """Those of smokejumper.toml, and the others that were found."""
    names, apps = {e.name for e in said.environments}, {e.app for e in said.environments}
    return (*said.environments, *(e for e in found if e.name not in names and e.app not in apps))
