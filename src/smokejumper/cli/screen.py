"""The first screen: one verdict in 24 rows of 80 columns."""

from pathlib import Path

from smokejumper.cli.out import safe, style, width, wrap
from smokejumper.model.finding import Finding
from smokejumper.model.verdict import CauseFound, Extent, ReleaseFound, Verdict
from smokejumper.wording import names, number

BARS = "▁▂▃▄▅▆▇█"
LABEL = 11
QUIET_S = 15


def verdict(v: Verdict, *, colour: bool = False) -> list[str]:
    """The rows of the verdict's screen."""
    columns = width()
    rows = [out_of(v, colour), *_head(v, columns, colour)]
    causes = [c for c in v.causes if c.role == "cause"]
    if blind(v):
        rows += unseen(v, colour)
    else:
        rows += _row("scope", _scope(v), columns, colour)
    for i, cause in enumerate(causes[:3]):
        rows += _cause(cause, i, columns, colour)
    rows += _trigger(v, columns, colour)
    if v.is_incident:
        rows += _row("now", _now(causes[0] if causes else None, v), columns, colour)
    for finding in v.findings[: 1 if v.is_incident else 2]:
        rows += _row("beside", _finding(finding), columns, colour, most=2)
    not_it = _not_it(v)
    if not_it:
        rows += _row("not it", not_it, columns, colour)
    rows += _spark(v, columns, colour)
    gaps = ", ".join(dict.fromkeys(safe(g.source) for g in v.coverage.gaps))
    if gaps:
        how = "`smokejumper doctor` says how" if v.environment else "hand over their snapshots beside the log"
        rows += _row("not seen", f"{gaps}: {how}", columns, colour)
    page = next((v.links[m] for m in v.machines if m in v.links and v.scope == "machine"), v.links.get("log"))
    if page:
        rows += _row("page", safe(page), columns, colour)
    rows += _row("more", _more(v, causes), columns, colour)
    rows.append("")
    return rows


def out_of(v: Extent, colour: bool) -> str:
    """The row that names the app and its environment, where live sources were read; else an empty one."""
    return style(f"  {safe(v.app)} ({safe(v.environment)})", "dim", on=colour) if v.environment else ""


def blind(v: Verdict) -> bool:
    """Was there no log, and nothing else that shows an incident?"""
    return not v.is_incident and "log" not in v.coverage.read


def unseen(v: Verdict, colour: bool) -> list[str]:
    """Why there is no log, and what to do; for a verdict that is blind."""
    columns = width()
    why = [row for gap in v.coverage.gaps if gap.source == "log" for row in _row("log", safe(gap.why), columns, colour)]
    return [*why, *_row("now", f"{v.next.action}: {safe(v.next.command)}", columns, colour)]


def so_far(v: Verdict) -> str:
    """The first word on what has been read by now, in a line of plain text."""
    if not v.is_incident:
        return f"so far nothing fails, since {_clock(v.window.start)}; reading further back"
    return f"{_head(v, width(), colour=False)[0].strip()}; reading on"


def _row(label: str, text: str, columns: int, colour: bool, most: int = 3) -> list[str]:
    room = columns - LABEL - 2
    lines = wrap(text, room)
    if len(lines) > most:
        lines = [*lines[: most - 1], _cut(lines[most - 1] + " " + lines[most], room)]
    pad = " " * (LABEL + 2)
    return [f"  {style(f'{label:<{LABEL - 2}}', 'dim', on=colour)}  {lines[0]}", *(pad + x for x in lines[1:])]


def _clock(stamp: str | None) -> str:
    return stamp[11:19] if stamp else "?"


