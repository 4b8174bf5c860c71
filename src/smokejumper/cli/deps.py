"""`deps`: us or them."""

from smokejumper.cli import inputs, options, out, report as shared
from smokejumper.model.reports import Decision, DependencyState, DepsReport

NAME = "deps"
HELP = "Us or them: Fly, Supabase, the front door and third parties, on the incident's time axis."

WHOSE: dict[Decision, str] = {
    "us": "US",
    "fly": "FLY",
    "supabase": "SUPABASE",
    "third_party": "A THIRD PARTY",
    "undecided": "UNDECIDED",
    "none": "NOBODY",
}
STYLES: dict[DependencyState, str] = {"ok": "green", "degraded": "yellow", "down": "red", "unknown": "dim"}


def command(
    files: options.Files = None,
    json: options.Json = False,
    app: options.App = None,
    env: options.Env = None,
    since: options.Since = None,
) -> int:
    """Show the dependencies. Exit code 1 with a finding, 3 where none could be seen."""
    from smokejumper.plays import triage  # noqa: PLC0415
    from smokejumper.sources.selection import Selection  # noqa: PLC0415
    from smokejumper.steps.deps import deps  # noqa: PLC0415

    verdict, case = triage.of_files(inputs.read(files, env, app, since), inputs.narrowed(files, Selection(since)), app)
    found = deps(case, verdict, verdict.app, verdict.environment)
    if json:
        out.json(found)
    else:
        out.lines(rows(found, colour=out.colour()))
    return 1 if found.troubled else 0 if verdict.coverage.read else 3


def rows(report: DepsReport, *, colour: bool) -> list[str]:
    """The screen."""
    return [
        *shared.head(report, f"{WHOSE[report.decision]}: {report.why}", colour=colour),
        *shared.findings(report, report.findings, colour=colour),
        *_table(report, colour),
        *shared.gaps(report, colour=colour),
    ]


def _table(report: DepsReport, colour: bool) -> list[str]:
    """A dependency a row, with its time against the incident's, and what was seen below it."""
    if not report.dependencies:
        return []
    room = out.width() - 48
    title = f"  {'state':<8}  {'dependency':<{room}}  {'whose':<11}  {'since':<11}  during"
    lines = ["", out.style(title, "dim", on=colour)]
    for d in report.dependencies:
        state = out.style(f"{d.state:<8}", STYLES[d.state], on=colour)
        whose = d.owner.replace("_", " ") if d.owner else "?"
        during = {True: "yes", False: "no", None: ""}[d.overlaps]
        since = shared.clock(d.since, report.at)
        lines.append(
            f"  {state}  {shared.cut(out.safe(d.name), room):<{room}}  {whose:<11}  {since:<11}  {during}".rstrip()
        )
        figure = out.wrap(out.safe(d.figure), out.width() - 12)
        lines += ["            " + out.style(line, "dim", on=colour) for line in figure[:2]]
    return lines
