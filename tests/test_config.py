"""Settings are read strictly, addresses are checked, and a token is never seen but in a header."""

import copy
import pickle
import threading
from collections.abc import Iterator
from pathlib import Path

import keyring
import msgspec
import pytest
from hypothesis import given, strategies as st
from keyring.errors import KeyringLocked, NoKeyringError
from tests.keystore import Store, no_key_store

from smokejumper import config
from smokejumper.config import Endpoints, Environment, Settings, Token, find_tokens, load
from smokejumper.errors import InputError

MACAROON = "fm2_lJPECAAAAAAAAbcdefg"
LOGIN = "fo1_abcdefghijklmnop"


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    """Without the system's key store: tests bring their own."""
    with no_key_store():
        yield


def environ(folder: Path, access: str = "", api: str = "") -> dict[str, str]:
    return {"FLY_CONFIG_DIR": str(folder), "FLY_ACCESS_TOKEN": access, "FLY_API_TOKEN": api}


def login(folder: Path, text: str) -> None:
    (folder / "config.yml").write_text(text, encoding="utf-8")


# ---- a token is not seen


@pytest.mark.parametrize("value", [MACAROON, LOGIN, f"{MACAROON},{LOGIN}"])
def test_a_token_shows_where_it_is_from_and_not_what_it_is(value: str) -> None:
    token = Token(value, "FLY_API_TOKEN")
    for shown in (repr(token), str(token), f"{[token]}"):
        assert "FLY_API_TOKEN" in shown
        assert not any(part in shown for part in value.split(","))


@pytest.mark.parametrize("write", [pickle.dumps, copy.copy, copy.deepcopy, msgspec.json.encode])
def test_a_token_is_not_written_down(write: object) -> None:
    assert callable(write)
    with pytest.raises(TypeError) as told:
        write(Token(MACAROON, "x"))
    assert MACAROON not in str(told.value)


def test_what_cannot_stand_in_a_header_is_no_token() -> None:
    """An HTTP library would quote it in its error."""
    for value in ("", "  ", ",", "Bearer ", "two words", "line\nbreak", "ümlaut", "\x00"):
        token = Token(value, "x")
        assert not token
        assert token.header() == "Bearer"


# ---- the headers, as flyctl makes them


@pytest.mark.parametrize("scheme", ["", "Bearer ", "FlyV1 ", "flyv1 ", "bearer FlyV1  "])
def test_a_scheme_that_is_there_already_is_taken_off(scheme: str) -> None:
    assert Token(f" {scheme}{MACAROON}\n", "x").header() == f"FlyV1 {MACAROON}"
    assert Token(f"{scheme}{LOGIN}", "x").header() == f"Bearer {LOGIN}"


@pytest.mark.parametrize(("value", "kind"), [(LOGIN, "oauth"), ("fm1r_a", "macaroon"), ("fm1a_a", "macaroon")])
def test_the_kind_is_told_by_the_first_letters(value: str, kind: str) -> None:
    assert Token(value, "x").kind == kind


def test_macaroons_and_logins_go_together_to_graphql_only() -> None:
    token = Token(f"{LOGIN}, {MACAROON} ,fm1r_second", "x")
    assert token.kind == "macaroon"
    assert token.header() == f"FlyV1 {MACAROON},fm1r_second"
    assert token.graphql_header() == f"FlyV1 {MACAROON},fm1r_second,{LOGIN}"


@given(st.text(max_size=40))
def test_a_header_is_one_line_of_plain_letters_whatever_the_token(value: str) -> None:
    token = Token(value, "x")
    for header in (token.header(), token.graphql_header()):
        assert header.isascii()
        assert header.isprintable()
        assert header == header.strip()


# ---- where tokens are found


def test_without_a_token_there_is_none_and_no_complaint(tmp_path: Path) -> None:
    assert find_tokens(environ(tmp_path)) == ((), ())


def test_the_environment_goes_before_the_key_store_and_that_before_the_login(tmp_path: Path) -> None:
    login(tmp_path, f"access_token: {LOGIN}\n")
    keyring.set_keyring(Store.made("fm2_store"))
    found, _ = find_tokens(environ(tmp_path))
    assert [t.header() for t in found] == ["FlyV1 fm2_store", f"Bearer {LOGIN}"]
    found, _ = find_tokens(environ(tmp_path, "fm2_access", "fm2_api"))
    assert [t.header() for t in found] == ["FlyV1 fm2_access", "FlyV1 fm2_api", f"Bearer {LOGIN}"]
    assert [t.source for t in found] == ["FLY_ACCESS_TOKEN", "FLY_API_TOKEN", str(tmp_path / "config.yml")]