def _head(v: Verdict, columns: int, colour: bool) -> list[str]:
    window = f"{_clock(v.window.start)} to {_clock(v.window.end)}" if v.window.start else ""
    if blind(v):
        plain_word, what, when = "BLIND", "without the log nothing is accused and nothing cleared", ""
        word = style(plain_word, "bold", "yellow", on=colour)
    elif not v.is_incident:
        word, what, when = (
            style("NO INCIDENT", "bold", "green", on=colour),
            "nothing fails above its usual level",
            window,
        )
        plain_word = "NO INCIDENT"
    else:
        plain_word = "INCIDENT" if v.causes and v.causes[0].id != "unknown" else "INCIDENT, cause unknown"
        word = style(plain_word, "bold", "red", on=colour)
        what = _what(v)
        when = _since(v) or window
    room = columns - 2 - len(plain_word) - 3 - len(when) - 2
    what = what if len(what) <= room else what[: max(0, room - 1)] + "…"
    return [f"  {word}   {what:<{max(0, room)}}  {when}".rstrip()]


def _since(v: Verdict) -> str:
    """From when to when, and whether it is over; where that cannot be told, when it was last seen."""
    if not v.started_at:
        return ""
    if v.ended_at:
        return f"{_clock(v.started_at)} to {_clock(v.ended_at)}, over"
    last = max((c.last_at for c in v.causes if c.role == "cause" and c.last_at), default=None)
    if last and v.window.end and _seconds(v.window.end) - _seconds(last) >= QUIET_S:
        return f"{_clock(v.started_at)} to {_clock(last)}, quiet since"
    return f"{_clock(v.started_at)}, going on"


def _what(v: Verdict) -> str:
    n = max(len(v.by_machine), len(v.machines))
    machines = (
        f"{len(v.machines)} of {number(n, 'machine')}"
        if len(v.machines) != n
        else f"all {n} machines"
        if n > 1
        else "its one machine"
    )
    match v.scope:
        case "machine":
            return f"{', '.join(v.machines[:2])}" + (f" ({', '.join(v.regions)})" if v.regions else "") + " is sick"
        case "endpoint":
            more = f" and {len(v.endpoints) - 1} more" if len(v.endpoints) > 1 else ""
            return f"{safe(v.endpoints[0])}{more} failed on {machines}"
        case "data":
            who = [r.id for r in v.records] or list(v.users)
            return f"{safe(v.endpoints[0]) if v.endpoints else 'requests'} fails for {safe(', '.join(who[:2]))} only"
        case "job":
            return f"{safe(v.jobs[0]) if v.jobs else 'background jobs'} fails; requests are served"
        case "systemic":
            return f"most routes failed on {machines}"
        case "deploy":
            return "a release did not come up; the old one serves"
        case _:
            return "something fails"


def _scope(v: Verdict) -> str:
    c = v.counts
    if not v.is_incident:
        bad = f"{c.http_5xx} with 5xx, {c.http_4xx} with 4xx" if c.http_5xx or c.http_4xx else "none failed"
        where = f"on {number(len(v.by_machine), 'machine')} in {', '.join(v.by_region) or '?'}"
        return f"{number(c.requests, 'request')}, {bad}, {where}"
    parts: list[str] = [v.scope]
    if v.scope in ("endpoint", "data") and v.endpoints:
        mine = [v.by_endpoint[e] for e in v.endpoints if e in v.by_endpoint]
        failed, asked = sum(t.http_5xx for t in mine), sum(t.requests for t in mine)
        others_asked, others_failed = c.requests - asked, c.http_5xx - failed
        share = f" ({failed * 100 // asked} %)" if asked else ""
        parts.append(
            f"{failed} of {number(asked, 'request')}{share} there, {others_failed} of {others_asked} on all others"
        )
    elif v.scope == "job":
        attempts = number(sum(c.job_exceptions_by_type.values()), "attempt")
        parts.append(f"{attempts} failed; {c.http_5xx} of {number(c.requests, 'request')}")
    else:
        parts.append(f"{c.http_5xx} of {number(c.requests, 'request')} failed")
    if v.users_count:
        parts.append(number(v.users_count, "user"))
    if v.severity:
        parts.append(v.severity)
    return ", ".join(parts).replace(", ", "   ", 1)


