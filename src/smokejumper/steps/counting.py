"""The table behind the scope: how many requests, and how they were answered, by machine, endpoint and region."""

from smokejumper.causes.case import NO_ROUTE, Case, Cell, quantile
from smokejumper.model.verdict import Counts, Traffic

PROCESSES = ("genserver", "liveview", "channel", "task", "supervisor")


def counts(case: Case) -> Counts:
    """How much of everything the evidence holds."""
    total, proxy = case.total(), case.proxy_answers()
    approximate = bool(case.digest.anonymous) or bool(case.digest.dropped)
    longest = max((max(c.latency) for c in case.cells.values() if c.latency), default=0)
    from_anonymous = sum(max(0, starts - ends) for starts, ends in case.digest.anonymous.values())
    return Counts(
        lines=case.digest.lines,
        requests=total.requests + proxy,
        http_5xx=total.failed + proxy,
        http_5xx_from_proxy=proxy,
        http_4xx=total.refused,
        unfinished=len(_old(case, longest)) + from_anonymous,
        exceptions_by_type=case.type_counts(("request",)),
        job_exceptions_by_type=case.type_counts(("oban",)),
        process_crashes_by_type=case.type_counts(PROCESSES),
        users_hit=len(
            {u for row in case.digest.answers.values() if row.paths or row.first is not None for u in row.users}
        ),
        approximate=approximate,
    )


def _old(case: Case, longest: int) -> list[tuple[str, str, float | None]]:
    """Requests without an answer that are older, at the end of the log, than the longest normal answer."""
    from smokejumper.logs.requests import latency_ms  # noqa: PLC0415

    wait = latency_ms(longest) / 1000
    return [u for u in case.unfinished if u[2] is None or case.last is None or case.last - u[2] > wait]


def traffic(cell: Cell) -> Traffic:
    """One row of the table."""
    return Traffic(cell.requests, cell.refused, cell.failed, quantile(cell.latency, 0.5), quantile(cell.latency, 0.95))


def by_machine(case: Case) -> dict[str, Traffic]:
    """The table by machine."""
    return {m: traffic(case.total(machines=[m])) for m in sorted({m for m, _ in case.cells if m})}


def by_endpoint(case: Case) -> dict[str, Traffic]:
    """The table by endpoint, most requests first."""
    rows = {e: traffic(case.total(endpoints=[e])) for e in sorted({e for _, e in case.cells if e})}
    return dict(sorted(rows.items(), key=lambda kv: (kv[0].endswith(NO_ROUTE), -kv[1].requests, kv[0])))


def by_region(case: Case) -> dict[str, Traffic]:
    """The table by region."""
    regions = sorted(set(case.regions.values()))
    return {r: traffic(case.total(machines=[m for m, region in case.regions.items() if region == r])) for r in regions}
