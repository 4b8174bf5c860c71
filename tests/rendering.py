"""One recording in every envelope: what the reader must read alike.

`python -m tests.rendering phoenix/healthy FOLDER` writes the files of one recording for a person to look at.
"""

import json
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.recordings import folder

from smokejumper.logs import elixir

Entry = dict[str, Any]
FRAME = re.compile(r"^ *\(?(?P<app>[^)]*\) )?(?P<file>\S+\.(?:ex|erl)):(?P<line>\d+): (?P<function>.*)$")
REQUEST = re.compile(r"([A-Z]+) (/\S*)$")


def entries(recording: str) -> list[Entry]:
    """The objects of `fly logs --json`, in their order."""
    return [json.loads(row) for row in (folder(recording) / "fly.ndjson").read_bytes().split(b"\n") if row]


def provider(entry: Entry) -> str:
    """Who says it: app, proxy, runner, health ..."""
    return str(entry["meta"]["Event"]["Provider"])


def text(rows: list[Entry], *, colours: bool = False, proxy_error: bool = False) -> bytes:
    """`fly logs`, coloured or not; `proxy_error` has the first line of a proxy with its error before the time."""
    out = []
    for row in rows:
        head = f"{row['timestamp'][:19]}Z {provider(row)}[{row['instance']}] {row['region']} [{row['level']}]"
        if colours:
            head = (
                f"\x1b[2m{row['timestamp'][:19]}Z\x1b[0m {provider(row)}[{row['instance']}] "
                f"\x1b[32m{row['region']}\x1b[0m [\x1b[34m{row['level']}\x1b[0m]"
            )
        message = row["message"]
        if proxy_error and provider(row) == "proxy":
            head, message, proxy_error = f'error.message="{message}" {head}', "", False
        out.append(f"{head}{message}\n")
    return "".join(out).encode()


def json_lines(rows: list[Entry]) -> bytes:
    """`fly logs --json`, one object a line."""
    return "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows).encode()


def json_indented(rows: list[Entry]) -> bytes:
    """`fly logs --json` as it comes: indented objects one after another."""
    return "".join(json.dumps(row, ensure_ascii=False, indent=4) + "\n" for row in rows).encode()


def nats(rows: list[Entry]) -> bytes:
    """Fly's stream as Vector writes it."""
    made = (
        {
            "event": {"provider": provider(row)},
            "fly": {"app": {"instance": row["instance"], "name": "acme"}, "region": row["region"]},
            "host": "b0a1",
            "log": {"level": row["level"]},
            "message": row["message"],
            "timestamp": row["timestamp"],
        }
        for row in rows
    )
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in made).encode()


def consoles(rows: list[Entry]) -> dict[str, bytes]:
    """What each machine's own console shows: the app's lines without an envelope."""
    out: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if provider(row) == "app":
            out[row["instance"]].append(row["message"] + "\n")
    return {machine: "".join(lines).encode() for machine, lines in out.items()}


# ---- the app's own entries as logger_json prints them


def whole_messages(rows: list[Entry]) -> Iterator[tuple[Entry, elixir.Prefix | None]]:
    """Entries whose lines are joined to messages, each where its first line stands; others stay as they are."""
    last: dict[str, int] = {}
    out: list[tuple[Entry, elixir.Prefix | None]] = []
    for row in rows:
        found = elixir.prefix(row["message"].removesuffix("\r")) if provider(row) == "app" else None
        if found is not None:
            last[row["instance"]] = len(out)
            out.append((dict(row), found))
        elif provider(row) == "app" and row["instance"] in last and continues(row["message"]):
            kept, prefix = out[last[row["instance"]]]
            assert prefix is not None
            out[last[row["instance"]]] = (kept, prefix._replace(text=f"{prefix.text}\n{row['message']}"))
        else:
            if provider(row) == "app":
                last.pop(row["instance"], None)
            out.append((row, None))
    return iter(out)


def continues(message: str) -> bool:
    """Does a line without a prefix go on with the message before it?"""
    other = r" ?(?:INFO|WARN|ERROR) |\[ *\d+\.\d|\d{4}[-/]\d\d|\[os_mon\]|Virtual machine exited"
    return not re.match(other, message)