def _cause(cause: CauseFound, index: int, columns: int, colour: bool) -> list[str]:
    sure = f"{cause.grade}, {round(cause.confidence * 100)} %"
    room = columns - LABEL - 2
    label = "cause" if index == 0 else "and"
    gap = " " * max(2, room - len(cause.id) - len(sure))
    shown = style(f"{label:<{LABEL - 2}}", "dim", on=colour)
    rows = [
        f"  {shown}  {style(cause.id, 'bold', on=colour)}{gap}{style(sure, 'cyan', on=colour)}",
        " " * (LABEL + 2) + _cut(safe(cause.title), room),
    ]
    pad = " " * (LABEL + 2)
    if cause.message:
        shown = f"{cause.exception_type}: {cause.message}" if cause.exception_type else cause.message
        rows.append(pad + _cut(safe(shown), columns - LABEL - 2))
    frame = cause.culprit_frame
    if frame is not None:
        where = f"{frame.file}:{frame.line}  {frame.function}" if frame.file else frame.function
        rows.append(pad + _cut(safe(where), columns - LABEL - 2))
        rows += [pad + _cut(x, columns - LABEL - 2) for x in source_lines(frame.file, frame.line)]
    return rows


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 1] + "…"


def source_lines(file: str | None, line: int | None, root: Path | None = None) -> list[str]:
    """The five lines around a frame, where the repo is the current folder; nothing else is ever opened."""
    if not file or not line or file.startswith("/") or ".." in file.split("/"):
        return []
    path = (root or Path.cwd()) / file
    try:
        if not path.resolve().is_relative_to((root or Path.cwd()).resolve()) or not path.is_file():
            return []
        text = path.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return []
    if line > len(text):
        return []
    from smokejumper.escaping import plain  # noqa: PLC0415

    begin = max(0, line - 3)
    return [
        f"{'>' if n + 1 == line else ' '} {n + 1:>4} {plain(text[n])}" for n in range(begin, min(len(text), line + 2))
    ]


def _trigger(v: Verdict, columns: int, colour: bool) -> list[str]:
    caused = next((r for r in v.releases if r.verdict == "caused"), None)
    if caused is not None:
        return _row(
            "trigger",
            f"release {_release(caused)} at {_clock(caused.at)}, caused it: {caused.why}",
            columns,
            colour,
        )
    rows: list[str] = []
    trigger = next((c.trigger for c in v.causes if c.trigger is not None), None)
    if trigger is not None:
        rows += _row("trigger", f"{trigger.kind}: {safe(trigger.why)}", columns, colour)
    elif v.releases and v.is_incident:
        r = v.releases[0]
        rows += _row("release", f"{_release(r)} at {_clock(r.at)}: {r.verdict}, {r.why}", columns, colour)
    return rows[:2]


def _release(release: ReleaseFound) -> str:
    """Its number, where Fly told it; else its image, cut."""
    return f"v{release.version}" if release.version is not None else _cut(safe(release.image), 22)


def _now(cause: CauseFound | None, v: Verdict) -> str:
    if v.next.command.startswith(("fly deploy", "fly releases")) or cause is None or not cause.fix.mitigate:
        return f"{v.next.action}: {safe(v.next.command)}"
    return safe(cause.fix.mitigate)


def _finding(f: Finding) -> str:
    who = "" if any(m in f.figure for m in f.machines) or not f.machines else f"{names(f.machines)}: "
    return f"{f.kind.replace('_', ' ')}: {safe(who + f.figure)}"


def _not_it(v: Verdict) -> str:
    if blind(v):
        return ""
    if not v.is_incident:
        return "; ".join(f"{n.kind} ({n.count})" for n in v.noise[:4])
    parts = []
    ids = {c.id for c in v.causes}
    if not any(i.startswith(("db_", "pooler", "external_call", "slow_query", "missing_index")) for i in ids):
        parts.append("database (no error)")
    if v.scope not in ("machine", "unknown") and len(v.by_machine) > 1 and v.counts.http_5xx:
        parts.append(f"one machine ({' / '.join(str(t.http_5xx) for t in v.by_machine.values())} failures)")
    if not any(c.kind == "platform" for c in v.causes):
        parts.append("Fly (no platform error)")
    innocent = [r for r in v.releases if r.verdict == "innocent"]
    if innocent and not any(r.verdict == "caused" for r in v.releases):
        parts.append("the release")
    return ", ".join(parts)


