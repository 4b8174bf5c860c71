"""What Fly says around the app."""

import pytest

from smokejumper.logs.platform import HEAD, platform_line
from smokejumper.logs.tally import Tally


@pytest.mark.parametrize(
    ("provider", "message", "kind", "detail"),
    [
        ("runner", "Pulling container image registry.fly.io/acme:deployment-01ABC", "pulled", "deployment-01ABC"),
        ("runner", "Successfully prepared image registry.fly.io/acme:v2 (3.2s)", "prepared", "acme:v2"),
        ("app", " INFO Preparing to run: `/app/bin/server` as nobody", "command", "/app/bin/server"),
        ("app", " INFO Sending signal SIGTERM to main child process w/ PID 315", "stop_signal", "SIGTERM"),
        ("app", " INFO Main child exited normally with code: 1", "exited", "1"),
        ("app", "[ 9.123456] Out of memory: Killed process 315 (beam.smp) total-vm:1kB", "oom", "beam.smp"),
        ("app", " INFO Process appears to have been OOM killed!", "oom", ""),
        ("runner", "Machine started in 2.1s", "started", "2.1s"),
        (
            "health",
            "Health check 'servicecheck-00-http-4000' on port 4000 has failed.",
            "check_failed",
            "servicecheck-00-http-4000",
        ),
        ("health", "Health check on port 4000 is now passing.", "check_passed", ""),
        ("app", "[ 9.123456] reboot: Restarting system", "reboot", "Restarting system"),
    ],
)
def test_events_of_machines_are_read(provider: str, message: str, kind: str, detail: str) -> None:
    """Images, boots, stops, exits, kills and checks are events with what they name."""
    tally = Tally()
    platform_line(tally, provider, "m1", "iad", 10.0, "info", message)
    events = tally.digest.machines["m1"].events
    assert [(k, e.detail) for k, found in events.items() for e in found] == [(kind, detail)]


def test_codes_of_the_proxy_are_errors_of_their_own() -> None:
    """Each code of the proxy is one group, whatever else its line says."""
    tally = Tally()
    for message in (
        "[PR04] could not find a good candidate within 21 attempts",
        "[PR04] could not find a candidate",
        "[PU02] x",
    ):
        platform_line(tally, "proxy", "m1", "iad", 10.0, "error", message)
    assert sorted({g.name or "" for g in tally.digest.groups.values()}) == ["PR04", "PU02"]


def test_an_exit_with_a_code_is_an_error_and_one_without_is_none() -> None:
    """Only an exit with a code other than zero is a fault."""
    for code, faults in ((0, 0), (1, 1)):
        tally = Tally()
        platform_line(tally, "app", "m1", "iad", 10.0, "info", f" INFO Main child exited normally with code: {code}")
        assert len(tally.digest.groups) == faults


def test_lines_of_init_and_kernel_continue_no_message() -> None:
    """What init, the kernel and os_mon print is told from the app's output."""
    assert all(
        HEAD.match(x) for x in (" INFO x", "[   9.123456] x", "[os_mon] x", "2026/11/24 12:00:00 INFO SSH listening")
    )
    assert not any(
        HEAD.match(x) for x in ("INFORMATION", "    (acme 0.1.0) lib/a.ex:1: A.b/1", "12:00:00.000 [info] x")
    )
