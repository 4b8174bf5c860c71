"""Secrets and personal data out of any text, the same value by the same mask wherever it matters."""

import re
import zlib
from functools import lru_cache

MASK = "[masked]"
_NOBODY = "@masked.invalid"

_SECRETS = (
    (re.compile(r"(?P<keep>[a-z][a-z0-9+.-]*://[^\s:/@]{0,80}:)[^\s@/]{1,200}(?P<rest>@)"), rf"\g<keep>{MASK}\g<rest>"),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?"), MASK),
    (
        re.compile(
            r"\b(?:fm[12][ar]?_|FlyV1 |sbp_|sb_secret_|sk_live_|sk_test_|rk_live_"
            r"|whsec_|ghp_|gho_|github_pat_|xox[abpr]-|AKIA)[\w+/=,.-]{6,}"
        ),
        MASK,
    ),
    (re.compile(r"(?P<keep>\b(?:Bearer|Basic) )[\w+/=._~-]{8,}"), rf"\g<keep>{MASK}"),
    (
        re.compile(
            r"(?P<keep>(?i:\b[\w-]*(?:password|passwd|secret|token|api_?key|authorization|cookie|private_?key|credential)[\w-]*)"
            r"(?:\\?\"|')?\s*(?:=>|[:=])\s*(?:\\?\"|')?)(?!\[FILTERED\])(?P<value>[^\s\"',;&}\\)]{3,})"
        ),
        rf"\g<keep>{MASK}",
    ),
)
_PERSONAL = (
    (re.compile(r"\b[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+\b"), MASK),
    (re.compile(r"(?<![\w+])\+\d{9,15}\b"), MASK),
)
_CARD = re.compile(r"(?<![\w-])(?!20\d\d[01]\d[0-3]\d[0-2]\d[0-5]\d[0-5]\d\b)\d(?:[ -]?\d){12,15}(?![\w-])")
"""Digits of a card's number; the version of a migration is as long."""
_ROW = re.compile(r"Failing row contains \(.*\)", re.DOTALL)
_KEY = re.compile(r"Key \(([^)]*)\)=\([^)]*\)")
_LAST_MESSAGE = re.compile(r"^\s*Last message(?: \([^)\n]*\))?: .*", re.MULTILINE)
_STRING = re.compile(
    r'(?P<keep>(?:\bevent: |"event" => |"type" => )"[^"\\\n]{0,60}")|"(?:[^"\\\n]|\\.)*+"(?!\s*(?:=>|:))'
)
"""A string in a printed term, but no key of a map; the event of a LiveView stays, it says what was asked for."""


def mask(text: str) -> str:
    """Text without secrets (tokens, passwords, credentials in URLs), e-mail addresses, phone and card numbers.

    Without rows of data, too, and without the strings in the last message of a process that died.
    """
    return _masked(text, personal=_PERSONAL)


def _masked(text: str, personal: tuple[tuple[re.Pattern[str], str], ...]) -> str:
    for pattern, mark in (*_SECRETS, *personal):
        text = pattern.sub(mark, text)
    text = _CARD.sub(_card, text)
    text = _ROW.sub(f"Failing row contains ({MASK})", text)
    text = _KEY.sub(rf"Key (\1)=({MASK})", text)
    return _LAST_MESSAGE.sub(_without_strings, text)


def mask_line(text: str) -> str:
    """A line of log to be kept: as `mask`, but the same person by the same stand-in, and never masked twice.

    A person is an e-mail address or a phone number; the stand-in has the shape of an address, so that what was one
    word of a line is still one, and as many people are told apart as there were.
    """
    for pattern, _ in _PERSONAL:
        text = pattern.sub(_stand_in, text)
    return _masked(text, personal=())


def _stand_in(found: re.Match[str]) -> str:
    return found[0] if found[0].endswith(_NOBODY) else f"person-{zlib.crc32(found[0].encode()):08x}{_NOBODY}"


def _without_strings(found: re.Match[str]) -> str:
    return _STRING.sub(lambda s: s["keep"] or f'"{MASK}"', found[0])


def _card(found: re.Match[str]) -> str:
    """A mask where the digits have the check sum of a card."""
    digits = [int(c) for c in found[0] if c.isdigit()][::-1]
    total = sum(digits[::2]) + sum(d * 2 - 9 * (d > 4) for d in digits[1::2])
    return found[0] if total % 10 else MASK


@lru_cache(maxsize=8192)
def mask_id(value: str) -> str:
    """An identifier as it is, or, where it looks like personal data, a mask that is the same for the same value."""
    masked = mask(value)
    return value if masked == value else f"[masked {zlib.crc32(value.encode()):08x}]"
