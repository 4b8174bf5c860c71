"""smokejumper.toml, the environment, and tokens: whom a command is about, and with which rights it asks.

A token's value never leaves this module but as a header, or into the system's key store.
"""

import difflib
import ipaddress
import re
import threading
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, NoReturn
from urllib.parse import urlsplit

import msgspec

from smokejumper.errors import InputError

FILE = "smokejumper.toml"
TOKEN_VARIABLES = ("FLY_ACCESS_TOKEN", "FLY_API_TOKEN")
"""In flyctl's order (superfly/flyctl `internal/config/config.go`)."""
KEY_STORE = "the system's key store"
_SERVICE, _USER = "smokejumper", "fly"
KEY_STORE_S = 2.0
"""For reading the key store; one that wants to ask something is given up."""
LARGEST = 1 << 20
"""Bytes of a file of settings; what is larger is none."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
"""An app or organisation of Fly: it becomes part of addresses and of commands that are shown."""
_ENVIRONMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
_REF = re.compile(r"[a-z0-9]{1,40}")
_SCHEMES = re.compile(r"^\s*(?:(?:bearer|flyv1)\s+)*", re.IGNORECASE)


# ---- where services are asked


class Endpoints(msgspec.Struct, frozen=True, kw_only=True):
    """Where services are asked; the variables of flyctl that move them are honoured (superfly/flyctl `config.go`)."""

    api: str = "https://api.fly.io"
    """GraphQL, logs, releases, metrics (`FLY_API_BASE_URL`)."""
    machines: str = "https://api.machines.dev"
    """The Machines API (`FLY_FLAPS_BASE_URL`)."""
    fly_status: str = "https://status.flyio.net"
    supabase_status: str = "https://status.supabase.com"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Endpoints":
        """The usual ones, but for those that a variable moves.

        Raises:
            InputError: an address may not be asked, see `address`.
        """
        variables = {
            "api": "FLY_API_BASE_URL",
            "machines": "FLY_FLAPS_BASE_URL",
            "fly_status": "SMOKEJUMPER_FLY_STATUS_URL",
            "supabase_status": "SMOKEJUMPER_SUPABASE_STATUS_URL",
        }
        return cls(**{field: address(environ[name], name) for field, name in variables.items() if environ.get(name)})


def address(text: str, name: str) -> str:
    """A web address without a slash at its end; `name` says where it stands.

    Raises:
        InputError: it is none, holds a password, or would carry a token unencrypted to another machine.
    """
    try:
        url = urlsplit(text.strip())
        host, _ = url.hostname or "", url.port
    except ValueError:
        host = ""
    else:
        safe = url.scheme == "https" or (url.scheme == "http" and _loopback(host))
        if host and safe and not re.search(r"[^!-~]|[@?#]", url.geturl()):
            return url.geturl().rstrip("/")
    raise InputError(
        f"{name} is no address that can be asked.",
        "It must begin with https:// (http:// is for this computer only) and hold no password: https://acme.fly.dev.",
    )


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


# ---- whom a command is about


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """One deployment of the application: production, staging ..."""

    name: str
    app: str
    """The Fly app."""
    org: str = ""
    url: str = ""
    """The front door, `https://acme.fly.dev`; empty: what Fly says is its hostname."""
    supabase: str = ""
    """The project's ref, where one is known."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What smokejumper.toml says: `default = "prod"`, and a table `[env.prod]` for each environment."""

    default: str = ""
    """The environment that is meant where none is named."""
    environments: tuple[Environment, ...] = ()


def is_app(name: str) -> bool:
    """Can this be the name of a Fly app?"""
    return _NAME.fullmatch(name) is not None


def load(path: Path) -> Settings:
    """Read smokejumper.toml.

    Raises:
        InputError: it cannot be read; it is no TOML (the line is named); or a key is unknown, missing or of another
            shape (the file and the key are named, and what comes near).
    """
    top = read_toml(path)
    _only(path, "the top", top, ("default", "env"))
    default, tables = top.get("default", ""), top.get("env", {})
    if not isinstance(tables, dict):
        _refuse(path, "env is no table", "Write one for each environment: [env.prod].")
    environments = tuple(_environment(path, name, table) for name, table in tables.items())
    names = [e.name for e in environments]
    if default != "" and default not in names:
        _refuse(path, f"default names {default!r}, which is no environment of it", instead(str(default), names))
    return Settings(default=default, environments=environments)


