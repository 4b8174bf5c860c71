"""The fake `fly` itself: it is copied into a folder and run from there, so it needs nothing but Python.

It takes what flyctl 0.4.87 takes and refuses the rest with flyctl's words. Its answers lie beside it in `flyctl.json`,
its calls go to `flyctl-calls.ndjson`. Sources: superfly/flyctl `internal/command`; spf13/cobra for errors of usage.
"""

import json
import os
import shlex
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
Told = dict[str, Any]
"""Of the answers: what was written as JSON."""
Flags = dict[str, tuple[str, bool]]
"""By name: the letter, and whether a value follows."""

EVERYWHERE: Flags = {"access-token": ("t", True), "verbose": ("", False), "debug": ("", False), "help": ("h", False)}
APP: Flags = {"app": ("a", True), "config": ("c", True)}
JSON: Flags = {"json": ("j", False)}
MACHINE = "machine"
COMMANDS: dict[str, Flags] = {
    "version": {},
    "status": APP | JSON | {"all": ("", False), "deployment": ("", False), "watch": ("", False), "rate": ("", True)},
    "machine list": APP | JSON | {"quiet": ("q", False)},
    "machine exec": APP | JSON | {"timeout": ("", True), "container": ("", True), "no-container": ("", False)},
    "checks list": APP | JSON | {"check-name": ("", True)},
    "releases": APP | JSON | {"image": ("", False)},
    "apps releases": APP | JSON | {"image": ("", False)},
    "secrets list": APP | JSON,
    "incidents hosts list": APP | JSON,
    "logs": APP | JSON | {MACHINE: ("m", True), "no-tail": ("n", False), "region": ("r", True), "select": ("s", False)},
}
WORDS = {"machines": MACHINE, "m": MACHINE, "ls": "list"}
FLAGS = {"instance": MACHINE}
LETTERS = {"i": "m"}
"""What flyctl takes instead: of commands, flags and their letters."""
GROUPS = frozenset((MACHINE, "checks", "apps", "secrets", "incidents", "incidents hosts", "scale", "ssh"))
WRITES = frozenset(
    (
        *("deploy", "launch", "ssh console", "scale count", "scale memory", "scale vm"),
        *("apps create", "apps destroy", "apps move", "apps restart"),
        *("secrets set", "secrets unset", "secrets import", "secrets deploy"),
        *("machine clone", "machine cordon", "machine destroy", "machine kill", "machine restart", "machine run"),
        *("machine start", "machine stop", "machine suspend", "machine uncordon", "machine update"),
    )
)
"""Commands that flyctl has and this world refuses: they change something, or let a person do so."""


class Wrong(Exception):  # noqa: N818 - told to the user in flyctl's form
    """What flyctl says on standard error."""


