"""`machines`: all of them side by side, and which is the odd one out."""

from collections.abc import Callable

from smokejumper.cli import inputs, options, out, report as shared
from smokejumper.model.reports import MachineRow, MachinesReport
from smokejumper.wording import lasting, number

NAME = "machines"
HELP = "Which machine is the odd one out, and why: state, checks, exits, memory, image, and its share of the errors."

Column = tuple[str, int, Callable[[MachineRow], str]]


def command(
    files: options.Files = None,
    json: options.Json = False,
    app: options.App = None,
    env: options.Env = None,
    since: options.Since = None,
) -> int:
    """Show the machines. Exit code 1 with a finding, 3 where no machine could be seen."""
    from smokejumper.plays import triage  # noqa: PLC0415
    from smokejumper.sources.selection import Selection  # noqa: PLC0415
    from smokejumper.steps.machines import machines  # noqa: PLC0415

    verdict, case = triage.of_files(
        inputs.read(files, env, app, since, wanted="inside"), inputs.narrowed(files, Selection(since)), app
    )
    found = machines(case, verdict.app, verdict.environment)
    if json:
        out.json(found)
    else:
        out.lines(rows(found, colour=out.colour()))
    return 1 if found.troubled else 0 if found.machines else 3


def rows(report: MachinesReport, *, colour: bool) -> list[str]:
    """The screen."""
    running = sum(m.state == "started" for m in report.machines)
    known = any(m.state is not None for m in report.machines)
    count = number(len(report.machines), "machine")
    said = f"{count}, {running} started" if known else f"{count} in the log" if report.machines else "no machine seen"
    calm = "" if report.troubled or not report.machines else "; none stands out"
    return [
        *shared.head(report, said + calm, colour=colour),
        *shared.findings(report, report.findings, colour=colour),
        *_table(report, colour),
        *shared.gaps(report, colour=colour),
    ]


def _table(report: MachinesReport, colour: bool) -> list[str]:
    """What differs, in as many columns as there is room for; what is alike in one row; what is unknown nowhere."""
    if not report.machines:
        return []
    cells = {title: [out.safe(ask(m)) for m in report.machines] for title, _, ask in COLUMNS}
    told = [title for title, *_ in COLUMNS if any(cells[title])]
    alike = [t for t in told if t not in ALWAYS and len(report.machines) > 1 and len(set(cells[t])) == 1]
    shown = [title for title in told if title not in alike]
    ranks = {title: rank for title, rank, _ in COLUMNS}
    widths = {title: max(len(title), *map(len, cells[title])) for title in shown}
    while sum(widths[title] + 2 for title in shown) > out.width() and len(shown) > len(ALWAYS):
        shown.remove(max(shown, key=lambda title: ranks[title]))
    hidden = [title for title in told if title not in (*alike, *shown)]
    lines = ["", out.style("  " + "  ".join(f"{t:<{widths[t]}}" for t in shown).rstrip(), "dim", on=colour)]
    for i, m in enumerate(report.machines):
        line = shared.cut("  " + "  ".join(f"{cells[t][i]:<{widths[t]}}" for t in shown).rstrip(), out.width())
        lines.append(out.style(line, *_style(report, m), on=colour) if _style(report, m) else line)
    if alike:
        lines += _below("all", ", ".join(f"{title} {cells[title][0]}" for title in alike))
    if hidden:
        lines += _below("no room", f"{', '.join(hidden)}: machines --json")
    return lines


def _below(label: str, text: str) -> list[str]:
    return ["  " + line for line in out.wrap(f"{label}: {text}", out.width() - 2, "  ")]


def _style(report: MachinesReport, m: MachineRow) -> tuple[str, ...]:
    if any(m.id in f.machines for f in report.findings if f.severity in ("critical", "major")):
        return ("red",)
    return ("dim",) if m.state not in ("started", None) else ()


def _checks(m: MachineRow) -> str:
    return f"{m.checks_passing}/{m.checks_total}" if m.checks_total else ""


def _exit(m: MachineRow) -> str:
    if m.last_exit is None:
        return ""
    how = "oom" if m.last_exit.oom else "order" if m.last_exit.requested else ""
    return f"{m.last_exit.code} {how}".rstrip()


def _image(m: MachineRow) -> str:
    """The end of a tag of flyctl's, whose beginning is the time, or the beginning of a digest."""
    image = m.image or ""
    if image.startswith("deployment-"):
        return "…" + image[-7:]
    return shared.cut(image.removeprefix("sha256:"), 8) if image else ""


def _memory(m: MachineRow) -> str:
    return f"{_share(m.memory_used)} {f'{m.memory_mb}M' if m.memory_mb else ''}".strip()


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.0%}"


def _note(m: MachineRow) -> str:
    notes = (
        {"unreachable": "host down", "unknown": "host unknown"}.get(m.host_status or "", ""),
        "cordoned" if m.cordoned else "",
        "leased" if m.leased_by else "",
    )
    return ", ".join(note for note in notes if note)


def _uptime(m: MachineRow) -> str:
    return "" if m.uptime_s is None else lasting(m.uptime_s)


def _count(value: int | None) -> str:
    return "" if value is None else str(value)


ALWAYS = ("machine", "state")
COLUMNS: tuple[Column, ...] = (
    ("machine", 0, lambda m: m.id),
    ("group", 13, lambda m: m.group or ""),
    ("reg", 4, lambda m: m.region or ""),
    ("state", 1, lambda m: m.state or ""),
    ("check", 5, _checks),
    ("again", 9, lambda m: _count(m.restarts)),
    ("exit", 8, _exit),
    ("oom", 10, lambda m: _count(m.oom_kills) if m.oom_kills else ""),
    ("rel", 11, lambda m: f"v{m.release}" if m.release is not None else ""),
    ("image", 12, _image),
    ("memory", 6, _memory),
    ("cpu", 14, lambda m: _share(m.cpu_busy)),
    ("thr", 15, lambda m: _share(m.throttled) if m.throttled else ""),
    ("disk", 16, lambda m: _share(m.disk_used)),
    ("up", 17, _uptime),
    ("asked", 7, lambda m: _count(m.requests)),
    ("5xx", 2, lambda m: _count(m.http_5xx)),
    ("errors", 3, lambda m: f"{m.errors} {_share(m.errors_share)}" if m.errors else ""),
    ("note", 2, _note),
)
"""Title, rank (where there is no room, the highest goes first), and the text for a machine."""
