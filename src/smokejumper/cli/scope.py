"""`scope`: how far does it reach."""

from smokejumper.cli import inputs, options, out
from smokejumper.cli.screen import blind, out_of, unseen
from smokejumper.model.verdict import Traffic, Verdict
from smokejumper.wording import number

NAME = "scope"
HELP = "Who is hit: one machine, one endpoint, one user's data, jobs, everything? Since when, how many?"


def command(
    files: options.Files = None,
    json: options.Json = False,
    app: options.App = None,
    env: options.Env = None,
    since: options.Since = None,
    until: options.Until = None,
    machine: options.Machine = None,
    region: options.Region = None,
    endpoint: options.Endpoint = None,
    user: options.User = None,
    status: options.Status = None,
    grep: options.Grep = None,
) -> int:
    """The table behind the scope, and the playbook's decision. Exit code 1 with an incident."""
    from smokejumper.plays import triage  # noqa: PLC0415

    verdict, _ = triage.of_files(
        inputs.read(files, env, app, since),
        inputs.narrowed(files, options.selection(since, until, machine, region, endpoint, user, status, grep)),
        app,
    )
    if json:
        out.json(triage.scope_of(verdict))
    else:
        out.lines(rows(verdict, colour=out.colour()))
    return triage.code(verdict)


NEXT = {
    "machine": "one machine: look into it (playbook 3)",
    "endpoint": "one part of the code: trace the error (playbook 4)",
    "data": "one user's or tenant's data: find the rows (playbook 6)",
    "job": "background work only: trace the error (playbook 4)",
    "systemic": "everything: check dependencies first (playbook 2)",
    "deploy": "the new release only: the old one serves (playbook 8)",
    "none": "nothing fails above its usual level",
    "unknown": "the evidence does not say: hand over more of it",
}


def rows(v: Verdict, *, colour: bool) -> list[str]:
    """The screen."""
    since = f" since {v.started_at[11:19]}" if v.started_at else ""
    columns = out.width()
    word = v.scope.upper()
    told = out.wrap(f"{word}{since}   {NEXT[v.scope]}", columns - 2)
    head = [out.style(word, "bold", on=colour) + told[0].removeprefix(word), *told[1:]]
    if blind(v):
        return [out_of(v, colour), *("  " + x for x in head), *unseen(v, colour), ""]
    c = v.counts
    by_proxy = f" ({c.http_5xx_from_proxy} of them by Fly's proxy)" if c.http_5xx_from_proxy else ""
    counts = (
        f"{number(c.requests, 'request')}: {c.http_5xx} with 5xx{by_proxy}, {c.http_4xx} with 4xx,"
        f" {c.unfinished} never answered"
    )
    text = [out_of(v, colour), *("  " + x for x in (*head, *out.wrap(counts, columns - 2))), ""]
    text += _table("machine", {f"{m} {_region(v, m)}": t for m, t in v.by_machine.items()}, colour)
    worst = sorted(v.by_endpoint.items(), key=lambda kv: (-kv[1].http_5xx, -kv[1].requests, kv[0]))
    text += ["", *_table("endpoint", dict(worst[:9]), colour)]
    if len(worst) > 9:
        text.append(f"  and {len(worst) - 9} more: scope --json")
    return [*text, ""]


def _region(v: Verdict, machine: str) -> str:
    return "*" if v.is_incident and machine in v.machines else ""


def _table(name: str, table: dict[str, Traffic], colour: bool) -> list[str]:
    room = out.width() - 46
    head = f"  {name:<{room}} {'requests':>9} {'4xx':>6} {'5xx':>6} {'p50 ms':>8} {'p95 ms':>8}"
    lines = [out.style(head, "dim", on=colour)]
    for key, t in table.items():
        shown = out.safe(key)
        shown = shown if len(shown) <= room else shown[: room - 1] + "…"
        row = f"  {shown:<{room}} {t.requests:>9} {t.http_4xx:>6} {t.http_5xx:>6} {_ms(t.p50_ms):>8} {_ms(t.p95_ms):>8}"
        lines.append(out.style(row, "red", on=colour and t.http_5xx > 0))
    return lines


def _ms(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}" if value >= 10 else f"{value:g}"
