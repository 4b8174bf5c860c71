"""What is sent elsewhere to be run there: queries and shell scripts, each a file of its own that only reads.

A file's header says its question, cost, bound and versions. It goes out as it stands, nothing is ever put into it.
"""

from importlib import resources
from typing import Self


class Script:
    """A file of this folder. There is no other way to make one than to load it."""

    __slots__ = ("name", "text")
    name: str
    text: str

    def __init__(self) -> None:
        raise TypeError("a script is loaded, not made")

    @classmethod
    def load(cls, name: str) -> Self:
        """A script by its file's name.

        Raises:
            FileNotFoundError: there is none of this name.
        """
        script = super().__new__(cls)
        script.name = name
        script.text = resources.files(__name__).joinpath(name).read_text(encoding="utf-8")
        return script
