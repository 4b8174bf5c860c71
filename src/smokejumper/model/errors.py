"""The words for a stack: frames and errors as they were printed."""

import msgspec


class Frame(msgspec.Struct, frozen=True):
    """One line of a stack: `(app vsn) file:line: function`."""

    app: str | None
    file: str | None
    line: int | None
    function: str
