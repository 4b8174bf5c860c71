"""What `machines` shows: 80 columns, the odd one first, nothing of what is not known, nothing hostile."""

import msgspec
import pytest
from tests.recordings import folder
from tests.steps.building import (
    NOW,
    OLD,
    A,
    B,
    C,
    case,
    ended,
    event,
    fly,
    image,
    machine,
    memory,
    requests,
    stopped,
    three,
)

from smokejumper.cli.machines import command, rows
from smokejumper.model.finding import Finding
from smokejumper.model.fly import Check, HostIssue
from smokejumper.model.reports import MachinesReport
from smokejumper.model.verdict import Gap
from smokejumper.steps.machines import machines

CALM = machines(case(fly(*three()), [*requests(A, 40), *requests(B, 40), *requests(C, 40)]), "acme", "prod")
KILLS = (event("start", 290), ended(300, code=137, oom=True, restarting=True, restarts=2), ended(1500, oom=True))
SICK = machines(
    case(
        fly(
            machine(A, region="iad", checks=(Check(name="http", status="critical", output="connection refused"),)),
            machine(B, image=image(OLD), release=41, host_status="unreachable", leased_by="deploy"),
            machine(C, events=KILLS, cordoned=True),
            stopped("4d891b6fe12e1d", event("stop", 900, "proxy")),
            machine("4d891b6fe12e1e", group="worker_with_a_long_name"),
            host_issues=(HostIssue(id="1", message="Hardware fault", created_at=NOW - 1200),),
            series=memory(C, [0.5] * 5),
        ),
        [*requests(A, 60), *requests(B, 60), *requests(C, 20), *requests(C, 40, 500)],
        gaps=tuple(Gap(f"source {i}", "no answer within 4 s", "much", "fly status -a acme") for i in range(9)),
    ),
    "acme",
    "prod",
)


def screen(report: MachinesReport) -> str:
    """The screen without colour."""
    return "\n".join(rows(report, colour=False))


def test_a_calm_screen_says_so_first() -> None:
    shown = rows(CALM, colour=False)
    assert shown[1] == "  acme (prod)   3 machines, 3 started; none stands out"
    assert [row.split() for row in shown[3:7]] == [
        ["machine", "state"],
        [A, "started"],
        [B, "started"],
        [C, "started"],
    ]
    assert shown[7] == "  all: group app, reg fra, check 1/1, again 0, rel v42, image …BBBBBBB, memory"
    assert shown[8] == "    512M, up 24 h, asked 40, 5xx 0"


@pytest.mark.parametrize("report", [CALM, SICK, MachinesReport(app="a" * 60, environment="e" * 40)])
@pytest.mark.parametrize("colour", [False, True])
def test_it_fits_80_columns(report: MachinesReport, *, colour: bool) -> None:
    from smokejumper.escaping import plain

    assert [row for row in rows(report, colour=colour) if len(plain(row)) > 80] == []


def test_every_finding_that_is_trouble_stands_there_with_its_command() -> None:
    shown = screen(SICK)
    for finding in SICK.findings:
        assert finding.kind.replace("_", " ") in shown
        if finding.severity != "info":
            assert finding.command.split()[0] in shown
    assert "fly scale memory 1024 -g app -a acme" in shown


def test_a_long_command_can_be_copied() -> None:
    deploy = next(f.command for f in SICK.findings if f.kind == "half_done_deploy")
    joined = screen(SICK).replace("\\\n", " ")
    assert deploy in " ".join(joined.split())


def test_what_had_no_room_is_named() -> None:
    assert "machines --json" in screen(SICK)


def test_unknown_columns_are_hidden() -> None:
    assert "cpu" not in screen(SICK)
    assert "disk" not in screen(CALM)


def test_gaps_are_shown_with_their_reason_and_their_command() -> None:
    shown = screen(SICK)
    assert "not seen            source 0: no answer within 4 s; fly status -a acme" in shown
    assert "and 3 more: --json" in shown


def test_without_any_machine_it_says_so() -> None:
    assert screen(MachinesReport(app="acme")).strip() == "acme   no machine seen"


def test_no_style_without_colour_and_some_with() -> None:
    assert "\x1b" not in screen(SICK)
    assert any("\x1b[" in row for row in rows(SICK, colour=True))


def test_text_from_outside_is_harmless() -> None:
    bad = Finding(kind="check_failing", severity="major", figure="x\x1b[2J\nspoof\u202e", why="y\x07")
    shown = rows(MachinesReport(app="ac\x1b]0;t\x07me", findings=(bad,)), colour=False)
    assert not any(c in row for row in shown for c in "\x1b\x07\n\u202e")


@pytest.mark.parametrize(("name", "code"), [("phoenix/healthy", 0), ("lumen/disk_full_one_machine", 1)])
def test_the_command_on_a_recording(name: str, code: int, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert command([folder(name) / "fly.ndjson"], json=True) == code
    printed = msgspec.json.decode(capfdbinary.readouterr().out, type=MachinesReport)
    assert printed.schema == "smokejumper.machines/1"
    assert command([folder(name) / "fly.ndjson"]) == code
    shown = capfdbinary.readouterr().out.decode()
    assert shown.split("\n")[1].startswith("  ")
    assert max(map(len, shown.split("\n"))) <= 80