def main() -> int:
    """Answer one call."""
    told = json.loads((HERE / "flyctl.json").read_text(encoding="utf-8"))
    violation: str | None = None
    try:
        try:
            command, words = command_of(sys.argv[1:])
            flags, arguments = parse(words, COMMANDS[command] | EVERYWHERE)
            violation = unshipped(told, arguments) if command == "machine exec" else None
        except Wrong as wrong:
            violation = str(wrong)
            raise
        finally:
            record(violation)
        answer(told, command, flags, arguments)
    except Wrong as wrong:
        print(f"Error: {wrong}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def record(violation: str | None) -> None:
    """Write down the call."""
    call = {"argv": sys.argv[1:], "violation": violation}
    with (HERE / "flyctl-calls.ndjson").open("a", encoding="utf-8") as calls:
        calls.write(json.dumps(call) + "\n")


def command_of(words: list[str]) -> tuple[str, list[str]]:
    """The command that words begin with, and the words behind it."""
    path = ""
    for place, word in enumerate(words):
        path = f"{path} {WORDS.get(word, word)}".strip()
        if path in COMMANDS:
            return path, words[place + 1 :]
        if path in WRITES:
            raise Wrong(f"this world is for looking at: `fly {path}` would change it")
        if path not in GROUPS:
            parent = " ".join(["flyctl", *path.split()[:-1]])
            raise Wrong(f'unknown command "{word}" for "{parent}"')
    raise Wrong(f"unknown command for {path or 'flyctl'}")


def parse(words: list[str], flags: Flags) -> tuple[dict[str, str], list[str]]:
    """Flags with their values, and what is left, by the rules of Go's pflag."""
    by_letter = {letter: name for name, (letter, _) in flags.items() if letter}
    found: dict[str, str] = {}
    left: list[str] = []
    waiting = list(words)
    while waiting:
        word = waiting.pop(0)
        if word == "--":
            left += waiting
            break
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            name = FLAGS.get(name, name)
            if name not in flags:
                raise Wrong(f"unknown flag: --{name}")
            if flags[name][1] and not equals:
                if not waiting:
                    raise Wrong(f"flag needs an argument: --{name}")
                value = waiting.pop(0)
            found[name] = value or "true"
        elif word.startswith("-") and word != "-":
            letter, value = word[1], word[2:].removeprefix("=")
            name = by_letter.get(LETTERS.get(letter, letter), "")
            if not name:
                raise Wrong(f"unknown shorthand flag: {letter!r} in {word}")
            if flags[name][1]:
                if not value and not waiting:
                    raise Wrong(f"flag needs an argument: {letter!r} in {word}")
                found[name] = value or waiting.pop(0)
            else:
                found[name] = "true"
                if value:
                    waiting.insert(0, f"-{value}")
        else:
            left.append(word)
    return found, left


def unshipped(told: Told, arguments: list[str]) -> str | None:
    """What is wrong with what is to be run on a machine."""
    run = shlex.split(arguments[-1]) if arguments else []
    if len(run) == 3 and run[:2] == ["sh", "-c"] and run[2] in told["scripts"]:
        return None
    return "fly machine exec: runs what is no shipped script"


def answer(told: Told, command: str, flags: dict[str, str], arguments: list[str]) -> None:
    """Print what is asked for."""
    if command == "version":
        print(told["version"])  # noqa: T201
        return
    if not told["login"]:
        raise Wrong("no access token available. Please login with 'flyctl auth login'")
    app = flags.get("app") or os.environ.get("FLY_APP")
    if not app:
        raise Wrong(
            "the config for your app is missing an app name, add an app field to the fly.toml file or specify with "
            "the -a flag"
        )
    if app != told["app"]:
        raise Wrong(f'Could not find App "{app}"')
    if "json" not in flags and os.environ.get("FLY_JSON") not in ("1", "true"):
        raise Wrong("this stand-in speaks JSON only: give --json")
    if command == "logs":
        logs(told["logs"], flags)
    elif command == "machine exec":
        execute(told, arguments)
    else:
        if arguments:
            raise Wrong(f'unknown command "{arguments[0]}" for "flyctl {command}"')
        show(told[command.removeprefix("apps ")])


def logs(entries: list[Told], flags: dict[str, str]) -> None:
    """The newest lines; without any, or without `--no-tail`, it does not end."""
    machine = flags.get(MACHINE)
    region = flags.get("region") or (None if machine else os.environ.get("FLY_REGION"))
    found = [e for e in entries if machine in (None, e["instance"]) and region in (None, e["region"])][-100:]
    for entry in found:
        show(entry)
    if found and "no-tail" in flags:
        return
    for entry in found[-3:]:  # both of its sources print them
        show(entry)
    while True:
        time.sleep(60)


def execute(told: Told, arguments: list[str]) -> None:
    """What a script prints on a machine; the code is 0 whatever the script's own is."""
    if len(arguments) != 2 or arguments[0] not in told["machines"]:
        raise Wrong("could not find a machine")
    fault = unshipped(told, arguments)
    if fault:
        raise Wrong(f"could not exec command on machine {arguments[0]}: {fault}")
    name = told["scripts"][shlex.split(arguments[1])[2]]
    answers = told["executed"].get(name, {})
    show(answers.get(arguments[0], answers.get("", {"exit_code": 1, "stderr": "no answer in this world"})))


def show(value: object) -> None:
    """Print JSON as flyctl does, and as Go does: an empty list is null."""
    print(json.dumps(value if value != [] else None, indent=4, ensure_ascii=False), flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