def test_a_key_store_that_is_not_wanted_is_not_opened(tmp_path: Path) -> None:
    keyring.set_keyring(Store.made("fm2_store"))
    assert find_tokens(environ(tmp_path), read_key_store=False) == ((), ())


@pytest.mark.parametrize("wrong", [NoKeyringError(), KeyringLocked(), OSError("no bus")])
def test_a_key_store_that_fails_is_none(tmp_path: Path, wrong: Exception) -> None:
    keyring.set_keyring(Store.made(wrong=wrong))
    assert find_tokens(environ(tmp_path)) == ((), ())


def test_a_key_store_that_waits_for_somebody_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "KEY_STORE_S", 0.01)
    store = Store.made("fm2_store")
    store.hanging = threading.Event()
    keyring.set_keyring(store)
    assert find_tokens(environ(tmp_path)) == ((), ())
    store.hanging.set()


def test_a_variable_that_holds_no_token_is_told(tmp_path: Path) -> None:
    found, notes = find_tokens(environ(tmp_path, "", "not one"))
    assert not found
    assert notes == ("FLY_API_TOKEN holds nothing that could be a token",)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"a: b\naccess_token: '{MACAROON}\n", "line"),
        (f"access_token: {MACAROON}\n\t- x", "line 2"),
        ("access_token: !!python/object/apply:os.system ['true']", "line 1"),
        ("access_token: 2021-99-99", "no YAML"),
        ("[" * 2000, "no YAML"),
    ],
)
def test_a_broken_login_is_told_without_a_word_of_it(tmp_path: Path, text: str, told: str) -> None:
    login(tmp_path, text)
    found, notes = find_tokens(environ(tmp_path))
    assert not found
    assert told in notes[0]
    assert MACAROON not in notes[0]


@pytest.mark.parametrize("text", ["", "- a\n", "access_token:\n", "access_token: [1]\n", "other: x\n"])
def test_a_login_without_a_token_is_none(tmp_path: Path, text: str) -> None:
    login(tmp_path, text)
    assert find_tokens(environ(tmp_path)) == ((), ())


def test_a_folder_in_place_of_the_login_is_told(tmp_path: Path) -> None:
    (tmp_path / "config.yml").mkdir()
    found, notes = find_tokens(environ(tmp_path))
    assert not found
    assert "is no file" in notes[0]


def test_the_login_lies_in_the_home_folder(tmp_path: Path) -> None:
    (tmp_path / ".fly").mkdir()
    login(tmp_path / ".fly", f"access_token: {LOGIN}\n")
    found, _ = find_tokens({"HOME": str(tmp_path)})
    assert [t.header() for t in found] == [f"Bearer {LOGIN}"]


def test_a_stored_token_is_found_again(tmp_path: Path) -> None:
    keyring.set_keyring(Store.made())
    Token(f"FlyV1 {MACAROON},{LOGIN}", "x").store()
    found, _ = find_tokens(environ(tmp_path))
    assert found[0].graphql_header() == f"FlyV1 {MACAROON},{LOGIN}"


@pytest.mark.parametrize("wrong", [NoKeyringError(), OSError(MACAROON)])
def test_without_a_key_store_nothing_is_stored_and_nothing_told_of_the_token(wrong: Exception) -> None:
    keyring.set_keyring(Store.made(wrong=wrong))
    with pytest.raises(InputError, match="key store does not take the token") as told:
        Token(MACAROON, "x").store()
    assert MACAROON not in told.value.what + told.value.hint
    assert "FLY_ACCESS_TOKEN" in told.value.hint


# ---- where services are asked


@pytest.mark.parametrize(
    "text",
    [
        "http://api.fly.io",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "https://",
        "https://u:hunter2@api.fly.io",
        "https://api.fly.io/?token=hunter2",
        "https://api.fly.io#x",
        "https://api fly.io",
        "https://ap\x1b[31m.fly.io",
        "https://[::1",
        "https://api.fly.io:99999",
        "ftp://api.fly.io",
        "api.fly.io",
        "file:///etc/passwd",
    ],
)
def test_an_address_that_may_not_be_asked_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(InputError, match="FLY_API_BASE_URL") as told:
        Endpoints.from_environ({"FLY_API_BASE_URL": text})
    assert "hunter2" not in told.value.what + told.value.hint
    assert text not in told.value.what


