"""The catalogue about itself: causes are whole, leave the healthy alone, and claim their own and nothing else."""

import re
from collections.abc import Iterator

import pytest
from tests.cases import HEALTHY, folder

from smokejumper.causes import catalogue, match
from smokejumper.causes.case import Case
from smokejumper.logs import digest as digests
from smokejumper.logs.envelopes import sniff
from smokejumper.model.cause import Cause, Example
from smokejumper.model.digest import ErrorGroup
from smokejumper.model.readings import Readings
from smokejumper.wording import NEUTRAL

CAUSES = catalogue.causes()
EXAMPLES = [pytest.param(c, e, id=f"{c.id}-{i}-{e.id}") for c in CAUSES.values() for i, e in enumerate(c.examples)]
EVERY = pytest.mark.parametrize("cause", CAUSES.values(), ids=list(CAUSES))
ENVELOPE = re.compile(r"^(?:\x1b\[[\d;]*m)*\S+(?:\x1b\[[\d;]*m)* (?:\x1b\[[\d;]*m)*\S+(?:\x1b\[[\d;]*m)* .*?\[\w+.*?\]")


def groups_of(text: str) -> list[ErrorGroup]:
    """The error groups that the real reader makes of an example."""
    data = text.encode()
    layout = sniff(data)
    assert layout is not None, f"no envelope reads this:\n{text}"
    wanted = {name: re.compile(pattern) for name, pattern in catalogue.needles().items()}
    digest = digests.complete(digests.part(data, layout, wanted, start=True), layout, wanted)
    return list(Case(digest, Readings()).digest.groups.values())


def sentences(cause: Cause) -> Iterator[tuple[str, str]]:
    """Every text of a cause that a person reads, with its name."""
    yield from (("title", cause.title), ("what", cause.what))
    yield from (("remedy.mitigate", cause.remedy.mitigate), ("remedy.repair", cause.remedy.repair))
    yield ("remedy.do_not", cause.remedy.do_not)
    for name, text in (("tell", cause.tell), ("undo", cause.remedy.undo), ("prevent", cause.remedy.prevent)):
        if text:
            yield name, text
    yield from ((f"unlike.{other}", why) for other, why in cause.unlike.items())


def patterns(cause: Cause) -> tuple[str, ...]:
    """Every regex of a cause."""
    return (*cause.signature.patterns, *cause.signature.frames, *cause.needles)


def told(groups: list[ErrorGroup]) -> str:
    """What the reader and the matching saw in a text, for the message of a failing test."""
    rows = []
    for g in groups:
        seen = ", ".join(f"{s.cause.id} (level {s.cause.level}, by {s.by} at {s.position})" for s in match.sightings(g))
        rows.append(
            f"- {g.kind} in {g.process}, type {g.type}, sqlstate {g.sqlstate}, name {g.name}: {seen or 'nothing'}"
        )
        rows += [f"    {line}" for line in g.text.splitlines()]
    return "\n".join(rows) or "no error group at all"


@EVERY
def test_a_file_bears_the_name_of_its_cause(cause: Cause) -> None:
    """The id of a cause is the name of its file, and so it is unique."""
    assert CAUSES[cause.id] is cause
    assert catalogue.modules()[cause.id].__doc__


@EVERY
def test_every_id_that_a_cause_names_exists(cause: Cause) -> None:
    """What a cause gives way to, explains, is unlike, or is a finer form of, is in the catalogue."""
    named = {*cause.over, *cause.explains, *cause.unlike, *(e.id for e in cause.examples)}
    if cause.parent:
        named.add(cause.parent)
    assert named - CAUSES.keys() <= {"unknown"}
    assert cause.id not in {*cause.over, *cause.explains, *cause.unlike, cause.parent}


@EVERY
def test_a_cause_has_no_blanks(cause: Cause) -> None:
    """Every sentence of a cause is written, and none is left as the blank file had it."""
    for name, text in sentences(cause):
        assert text.strip(), name
        assert "FILL IN" not in text, name
    assert 1 <= cause.level <= 10


@EVERY
def test_braces_hold_only_names_that_are_filled_in(cause: Cause) -> None:
    """A word in braces is one that an incident has a name for."""
    for name, text in sentences(cause):
        assert set(re.findall(r"\{([a-z_]+)\}", text)) <= NEUTRAL.keys(), name


@EVERY
def test_every_pattern_compiles(cause: Cause) -> None:
    """Every regex of a cause is one, and none matches an empty text."""
    for pattern in patterns(cause):
        assert not re.compile(pattern, re.MULTILINE).search(""), pattern


@EVERY
def test_a_cause_with_a_signature_shows_what_it_claims(cause: Cause) -> None:
    """Where a cause can be seen in a log there is an example of its own."""
    sign = cause.signature
    if sign.patterns or sign.sqlstates or sign.types or sign.frames or sign.codes:
        assert any(e.id == cause.id for e in cause.examples)


@pytest.mark.parametrize("name", HEALTHY)
def test_no_pattern_matches_a_line_of_a_healthy_log(name: str) -> None:
    """A log without incident holds no line that any cause but a client's would take for its own."""
    text = (folder(name) / "fly.txt").read_text(encoding="utf-8", errors="replace")
    lines = "\n".join(ENVELOPE.sub("", line) for line in text.split("\n"))
    for cause in CAUSES.values():
        if cause.kind == "client":
            continue
        for pattern in cause.signature.patterns:
            found = re.search(pattern, lines, re.MULTILINE)
            assert found is None, f"{cause.id}: {pattern} matches {found[0]!r}"


@pytest.mark.parametrize(("cause", "example"), EXAMPLES)
def test_an_example_ends_as_its_id(cause: Cause, example: Example) -> None:
    """An example goes through the real reader and is named what it says, and never what it must not be taken for."""
    groups = groups_of(example.text)
    names = {found.cause.id if (found := match.name(g)) else "unknown" for g in groups}
    assert example.id in names, f"{example.id} is named {sorted(names)}\n{told(groups)}"
    if example.id != cause.id:
        assert cause.id not in names, f"{cause.id} claims what is {example.id}\n{told(groups)}"
