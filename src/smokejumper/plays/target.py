"""Whom a command is about: one environment of an application, and with what its live sources are asked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from smokejumper.config import Endpoints, Environment, Token, address, find_tokens, instead, is_app
from smokejumper.errors import InputError
from smokejumper.sources.project import PRODUCTION, Project, environment_of, find

BEGIN = (
    "Begin with `smokejumper --app NAME`, in a Phoenix repo with a fly.toml, or with a pipe: `fly logs | smokejumper`."
)


@dataclass(frozen=True, kw_only=True)
class Target:
    """One environment, and what is known of how to ask about it."""

    environment: Environment
    project: Project | None
    """The folder's, if it is this application's."""
    tokens: tuple[Token, ...]
    """In the order in which they count; empty where none was found."""
    endpoints: Endpoints
    url: str
    """The front door; empty: what Fly says is the hostname."""
    stream: str = ""
    """Where Fly's live stream of the log is reached, `SMOKEJUMPER_NATS_URL`; empty: nowhere."""
    notes: tuple[str, ...] = ()
    """What could not be read on the way, a sentence each."""

    @property
    def token(self) -> Token:
        """The token to ask with; an empty one, which Fly refuses, where none was found."""
        return self.tokens[0] if self.tokens else Token("", "nowhere")


def resolve(start: Path, *, env: str | None = None, app: str | None = None, environ: Mapping[str, str]) -> Target:
    """The target that is meant in a folder. No questions are asked.

    `app` names a Fly app, in the project or not; `env`, else `SMOKEJUMPER_ENV`, an environment of the project.
    `SMOKEJUMPER_APP_URL` is another front door.

    Raises:
        InputError: there is nothing here, or more than one environment and none named; or a name, smokejumper.toml or
            an address cannot be used.
    """
    here = find(start)
    environment = _of_app(here, app, env) if app else _of_project(here, env or environ.get("SMOKEJUMPER_ENV"))
    mine = here is not None and (not here.environments or environment in here.environments)
    tokens, notes = find_tokens(environ)
    door = environ.get("SMOKEJUMPER_APP_URL")
    return Target(
        environment=environment,
        project=here if mine else None,
        tokens=tokens,
        endpoints=Endpoints.from_environ(environ),
        url=address(door, "SMOKEJUMPER_APP_URL") if door else environment.url,
        stream=environ.get("SMOKEJUMPER_NATS_URL", ""),
        notes=(*(here.notes if here is not None else ()), *notes),
    )


def _of_app(here: Project | None, app: str, env: str | None) -> Environment:
    if not is_app(app):
        raise InputError(
            f"{app!r} cannot be the name of a Fly app.", "It has small letters, digits and dashes; `fly apps list`."
        )
    known = next((e for e in here.environments if e.app == app), None) if here is not None else None
    return known or Environment(name=env or environment_of(app), app=app)


def _of_project(here: Project | None, env: str | None) -> Environment:
    if here is None:
        raise InputError("There is no application in this folder.", BEGIN)
    found = {e.name: e for e in here.environments}
    if not found:
        raise InputError(" ".join((f"Nothing in {here.root} names a Fly app.", *here.notes)), BEGIN)
    name = env or here.default or choice(here.environments)
    if name is None:
        raise InputError(f"There are several environments: {', '.join(found)}.", "Name one of them: --env NAME.")
    if name not in found:
        raise InputError(f"There is no environment {name!r}.", instead(name, found))
    return found[name]


def choice(environments: Iterable[Environment]) -> str | None:
    """The environment that is meant where none is named: the only one, or the one that is production; else None."""
    names = [e.name for e in environments]
    production = [name for name in names if name in PRODUCTION]
    return next((only[0] for only in (names, production) if len(only) == 1), None)