def _spark(v: Verdict, columns: int, colour: bool) -> list[str]:
    t = v.timeline
    if not t.start or not t.counts or not v.is_incident or not sum(t.counts):
        return []
    room = columns - LABEL - 4
    counts = list(t.counts)[:room]
    most = max(counts)
    bars = "".join(BARS[0] if not n else BARS[min(7, max(1, round(n / most * 7)))] for n in counts)
    unit = f"5xx/{t.width} s" if t.width < 120 else f"5xx/{t.width // 60} min"
    pad = " " * (LABEL + 2)
    end = v.window.end
    axis = _clock(t.start) + " " * max(1, len(counts) - 16) + _clock(end)
    rows = [pad + axis, f"  {style(f'{unit:<{LABEL - 2}}', 'dim', on=colour)}  {style(bars, 'red', on=colour)}"]
    marks = [" "] * (len(counts) + 12)
    labels = []
    for at, name in t.events:
        if at is None or name not in ("deploy", "rollback", "oom", "gave_up"):
            continue
        column = (_seconds(at) - _seconds(t.start)) // t.width
        if 0 <= column < len(counts):
            labels.append((column, name))
    last = -20
    for column, name in labels:
        if column - last < len(name) + 3:
            continue
        for k, c in enumerate(f"▲ {name}"):
            if column + k < len(marks):
                marks[column + k] = c
        last = column
    if labels:
        rows.append((pad + "".join(marks)).rstrip())
    return rows


def _seconds(stamp: str) -> int:
    from smokejumper.logs.times import epoch  # noqa: PLC0415

    return int(epoch(stamp) or 0)


def _more(v: Verdict, causes: list[CauseFound]) -> str:
    parts = ["errors" if v.causes else "scope"]
    rid = next((r for c in causes for r in c.request_ids), None)
    if rid:
        parts.append(f"trace {safe(rid)}")
    if causes and causes[0].id != "unknown":
        parts.append(f"explain {causes[0].id}")
    parts.append("triage --json")
    return " · ".join(parts)


def markdown(v: Verdict) -> list[str]:
    """Ten lines to paste into a chat."""
    causes = [c for c in v.causes if c.role == "cause"]
    if blind(v):
        return [f"**BLIND** {safe(v.app)} — the log could not be read", f"- next: `{safe(v.next.command)}`"]
    what = safe(_what(v)) if v.is_incident else "nothing fails above its usual level"
    head = f"**{'INCIDENT' if v.is_incident else 'NO INCIDENT'}** {safe(v.app)} — {what}"
    rows = [head, f"- scope: {safe(_scope(v))}"]
    if v.is_incident:
        rows.append(f"- {_since(v)} (UTC)")
    for c in causes[:2]:
        rows.append(f"- cause: `{c.id}` ({c.grade}, {round(c.confidence * 100)} %): {safe(c.title)}")
        if c.message:
            rows.append(
                f"  `{_cut(safe(c.exception_type or c.kind) + ': ' + safe(c.message), 160).replace('`', chr(39))}`"
            )
        if c.culprit_frame:
            rows.append(f"  at `{safe(c.culprit_frame.file)}:{c.culprit_frame.line}` {safe(c.culprit_frame.function)}")
    caused = next((r for r in v.releases if r.verdict == "caused"), None)
    if caused:
        rows.append(f"- trigger: release `{safe(caused.image)}` at {_clock(caused.at)}")
    if causes and causes[0].fix.mitigate:
        rows.append(f"- now: {safe(causes[0].fix.mitigate)}")
    rows.append(f"- next: `{safe(v.next.command)}`")
    gaps = ", ".join(dict.fromkeys(g.source for g in v.coverage.gaps))
    if gaps:
        rows.append(f"- not seen: {gaps}")
    return rows[:10]
