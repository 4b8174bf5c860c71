"""`--json`: one object of its published shape, the same bytes each time, and the exit code beside it."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.cases import NAMES, folder, fullest, truth
from tests.cli.running import Done, call, run

from smokejumper.cli.schemas import SCHEMAS

FAULT = folder("phoenix/coupon_match_error_deploy") / "fly.ndjson"
HEALTHY = folder("phoenix/healthy") / "fly.ndjson"
ID = "GOsF095JZvF0AiIAAAMh"
RACE = b"".join(
    b'{"level":"info","instance":"4d891b6fe12e1%d","message":"10:00:01.%03d request_id=F0aBcDeFgHiJkLmNoPq%d user_id=7 '
    b'[info] %s","region":"iad","timestamp":"2026-03-02T10:00:01.%03dZ","meta":{}}\n' % (i % 2, at, i, text, at)
    for i in range(2)
    for at, text in ((100 + i, b"POST /orders"), (150 + i, b"Sent 201 in 50ms"))
)


@cache
def validator(name: str) -> jsonschema.Draft202012Validator:
    """What checks against the schema that the program publishes."""
    done = call("schema", name)
    assert (done.code, done.err) == (0, "")
    published = json.loads(done.out)
    jsonschema.Draft202012Validator.check_schema(published)
    return jsonschema.Draft202012Validator(published)


def valid(name: str, done: Done) -> dict[str, Any]:
    """The object that was printed, alone on one line, and of its published shape."""
    assert done.out.endswith("}\n")
    assert done.out.count("\n") == 1
    found: dict[str, Any] = json.loads(done.out)
    validator(name).validate(found)
    assert found["schema"] == f"smokejumper.{name}/1"
    return found


def test_the_published_names_are_those_of_the_commands() -> None:
    """`schema` without a name prints the names of all."""
    assert call("schema").out.split() == sorted(SCHEMAS)


@pytest.mark.parametrize("name", NAMES)
def test_a_verdict_has_its_published_shape(name: str) -> None:
    """`triage --json` on any recording is valid, and its exit code says whether it is an incident."""
    done = call("triage", *fullest(name), "--json")
    found = valid("verdict", done)
    assert done.code == int(found["is_incident"]) == int(truth(name)["is_incident"])
    assert done.err == ""


@pytest.mark.parametrize("name", NAMES)
def test_errors_have_their_published_shape(name: str) -> None:
    """`errors --json` on any recording is valid, and exits with 1 where it found some."""
    done = call("errors", folder(name) / "fly.txt", "--json")
    found = valid("errors", done)
    signatures = [g["signature"] for g in found["groups"]]
    assert len(set(signatures)) == len(signatures)
    if not found["groups"]:
        assert done.code == 0


def test_errors_exit_with_one_where_there_are_some() -> None:
    """Errors found are 1, none found are 0, and --why changes nothing in the JSON."""
    done = call("errors", FAULT, "--json")
    assert done.code == 1
    assert call("errors", FAULT, "--json", "--why") == done


@pytest.mark.parametrize(("log", "code"), [(FAULT, 1), (HEALTHY, 0)], ids=["incident", "healthy"])
def test_a_scope_has_its_published_shape(log: Path, code: int) -> None:
    """`scope --json` is valid and a part of the verdict."""
    done = call("scope", log, "--json")
    assert done.code == code
    found = valid("scope", done)
    whole = valid("verdict", call("triage", log, "--json"))
    assert {k: v for k, v in found.items() if k != "schema"} == {k: whole[k] for k in found if k != "schema"}


def test_a_trace_has_its_published_shape() -> None:
    """`trace --json` follows one request from its start to its answer, the error in between."""
    done = call("trace", ID, FAULT, "--json")
    assert (done.code, done.err) == (0, "")
    found = valid("trace", done)
    assert (found["request_id"], found["method"], found["path"], found["status"]) == (ID, "POST", "/api/orders", 500)
    assert len(found["machines"]) == 1
    assert any("MatchError" in line["text"] for line in found["lines"])
    assert [line["at"] for line in found["lines"]] == sorted(line["at"] for line in found["lines"])


@pytest.mark.parametrize("file", ["fly.txt", "nats.ndjson"])
def test_a_trace_is_the_same_in_every_format(file: str) -> None:
    """The lines of a request come in the same order from each of the formats."""
    one = valid("trace", call("trace", ID, FAULT, "--json"))
    other = valid("trace", call("trace", ID, FAULT.with_name(file), "--json"))
    assert [line["text"] for line in other["lines"]] == [line["text"] for line in one["lines"]]


def test_races_have_their_published_shape(tmp_path: Path) -> None:
    """`races --json` names the pair, and exits with 1 where there is one."""
    path = tmp_path / "fly.ndjson"
    path.write_bytes(RACE)
    done = call("races", path, "--json")
    found = valid("races", done)
    assert done.code == 1
    (race,) = found["races"]
    assert (race["kind"], race["method"], race["path"], race["count"]) == ("simultaneous", "POST", "/orders", 2)
    assert len(race["machines"]) == 2
    calm = call("races", HEALTHY, "--json")
    assert calm.code == int(bool(valid("races", calm)["races"]))


def test_explain_prints_its_catalogue() -> None:
    """`explain --json` is the list of all causes, and one of them alone is the same entry."""
    everything = call("explain", "--json")
    one = call("explain", "db_deadlock", "--json")
    assert (everything.code, one.code) == (0, 0)
    listed = {c["id"]: c for c in json.loads(everything.out)["causes"]}
    assert listed["db_deadlock"] == json.loads(one.out)
    assert all(c["remedy"]["mitigate"] and c["remedy"]["repair"] for c in listed.values())


@pytest.mark.parametrize(
    "words",
    [("triage",), ("errors",), ("scope",), ("races",), ("trace", ID)],
    ids=lambda words: words[0],
)
def test_two_runs_print_the_same_bytes(words: tuple[str, ...]) -> None:
    """Neither the run nor the order of hashes changes a byte."""
    first = call(*words, FAULT, "--json")
    assert first.code in (0, 1)
    assert call(*words, FAULT, "--json") == first
    assert run(*words, FAULT, "--json", PYTHONHASHSEED="1") == first
