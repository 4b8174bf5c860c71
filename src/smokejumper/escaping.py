"""Text from outside, made harmless for a terminal."""

import re
import unicodedata

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])|\x9b[0-?]*[ -/]*[@-~]")


def plain(text: str) -> str:
    r"""Text without terminal sequences.

    Other control and direction-changing characters become `\\xNN` or `\\uNNNN`, a tab a blank.
    """
    text = _ANSI.sub("", text).replace("\t", " ").replace("\r", "")
    if text.isprintable():
        return text
    return "".join(c if c == "\n" or not _hostile(c) else ascii(c)[1:-1] for c in text)


def _hostile(c: str) -> bool:
    return unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")
