"""Log entries that are JSON."""

import json

import pytest

from smokejumper.logs import json_logger


def test_an_entry_of_basic_is_read() -> None:
    """Time, severity, metadata, message and the request of a crash."""
    said = json_logger.read(
        json.dumps({
            "message": "** (KeyError) x",
            "metadata": {"request_id": "A1", "user_id": 7},
            "request": {"connection": {"method": "GET", "path": "/x", "status": None}},
            "severity": "error",
            "time": "2026-11-24T12:00:00.500Z",
        })
    )  # fmt: skip
    assert said == (1_795_521_600.5, "error", {"request_id": "A1", "user_id": "7"}, "** (KeyError) x", ("GET", "/x"))


def test_the_request_id_is_found_in_every_shape() -> None:
    """Google Cloud, Datadog and Elastic keep the id in places of their own."""
    for entry in (
        {"severity": "INFO", "logging.googleapis.com/operation": {"id": "A1"}},
        {"syslog": {"severity": "info"}, "http": {"request_id": "A1"}},
        {"log.level": "info", "request_id": "A1"},
        {"level": "info", "request_id": "A1"},
    ):
        said = json_logger.read(json.dumps({"message": "x", **entry}))
        assert said is not None
        assert said.level == "info"
        assert said.meta["request_id"] == "A1"


def test_a_crash_is_put_together_from_its_parts() -> None:
    """Banner and frames are one text again, whatever fields they came in."""
    frames = "    (acme 0.1.0) lib/a.ex:1: A.b/1"
    for entry in (
        {"severity": "ERROR", "message": "x", "stack_trace": f"** (KeyError) x\n{frames}"},
        {"level": "error", "message": "boom", "error": {"kind": "KeyError", "message": "x", "stack": frames}},
        {
            "log.level": "error",
            "message": "x",
            "error.type": "Elixir.KeyError",
            "error.message": "x",
            "error.stack_trace": f"** (KeyError) x\n{frames}",
        },
    ):
        said = json_logger.read(json.dumps(entry))
        assert said is not None
        assert said.text == f"** (KeyError) x\n{frames}"


@pytest.mark.parametrize(
    "line",
    [
        "",
        "x",
        "[]",
        "1",
        "{}",
        '{"message":"x"}',
        '{"severity":"loud","message":"x"}',
        '{"severity":7,"message":"x"}',
        '{"severity":"info","message":"x"',
        '{"severity":"info","message":' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"severity":"info","message":"x","metadata":{"a":' + "9" * 5000 + "}}",
    ],
)
def test_other_json_is_no_entry(line: str) -> None:
    """What is no object with a level and a message is something else, however deep or large."""
    assert json_logger.read(line) is None


def test_an_object_of_oban_is_kept_whole() -> None:
    """Oban's own object is handed on as it is."""
    line = '{"source":"oban","event":"job:stop","worker":"A","queue":"q","state":"success"}'
    said = json_logger.read(line)
    assert said is not None
    assert said.text == line
