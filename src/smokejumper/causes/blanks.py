"""The blanks in the catalogue's sentences, filled with what an incident shows."""

NEUTRAL = {
    "endpoint": "the failing route",
    "machine": "the sick machine",
    "machines": "the machines that show it",
    "release": "the last release",
    "exception": "the error",
    "message": "the error's text",
    "frame": "the line that raises",
    "host": "the other side",
    "count": "several",
    "users": "some",
    "first_at": "the first failure",
}


class _Names(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return NEUTRAL.get(key, "{" + key + "}")


def fill(sentence: str, names: dict[str, str]) -> str:
    """A sentence of the catalogue with the names of this incident in its braces.

    Or a neutral word where there is none.
    """
    kept = _Names({k: v for k, v in names.items() if v})
    out, rest = [], sentence
    while "{" in rest:
        before, _, after = rest.partition("{")
        name, brace, tail = after.partition("}")
        if not brace or name not in NEUTRAL:
            out += [before, "{"]
            rest = after
            continue
        out += [before, kept[name]]
        rest = tail
    return "".join([*out, rest])
