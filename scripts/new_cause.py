"""Write the blank file of a cause: `make new-cause NAME=missed_migration`."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KNOWN = ROOT / "src/smokejumper/causes/known"

BLANK = '''\
"""FILL IN: why this failure exists, in one sentence."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="{name}",
    title="FILL IN: what happened, in one line that a tired person understands",
    owner="us",  # or supabase, fly, third_party, client
    scope="endpoint",  # the usual reach
    kind="evidence",  # cause: convicts at once; evidence: needs a second signal; symptom: only the surface
    level=6,  # its place in the order of naming, see Cause
    traits=(),  # how it behaves, see Trait
    what="FILL IN: the mechanism, in one or two sentences.",
    unlike={{
        # "other_id": "what separates it from this one",
    }},
    signature=Signature(patterns=(r"FILL IN: a pattern of its own words",)),
    tell="FILL IN: the second signal that separates it from its look-alikes",
    remedy=Remedy(
        mitigate="FILL IN: what to do first.",
        repair="FILL IN: what ends it for good.",
        do_not="FILL IN: what makes it worse.",
        undo="FILL IN: how to take the mitigation back.",
        prevent="FILL IN: the test, alert or habit that keeps it away.",
    ),
    examples=(
        # What it must claim: a dozen lines as they stood in a log.
        Example(
            id="{name}",
            source="FILL IN: where the wording was seen (corpus:NAME, owner/repo#n, a source file)",
            text="""\\
FILL IN
""",
        ),
        # What it must leave alone: its nearest look-alike, with the id that this one is.
    ),
    sources=(),
)
'''


def main(arguments: list[str]) -> int:
    """Write the file, never over one that is there."""
    name = arguments[0] if arguments else ""
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        print(f"{name!r} is no name of a cause. Try `make new-cause NAME=missed_migration`.", file=sys.stderr)
        return 2
    path = KNOWN / f"{name}.py"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(BLANK.format(name=name))
    except FileExistsError:
        print(f"There is a cause {name} already: {path.relative_to(ROOT)}", file=sys.stderr)
        return 2
    print(f"Wrote {path.relative_to(ROOT)}. Fill it in; `make test` says what is missing.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
