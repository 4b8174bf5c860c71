"""The system's key store, in memory for the time of a test."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

import keyring
import keyring.backend
from keyring.errors import NoKeyringError


class Store(keyring.backend.KeyringBackend):
    """Holds what it is given; `wrong` is raised instead, and `hanging` waited for, where they are set."""

    priority = 1
    wrong: Exception | None = None
    hanging: threading.Event | None = None

    @classmethod
    def made(cls, value: str | None = None, wrong: Exception | None = None) -> Self:
        """A store that holds this."""
        store = cls()
        store.wrong = wrong
        store.kept = {("smokejumper", "fly"): value}
        return store

    kept: dict[tuple[str, str], str | None]

    def get_password(self, service: str, username: str) -> str | None:
        self._answer()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._answer()
        self.kept[service, username] = password

    def _answer(self) -> None:
        if self.hanging is not None:
            self.hanging.wait()
        if self.wrong is not None:
            raise self.wrong


@contextmanager
def no_key_store() -> Iterator[None]:
    """None at all, until a test sets its own."""
    before = keyring.get_keyring()
    keyring.set_keyring(Store.made(wrong=NoKeyringError()))
    yield
    keyring.set_keyring(before)