def _environment(path: Path, name: str, table: object) -> Environment:
    where = f"[env.{name}]"
    if not _ENVIRONMENT.fullmatch(name):
        _refuse(path, f"{name!r} is no name for an environment", "Take letters, digits and dashes: [env.prod].")
    if not isinstance(table, dict):
        _refuse(path, f"env.{name} is no table", f'Write {where}, and below it app = "...".')
    _only(path, where, table, ("app", "org", "url", "supabase"))
    if "app" not in table:
        _refuse(path, f"{where} has no app", f'Write app = "..." below {where}: the name of its Fly app.')
    for key, shape in {"app": _NAME, "org": _NAME, "supabase": _REF}.items():
        value = table.get(key)
        if value is not None and not (isinstance(value, str) and shape.fullmatch(value)):
            _refuse(path, f"{key} in {where} is no name", "Take small letters, digits and dashes, within quotes.")
    url = table.get("url", "")
    if url:
        url = address(str(url), f"{path}: url in {where}")
    return Environment(
        name=name, app=table["app"], org=table.get("org", ""), url=url, supabase=table.get("supabase", "")
    )


def _only(path: Path, where: str, table: Mapping[str, object], keys: tuple[str, ...]) -> None:
    """Refuse keys that nothing reads: one that is misspelt would be overlooked."""
    for key in table:
        if key not in keys:
            _refuse(path, f"nothing is known of the key {key!r} at {where}", instead(key, keys))


def instead(word: str, words: Iterable[str]) -> str:
    """A hint where a word is none of those that are known."""
    words = list(words)
    near = difflib.get_close_matches(word, words, 2)
    return f"Did you mean {' or '.join(near)}?" if near else f"There are {', '.join(words) or 'none'}."


def _refuse(path: Path, what: str, hint: str) -> NoReturn:
    raise InputError(f"{path}: {what}.", hint)


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file.

    Raises:
        InputError: see `read_text`; or it is no TOML, and on which line.
    """
    text = read_text(path)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        told = str(wrong).replace("at end of document", f"at line {text.count(chr(10)) + 1}, its end")
        raise InputError(f"{path} is no TOML: {told}.", "Mend that line.") from None
    except RecursionError:
        raise InputError(f"{path} is no TOML that can be read: it is nested too deep.", "Mend it.") from None


def read_text(path: Path) -> str:
    """A small file of text.

    Raises:
        InputError: it is not there, no file, too large, or not UTF-8.
    """
    try:
        if path.exists() and not path.is_file():
            raise InputError(f"{path} is no file.", "Remove it, or name another one.")
        with path.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except OSError as wrong:
        raise InputError(f"{path} cannot be read: {wrong.strerror}.", "Make it readable.") from None
    if len(data) > LARGEST:
        raise InputError(f"{path} is larger than 1 MiB.", "Name a file of settings.")
    try:
        return data.decode()
    except UnicodeDecodeError as wrong:
        line = data.count(b"\n", 0, wrong.start) + 1
        raise InputError(f"{path} is not UTF-8 at line {line}.", "Save it as UTF-8.") from None


# ---- with which rights


class Token:
    """A token of Fly, or several in one: where it was found, and the headers that it makes.

    Text is taken as flyctl takes it (superfly/fly-go `tokens/tokens.go`): with or without a scheme, several apart by
    commas. A part that cannot stand in a header is left out; a token without any part is false.
    """

    __slots__ = ("_macaroons", "_others", "source")

    def __init__(self, value: str, source: str) -> None:
        parts = [part.strip() for part in _SCHEMES.sub("", value).split(",")]
        whole = [part for part in parts if re.fullmatch(r"[!-~]+", part)]
        self._macaroons = tuple(part for part in whole if part.startswith(("fm1r_", "fm1a_", "fm2_")))
        self._others = tuple(part for part in whole if part not in self._macaroons)
        self.source = source
        """`FLY_API_TOKEN`, a file ..."""

    @property
    def kind(self) -> Literal["macaroon", "oauth"]:
        """A macaroon is made by `fly tokens create`, and may be for reading only; the other one is a user's login."""
        return "macaroon" if self._macaroons else "oauth"

    def header(self) -> str:
        """`Authorization` for all but GraphQL: macaroons alone where there are any."""
        return self._header(self._macaroons or self._others)

    def graphql_header(self) -> str:
        """`Authorization` for GraphQL, which alone takes macaroons and logins together."""
        return self._header(self._macaroons + self._others)

    def _header(self, parts: tuple[str, ...]) -> str:
        return f"{'FlyV1' if self._macaroons else 'Bearer'} {','.join(parts)}".strip()

    def store(self) -> None:
        """Keep it in the system's key store.

        Raises:
            InputError: there is none, or it refuses.
        """
        import keyring  # noqa: PLC0415

        try:
            keyring.set_password(_SERVICE, _USER, ",".join(self._macaroons + self._others))
        except Exception as wrong:  # noqa: BLE001 - a backend of the system may raise anything
            raise InputError(
                f"The system's key store does not take the token ({type(wrong).__name__}).",
                f"Set {TOKEN_VARIABLES[0]} instead.",
            ) from None

    def __bool__(self) -> bool:
        return bool(self._macaroons or self._others)

    def __repr__(self) -> str:
        return f"Token({self.kind} from {self.source})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a token is not written down")


