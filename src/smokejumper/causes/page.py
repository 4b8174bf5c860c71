"""One cause as text: the terminal's `explain` and the page of the docs say the same."""

import textwrap
from typing import Any

from smokejumper.causes.blanks import fill
from smokejumper.model.cause import Cause

KINDS = {
    "cause": "convicts as soon as it is seen",
    "evidence": "needs a second signal",
    "symptom": "a surface: something deeper is looked for first",
    "client": "the client's: answered with 4xx",
}
LOOKS = {
    "log": "the log is enough",
    "database": "needs the database",
    "beam": "needs the BEAM",
    "releases": "needs the releases",
    "fly": "needs Fly's machines and events",
    "upstream": "needs the other side",
}


def generic(sentence: str) -> str:
    """A sentence of the catalogue outside of any incident."""
    return fill(sentence, {})


def sections(cause: Cause) -> list[tuple[str, str]]:
    """Heading and text of each part of the page."""
    remedy = cause.remedy
    parts = [
        ("What it is", cause.what),
        ("Tell", cause.tell or "its own words in the log"),
        ("Do first", remedy.mitigate),
        ("Repair", remedy.repair),
        ("Do not", remedy.do_not),
        ("Undo", remedy.undo or "Redeploy the release before it."),
        ("Prevent", remedy.prevent or "Add a test that replays the case."),
    ]
    return [(head, generic(text)) for head, text in parts]


def facts(cause: Cause) -> list[tuple[str, str]]:
    """The table at the head of the page."""
    return [
        ("owner", cause.owner),
        ("usual reach", cause.scope),
        ("certainty", KINDS[cause.kind]),
        ("where to look", LOOKS[cause.look]),
        ("playbook", cause.playbook or "-"),
        ("parent", cause.parent or "-"),
    ]


def signature(cause: Cause) -> list[str]:
    """How it looks in a log, in words and patterns."""
    sign = cause.signature
    rows = []
    if sign.sqlstates:
        rows.append(f"SQLSTATE {', '.join(sign.sqlstates)}")
    if sign.types:
        rows.append(f"exception {', '.join(sign.types)}")
    if sign.codes:
        rows.append(f"Fly's proxy {', '.join(sign.codes)}")
    rows += list(sign.patterns) + [f"first frame {f}" for f in sign.frames]
    return rows


def terminal(cause: Cause, columns: int, *, colour: bool) -> list[str]:
    """The rows of the terminal's page."""

    def bold(text: str) -> str:
        return f"\x1b[1m{text}\x1b[0m" if colour else text

    first = textwrap.wrap(f"{cause.id}  {generic(cause.title)}", columns - 4)
    rows = [f"  {bold(cause.id)}{first[0].removeprefix(cause.id)}", *("    " + x for x in first[1:]), ""]
    for name, value in facts(cause):
        if value != "-":
            rows.append(f"  {name:<14} {value}")
    for head, text in sections(cause):
        rows += ["", f"  {bold(head)}", *("    " + x for x in textwrap.wrap(text, columns - 4))]
    if cause.unlike:
        rows += ["", f"  {bold('Not to be taken for')}"]
        for other, why in cause.unlike.items():
            rows += ["    " + x for x in textwrap.wrap(f"{other}: {generic(why)}", columns - 4, subsequent_indent="  ")]
    seen = signature(cause)
    if seen:
        rows += ["", f"  {bold('How it looks')}", *("    " + x[: columns - 4] for x in seen)]
    return rows


def markdown(cause: Cause) -> str:
    """The page of the docs."""
    lines = [
        f"# {cause.id}",
        "",
        generic(cause.title)[:1].upper() + generic(cause.title)[1:] + ".",
        "",
        "| | |",
        "| --- | --- |",
    ]
    lines += [f"| {k} | {v} |" for k, v in facts(cause)]
    for head, text in sections(cause):
        lines += ["", f"## {head}", "", text]
    if cause.unlike:
        lines += ["", "## Not to be taken for", ""]
        lines += [f"- {_link(other)}: {generic(why)}" for other, why in cause.unlike.items()]
    if signature(cause):
        lines += ["", "## How it looks", "", "```text", *signature(cause), "```"]
    own = [e for e in cause.examples if e.id == cause.id]
    if own:
        lines += ["", "## Example", "", "```text", own[0].text.rstrip("\n"), "```"]
    if cause.unseen:
        lines += ["", "No recorded or published positive was found; the wording comes from the sources below."]
    if cause.sources:
        lines += ["", "Sources: " + ", ".join(cause.sources)]
    return "\n".join(lines) + "\n"


def _link(other: str) -> str:
    return other if other == "unknown" else f"[{other}]({other}.md)"


def as_dict(cause: Cause) -> dict[str, Any]:
    """The cause as JSON."""
    return {
        "id": cause.id,
        "parent": cause.parent,
        "title": generic(cause.title),
        "owner": cause.owner,
        "scope": cause.scope,
        "kind": cause.kind,
        "look": cause.look,
        "playbook": cause.playbook,
        "what": cause.what,
        "tell": cause.tell,
        "unlike": dict(cause.unlike),
        "explains": list(cause.explains),
        "signature": signature(cause),
        "unseen": cause.unseen,
        "sources": list(cause.sources),
        "remedy": {
            "mitigate": generic(cause.remedy.mitigate),
            "repair": generic(cause.remedy.repair),
            "do_not": generic(cause.remedy.do_not),
            "undo": cause.remedy.undo and generic(cause.remedy.undo),
            "prevent": cause.remedy.prevent and generic(cause.remedy.prevent),
        },
    }
