"""The one base of our own exceptions: what did not work, and what to do next."""


class SmokejumperError(Exception):
    """Something did not work; `hint` says what to do next, `code` is the exit code.

    Codes: 2 wrong usage or input, 3 blind, 4 refused.
    """

    code = 2

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


class InputError(SmokejumperError):
    """The input cannot be used: missing, empty, binary, or no log."""


class BlindError(SmokejumperError):
    """Live sources were asked, and what is needed could not be read."""

    code = 3


class RefusedError(SmokejumperError):
    """It was not confirmed, or cannot be done now."""

    code = 4
