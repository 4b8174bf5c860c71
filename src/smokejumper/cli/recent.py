"""`recent`: what changed before the onset."""

from collections.abc import Iterator

from smokejumper.cli import inputs, options, out, report as shared
from smokejumper.model.reports import Change, Deployed, RecentReport
from smokejumper.wording import lasting, number

NAME = "recent"
HELP = "What changed in the hour before the onset: releases and their commits, secrets, settings, machines, hosts."
PAD = " " * 25


def command(
    files: options.Files = None,
    json: options.Json = False,
    app: options.App = None,
    env: options.Env = None,
    since: options.Since = None,
) -> int:
    """Show what changed. Exit code 3 where no source has a time."""
    from smokejumper.logs.times import epoch  # noqa: PLC0415
    from smokejumper.plays import triage  # noqa: PLC0415
    from smokejumper.sources.selection import Selection  # noqa: PLC0415
    from smokejumper.steps.recent import recent  # noqa: PLC0415

    verdict, case = triage.of_files(inputs.read(files, env, app, since), inputs.narrowed(files, Selection(since)), app)
    onset = epoch(verdict.started_at) if verdict.started_at else None
    found = recent(case, onset, verdict.releases, verdict.app, verdict.environment)
    if json:
        out.json(found)
    else:
        out.lines(rows(found, colour=out.colour()))
    return 0 if found.since is not None else 3


def rows(report: RecentReport, *, colour: bool) -> list[str]:
    """The screen; `>` marks what came within five minutes of the onset."""
    text = shared.head(report, _said(report), colour=colour)
    if report.changes:
        text.append("")
    for change in report.changes:
        text += _change(report, change, colour)
    if report.touched:
        text.append("")
    for t in report.touched:
        when = shared.clock(t.commit.at, report.at)
        told = f"{t.file}:{t.line} by {t.commit.author} {when} in {t.commit.id[:8]}: {t.commit.subject}"
        text += shared.labelled("last touched", told, ("yellow",) if t.close else ("dim",), colour)
    return [*text, *shared.gaps(report, colour=colour)]


def _said(report: RecentReport) -> str:
    if report.since is None:
        return "when anything changed is not known"
    before = f"the onset at {report.onset[11:19]}" if report.onset else "now"
    if not report.changes:
        return f"nothing is known to have changed in the hour before {before}"
    close = sum(c.close for c in report.changes)
    return f"{number(len(report.changes), 'change')} in the hour before {before}" + (
        f", {close} of them shortly before" if close else ""
    )


def _change(report: RecentReport, change: Change, colour: bool) -> list[str]:
    mark = ">" if change.close else " "
    when = f"{_ahead(change.seconds_before):>9}  {shared.clock(change.at, report.at):<11}"
    who = f" by {change.who}" if change.who and change.who not in change.what else ""
    lines = out.wrap(out.safe(change.what + who), out.width() - len(PAD))
    head = out.style(f"{mark} {when}", "yellow" if change.close else "dim", on=colour)
    details = _details(change, change.deployed) if change.deployed is not None else ()
    below = (line for detail in details for line in out.wrap(out.safe(detail), out.width() - len(PAD), "  ")[:3])
    return [f"{head} {lines[0]}".rstrip(), *(PAD + line for line in (*lines[1:3], *below))]


def _ahead(seconds: float) -> str:
    return f"-{lasting(seconds)}" if seconds >= 0 else f"+{lasting(-seconds)}"


def _details(change: Change, d: Deployed) -> Iterator[str]:
    if change.machines:
        yield f"on {number(len(change.machines), 'machine')}" + (f", {d.image}" if d.image and d.version else "")
    if d.verdict:
        yield f"{d.verdict}: {d.why}"
    if d.commits:
        count = number(len(d.commits) + d.more_commits, "commit")
        yield f"{count}, +{d.insertions} -{d.deletions} in {number(len(d.files), 'file')}"
        yield from (f"{c.id[:8]} {c.author}: {c.subject}" for c in d.commits[:3])
    if d.migrations:
        yield f"{number(len(d.migrations), 'migration')}: {', '.join(d.migrations[:3])}"
    for s in d.settings[:4]:
        yield f"{s.name}: {'not set' if s.before is None else s.before} -> {'not set' if s.after is None else s.after}"
    if len(d.settings) > 4:
        yield f"and {len(d.settings) - 4} more settings: recent --json"
