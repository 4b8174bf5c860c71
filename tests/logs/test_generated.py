"""Small generated logs, whose truth is known to the last request: the reader says the same of them, however cut.

Written by `make_log.py --lines 3000 --machines 8 --rate 2 --fault-seconds 220 --format FORMAT --seed SEED`: seed 148
for `txt` and `nats`, where a job fails and a controller answers 503; 124 for `ndjson` and `txt-ansi`, where an exit
stays without an answer.
"""

from pathlib import Path

import pytest
from bench.truth import changes, compare, load, read, read_in_parts, read_whole, told

FOLDER = Path(__file__).resolve().parents[1] / "data" / "generated"
FORMATS = ("txt", "ndjson", "nats", "txt-ansi")


@pytest.mark.parametrize("format_", FORMATS)
def test_the_reader_says_what_the_generator_knows(format_: str) -> None:
    """Every number of the truth is read from the whole log."""
    truth = load(FOLDER / f"{format_}.json.gz")
    found = list(compare(told(truth), read(read_whole(FOLDER / f"{format_}.log.gz"))))
    assert not found, "\n".join(found[:20])


@pytest.mark.parametrize("size", [997, 10_007, 65_537, 250_007])
@pytest.mark.parametrize("format_", FORMATS)
def test_parts_of_any_size_say_the_same(format_: str, size: int) -> None:
    """Parts that were cut anywhere add up to the whole, field by field."""
    log = FOLDER / f"{format_}.log.gz"
    found = list(changes(read_whole(log), read_in_parts(log, size)))
    assert not found, "\n".join(found[:20])


def test_a_wrong_number_is_named() -> None:
    """The comparison is no nodding: each number that is off is a line of its own."""
    truth = load(FOLDER / "txt.json.gz")
    truth["http_5xx"]["total"] += 1
    truth["unfinished"]["request_ids"].append("GOsNoSuchRequest")
    got = read(read_whole(FOLDER / "txt.log.gz"))
    total = truth["http_5xx"]["total"]
    assert list(compare(told(truth), got)) == [
        "unfinished: GOsNoSuchRequest: expected 1, read 0",
        f"5xx: all: expected {total}, read {total - 1}",
    ]
