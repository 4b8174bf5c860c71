"""What could not be seen, how that could change the verdict, and the command that closes the gap."""

from smokejumper.causes.case import Case
from smokejumper.causes.tell import Fault
from smokejumper.model.verdict import Gap


def gaps(case: Case, faults: list[Fault], app: str | None) -> tuple[Gap, ...]:
    """One gap for each source that failed or was not given, and for what the log itself lacks."""
    flag = f" -a {app}" if app else ""
    found = list(case.readings.gaps)
    held = any(f.id.startswith("db_") or f.cause.look == "database" for f in faults)
    if case.readings.pg is None:
        could = (
            "who holds connections and locks could prove or move the cause"
            if held
            else "nothing points at the database"
        )
        found.append(
            Gap(
                "database",
                "no snapshot of Postgres was given",
                could,
                "supabase inspect db locks --linked --output-format json",
            )
        )
    if case.readings.beam is None:
        could = "a full mailbox or a growing process would name how it came about"
        found.append(
            Gap(
                "beam",
                "no snapshot of the nodes was given",
                could,
                f'fly ssh console{flag} --pty -C "/app/bin/APP remote"',
            )
        )
    if case.readings.request is None:
        found.append(
            Gap(
                "tracker",
                "no request of an error tracker was given",
                "parameters and users of the failing requests",
                f"fly logs{flag} -n -j",
            )
        )
    digest = case.digest
    if digest.dropped:
        what = ", ".join(f"{n} of {k}" for k, n in sorted(digest.dropped.items()))
        found.append(
            Gap("log", f"too much to keep: {what} were let go", "counts are lower bounds", f"fly logs{flag} -n -j")
        )
    if digest.anonymous:
        found.append(
            Gap("log", "requests have no id", "requests and errors cannot be paired exactly", f"fly config show{flag}")
        )
    if case.dateless:
        found.append(
            Gap("log", "the lines have no date", "times of day only: no dates are given", f"fly logs{flag} -n -j")
        )
    if digest.lines and not case.machines:
        found.append(
            Gap(
                "log",
                "the lines name no machine",
                "a single sick machine cannot be told from all",
                f"fly logs{flag} -n -j",
            )
        )
    return tuple(found)