@pytest.mark.parametrize(
    "text", ["https://api.example.com/", "http://127.0.0.1:4000", "http://[::1]:1", "http://localhost"]
)
def test_an_address_is_taken_without_the_slash_at_its_end(text: str) -> None:
    assert Endpoints.from_environ({"FLY_API_BASE_URL": text}).api == text.rstrip("/")


def test_each_service_has_its_variable_and_without_it_its_usual_address() -> None:
    assert Endpoints.from_environ({"FLY_API_BASE_URL": ""}) == Endpoints()
    moved = Endpoints.from_environ(
        {
            "FLY_API_BASE_URL": "https://a.test",
            "FLY_FLAPS_BASE_URL": "https://b.test",
            "SMOKEJUMPER_FLY_STATUS_URL": "https://c.test",
            "SMOKEJUMPER_SUPABASE_STATUS_URL": "https://d.test",
        }
    )
    assert msgspec.structs.astuple(moved) == ("https://a.test", "https://b.test", "https://c.test", "https://d.test")


# ---- smokejumper.toml


def settings(folder: Path, text: str) -> Path:
    path = folder / "smokejumper.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('defualt = "prod"', ("'defualt'", "default")),
        ('[env.prod]\napp = "acme"\nsupabse = "x"', ("[env.prod]", "'supabse'", "supabase")),
        ('[env.prod]\napp = "acme"\ntoken = "x"', ("'token'", "app, org, url, supabase")),
        ("[env.prod]\n", ("[env.prod]", "app")),
        ('[env.prod]\napp = "../x"', ("app in [env.prod]",)),
        ('[env.prod]\napp = "a; rm -rf ."', ("app in [env.prod]",)),
        ("[env.prod]\napp = 3", ("app in [env.prod]",)),
        ('[env.prod]\napp = "acme"\norg = "A B"', ("org in [env.prod]",)),
        ('[env.prod]\napp = "acme"\nurl = "http://acme.fly.dev"', ("url in [env.prod]", "https://")),
        ('[env.prod]\napp = "acme"\nurl = 3', ("url in [env.prod]",)),
        ('[env."a b"]\napp = "acme"', ("'a b'",)),
        ("env = 3", ("env", "[env.prod]")),
        ("[env]\nprod = 3", ("env.prod",)),
        ('default = "stagng"\n[env.staging]\napp = "acme"', ("'stagng'", "staging")),
        ('default = []\n[env.staging]\napp = "acme"', ("default", "staging")),
        ('default = "prod"', ("default", "none")),
        ('default = "prod"\n[env.prod\napp = "acme"', ("line 2",)),
        ("x = ", ("line 1",)),
        ("x = " + "[" * 5000, ("nested",)),
    ],
)
def test_what_settings_cannot_mean_is_refused_with_the_file_and_the_place(
    tmp_path: Path, text: str, parts: tuple[str, ...]
) -> None:
    path = settings(tmp_path, text)
    with pytest.raises(InputError) as told:
        load(path)
    sentence = f"{told.value.what} {told.value.hint}"
    assert str(path) in told.value.what
    assert "\n" not in sentence
    for part in parts:
        assert part in sentence


def test_settings_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "smokejumper.toml"
    path.write_bytes(b"# a\n\xff")
    with pytest.raises(InputError, match="not UTF-8 at line 2"):
        load(path)
    path.write_bytes(b"#" * (1 << 21))
    with pytest.raises(InputError, match="larger"):
        load(path)
    with pytest.raises(InputError, match="cannot be read"):
        load(tmp_path / "none.toml")


def test_settings_name_environments_in_their_order(tmp_path: Path) -> None:
    path = settings(
        tmp_path,
        'default = "staging"\n[env.prod]\napp = "acme"\norg = "acme-inc"\nurl = "https://acme.test/"\n'
        'supabase = "abcdefghijklmnopqrst"\n[env.staging]\napp = "acme-stg"\n',
    )
    prod = Environment(
        name="prod", app="acme", org="acme-inc", url="https://acme.test", supabase="abcdefghijklmnopqrst"
    )
    assert load(path) == Settings(default="staging", environments=(prod, Environment(name="staging", app="acme-stg")))


def test_empty_settings_say_nothing(tmp_path: Path) -> None:
    assert load(settings(tmp_path, "")) == Settings()
