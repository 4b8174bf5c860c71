"""Health checks fail and nothing else explains it."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="health_check_failing",
    title="the health check of {machine} fails",
    owner="us",
    scope="machine",
    kind="symptom",
    level=9,
    traits=("edge",),
    what=(
        "Fly takes a machine out of routing while its check fails; it never restarts it for that. Behind it stands "
        "mostly something with a name of its own (boot, memory, a database that the check asks), else a wrong port, a "
        "redirect, or a limit that is too short."
    ),
    unlike={
        "db_unreachable": "the check asks the database, and the database is what fails",
        "oom": "the machine was killed and checks fail until it is up again",
        "machine_unreachable": "the proxy itself reports that it cannot reach the machine",
    },
    signature=Signature(
        patterns=(
            r"\bHealth check '[^'\n]{1,120}'(?: on port \d+)? has failed\b",
            r"\bHealth check on port \d+ has failed\b",
            r"\btimeout reached waiting for health ?checks\b",
        ),
    ),
    tell="the output of the check (`fly checks list`): status, redirect or timeout; it is not in the log",
    look="fly",
    remedy=Remedy(
        mitigate="Read the check's output with `fly checks list`, and compare the failing machine with a healthy one.",
        repair=(
            "Give the check a cheap path that asks no dependency and is not redirected to https, and a grace_period "
            "longer than the boot."
        ),
        do_not="Do not remove the check: the proxy would send users to machines that cannot answer.",
        undo="Restore the previous check in fly.toml.",
        prevent="Keep the detailed page that queries the database for people, behind a login.",
    ),
    playbook="Step 9",
    examples=(
        Example(
            id="health_check_failing",
            source="corpus:boot_missing_secret_one_instance",
            text="""\
2026-03-02T15:50:03Z health[4d891b6fe12e18] lax [error]Health check 'servicecheck-00-http-8080' on port 8080 has \
failed. \
Your app is not responding properly. Services exposed on ports [80, 443] will have intermittent failures until the \
health check passes.
""",
        ),
        Example(
            id="health_check_failing",
            source="primate-run/primate#10",
            text="""\
2026-03-02T15:52:03Z health[4d891b6fe12e18] lax [error]Health check on port 6161 has failed. Your app is not \
responding \
properly. Services exposed on ports [80, 443] will have intermittent failures until the health check passes.
""",
        ),
        Example(
            id="machine_unreachable",
            text="""\
2026-03-02T15:53:00Z proxy[4d891b6fe12e18] lax [error][PC01] instance refused connection. is your app listening on \
0.0.0.0:8080? make sure it is not only listening on 127.0.0.1
""",
        ),
    ),
    sources=("corpus:boot_missing_secret_one_instance", "primate-run/primate#10", "sakazuki-org/sakazuki#937"),
)