def split(message: str) -> tuple[str, str, list[str]]:
    """Type and message of a banner, and the frames behind it; an empty type where there is none."""
    first, *rest = message.split("\n")
    found = re.match(r"\*\* \(([A-Z][\w.]*)\) (.*)", first)
    if not found:
        return "", message, []
    at = next((i for i, row in enumerate(rest) if elixir.frame(row) is not None), len(rest))
    return found[1], "\n".join([found[2], *rest[:at]]).rstrip(), rest[at:]


def google_frame(row: str) -> str:
    found = FRAME.match(row)
    return f"    {found['file']}:{found['line']}:in `{found['function']}'" if found else row


def basic(at: str, said: elixir.Prefix) -> Entry:
    """LoggerJSON.Formatters.Basic."""
    return {"message": said.text, "metadata": said.meta, "severity": said.level, "time": at}


def google(at: str, said: elixir.Prefix) -> Entry:
    """LoggerJSON.Formatters.GoogleCloud."""
    kind, message, frames = split(said.text)
    out: Entry = {"message": message, "severity": said.level.upper(), "time": at}
    out |= {k: v for k, v in said.meta.items() if k != "request_id"}
    if "request_id" in said.meta:
        out["logging.googleapis.com/operation"] = {"id": said.meta["request_id"]}
    if kind:
        out["@type"] = "type.googleapis.com/google.devtools.clouderrorreporting.v1beta1.ReportedErrorEvent"
        placed = [google_frame(row) for row in frames if FRAME.match(row)]
        others = [row for row in frames if not FRAME.match(row)]
        behind = ["Context:", *others] if others else []
        out["stack_trace"] = "\n".join([f"** ({kind}) {message}", *placed, *behind])
    return out


def datadog(at: str, said: elixir.Prefix) -> Entry:
    """LoggerJSON.Formatters.Datadog."""
    kind, message, frames = split(said.text)
    out: Entry = {"message": said.text, "syslog": {"severity": said.level, "timestamp": at}}
    out |= {k: v for k, v in said.meta.items() if k != "request_id"}
    if "request_id" in said.meta:
        out["http"] = {"request_id": said.meta["request_id"]}
    if kind:
        out["error"] = {"kind": kind.rpartition(".")[2], "message": message, "stack": "\n".join(frames)}
        out["message"] = f"** ({kind}) {message}"
    return out


def elastic(at: str, said: elixir.Prefix) -> Entry:
    """LoggerJSON.Formatters.Elastic."""
    kind, message, frames = split(said.text)
    out: Entry = {"@timestamp": at, "ecs.version": "8.11.0", "log.level": said.level, "message": message, **said.meta}
    if kind:
        out["error.message"], out["error.type"] = message, f"Elixir.{kind}"
        out["error.stack_trace"] = "\n".join([f"** ({kind}) {message}", *frames])
    return out


FORMATTERS: dict[str, Callable[[str, elixir.Prefix], Entry]] = {
    "basic": basic,
    "google": google,
    "datadog": datadog,
    "elastic": elastic,
}


def logger_json(rows: list[Entry], formatter: str) -> bytes:
    """`fly logs --json` of an app that logs by one of logger_json's formatters."""
    out = []
    for row, said in whole_messages(rows):
        made = dict(row)
        if said is not None:
            day, clock = said.date or row["timestamp"][:10], said.clock or row["timestamp"][11:23]
            made["message"] = (
                said.text
                if '"source":"oban"' in said.text
                else json.dumps(
                    FORMATTERS[formatter](f"{day}T{clock}Z", said), ensure_ascii=False, separators=(",", ":")
                )
            )
        out.append(made)
    return json_lines(out)


def main(recording: str, to: Path) -> None:
    """Write every form of a recording."""
    rows = entries(recording)
    to.mkdir(parents=True, exist_ok=True)
    (to / "text.txt").write_bytes(text(rows))
    (to / "coloured.txt").write_bytes(text(rows, colours=True, proxy_error=True))
    (to / "lines.ndjson").write_bytes(json_lines(rows))
    (to / "indented.json").write_bytes(json_indented(rows))
    (to / "nats.ndjson").write_bytes(nats(rows))
    for formatter in FORMATTERS:
        (to / f"{formatter}.ndjson").write_bytes(logger_json(rows, formatter))
    for machine, data in consoles(rows).items():
        (to / f"console-{machine}.log").write_bytes(data)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
