"""What `deps` shows: whose it is, findings, each dependency with its time; 80 columns, nothing hostile."""

import msgspec
import pytest
from tests.recordings import folder

from smokejumper.cli.deps import WHOSE, command, rows
from smokejumper.model.finding import Finding
from smokejumper.model.reports import Decision, Dependency, DepsReport

PAGE = Dependency(
    name="Supabase",
    owner="supabase",
    state="degraded",
    figure="Elevated errors (Database), identified",
    since="2026-03-02T09:30:00.000Z",
    overlaps=True,
    source="status page",
)
DOOR = Dependency(name="front door", owner=None, state="ok", figure="200 in 30 ms", source="https://acme.fly.dev")
MAILER = Dependency(
    name="smtp.mailer.example",
    owner="third_party",
    state="degraded",
    figure="5 errors: http_client_timeout",
    since="2026-03-01T22:10:00.000Z",
    overlaps=False,
    source="log",
)
REPORT = DepsReport(
    app="acme",
    environment="prod",
    at="2026-03-02T10:00:00.000Z",
    decision="supabase",
    why="db_unreachable, 72 times since 09:54:00 on 3 machines",
    findings=(Finding(kind="status_page", severity="minor", figure="Supabase: Elevated errors", why="their page"),),
    dependencies=(PAGE, DOOR, MAILER),
)


def test_the_screen() -> None:
    assert rows(REPORT, colour=False) == [
        "",
        "  acme (prod)   SUPABASE: db_unreachable, 72 times since 09:54:00 on 3 machines",
        "",
        "  status page         Supabase: Elevated errors",
        "                      their page",
        "",
        "  state     dependency                        whose        since        during",
        "  degraded  Supabase                          supabase     09:30:00     yes",
        "            Elevated errors (Database), identified",
        "  ok        front door                        ?",
        "            200 in 30 ms",
        "  degraded  smtp.mailer.example               third party  03-01 22:10  no",
        "            5 errors: http_client_timeout",
        "",
    ]


@pytest.mark.parametrize("decision", WHOSE)
def test_every_decision_has_a_word(decision: Decision) -> None:
    assert (
        rows(DepsReport(app="acme", decision=decision, why="so"), colour=False)[1] == f"  acme   {WHOSE[decision]}: so"
    )


def test_it_fits_80_columns() -> None:
    wide = Dependency(name="n" * 200, owner="third_party", state="down", figure="w" * 300, source="log")
    report = DepsReport(app="acme", decision="undecided", why="word " * 80, dependencies=(wide, PAGE))
    assert [row for row in rows(report, colour=False) if len(row) > 80] == []


def test_styles_only_where_they_are_wanted() -> None:
    assert not any("\x1b" in row for row in rows(REPORT, colour=False))
    assert any("\x1b[33m" in row for row in rows(REPORT, colour=True))


def test_text_from_outside_is_harmless() -> None:
    bad = Dependency(name="x\x1b[2J\u202e", owner=None, state="down", figure="a\nb\x07", source="log")
    shown = rows(DepsReport(decision="none", why="\x1b[0m", dependencies=(bad,)), colour=False)
    assert not any(c in row for row in shown for c in "\x1b\x07\n\u202e")


@pytest.mark.parametrize(("name", "code"), [("phoenix/healthy", 0), ("lumen/claims_upstream_certificate_expired", 1)])
def test_the_command_on_a_recording(name: str, code: int, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert command([folder(name) / "fly.ndjson"], json=True) == code
    printed = msgspec.json.decode(capfdbinary.readouterr().out, type=DepsReport)
    assert printed.schema == "smokejumper.deps/1"
    assert command([folder(name) / "fly.ndjson"]) == code
    shown = capfdbinary.readouterr().out.decode()
    assert shown.split("\n")[1].startswith("  ")
    assert max(map(len, shown.split("\n"))) <= 80