def find_tokens(
    environ: Mapping[str, str], *, read_key_store: bool = True
) -> tuple[tuple[Token, ...], tuple[str, ...]]:
    """The tokens that are there, first the one that counts, and notes on what could not be read.

    The environment goes before the key store, which is opened only where the environment names none, and that before
    flyctl's own login. Nothing is ever asked of the user.
    """
    notes: list[str] = []
    tokens = [Token(environ[name], name) for name in TOKEN_VARIABLES if environ.get(name)]
    notes += [f"{token.source} holds nothing that could be a token" for token in tokens if not token]
    if read_key_store and not any(tokens):
        tokens.append(Token(_from_key_store(), KEY_STORE))
    login = flyctl_file(environ)
    tokens.append(Token(_from_flyctl(login, notes), str(login)))
    return tuple(token for token in tokens if token), tuple(notes)


def flyctl_file(environ: Mapping[str, str]) -> Path:
    """Where flyctl keeps its login (superfly/flyctl `helpers/config.go`)."""
    folder = environ.get("FLY_CONFIG_DIR")
    return (Path(folder) if folder else Path(environ.get("HOME") or Path.home()) / ".fly") / "config.yml"


def _from_key_store() -> str:
    """What the key store holds for us; empty without one. In a thread, as a backend may wait for somebody."""
    found: list[str] = []

    def ask() -> None:
        with suppress(Exception):  # a backend of the system may raise anything; without one it is NoKeyringError
            import keyring  # noqa: PLC0415

            found.append(keyring.get_password(_SERVICE, _USER) or "")

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(KEY_STORE_S)
    return found[0] if found else ""


def _from_flyctl(path: Path, notes: list[str]) -> str:
    """`access_token` of flyctl's file. What the parser says of a broken one is not told: it quotes the file."""
    if not path.exists():
        return ""
    import yaml  # noqa: PLC0415

    try:
        said = yaml.safe_load(read_text(path))
    except InputError as wrong:
        notes.append(wrong.what.rstrip("."))
        return ""
    except (yaml.YAMLError, ValueError, RecursionError) as wrong:
        mark = getattr(wrong, "problem_mark", None)
        notes.append(f"{path} is no YAML" + (f" at line {mark.line + 1}" if mark is not None else ""))
        return ""
    value = said.get("access_token") if isinstance(said, dict) else None
    return value if isinstance(value, str) else ""
