"""Every group of like errors by its name, incident or not."""

from smokejumper.causes import match
from smokejumper.causes.case import Case
from smokejumper.logs.events import CLIENT_ERRORS
from smokejumper.model.verdict import Errors, GroupFound, Http
from smokejumper.steps.faults import UNKNOWN
from smokejumper.wording import fill


def errors(case: Case) -> Errors:
    """Every group of like errors, most important first."""
    found = []
    for group in case.groups:
        sight = match.name(group)
        cause = sight.cause if sight else UNKNOWN
        places = case.places[group.signature]
        order = (group.level == "warning", group.kind == "platform", -group.span.count, group.signature)
        found.append(
            (
                order,
                GroupFound(
                    signature=group.signature,
                    id=cause.id,
                    parent=cause.parent,
                    title=fill(cause.title, {}),
                    kind=group.kind,
                    exception_type=group.type,
                    message=group.message.split("\n", 1)[0] or None,
                    culprit_frame=group.culprit,
                    top_frame=group.top,
                    process=group.process,
                    http=Http(*group.http) if group.http else None,
                    sqlstate=group.sqlstate,
                    client_error=group.type in CLIENT_ERRORS,
                    count=group.span.count,
                    first_at=case.stamp(group.span.first),
                    last_at=case.stamp(group.span.last),
                    users=tuple(group.users),
                    request_ids=tuple(group.request_ids),
                    machines=tuple(sorted({m for m, _ in places if m})),
                    endpoints=tuple(sorted({w for _, w in places if " /" in w})),
                    jobs=tuple(sorted({w for _, w in places if w and " /" not in w})),
                    owner=cause.owner,
                    skeleton=group.skeleton,
                    sample="\n".join([group.text, *("    " + f for f in group.frames)]),
                ),
            )
        )
    return Errors(tuple(g for _, g in sorted(found, key=lambda x: x[0])))
