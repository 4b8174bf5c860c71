"""`console`: the command that opens IEx on the right machine, and, if wanted, opens it."""

import os
import re
import shlex
import shutil
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from smokejumper.cli import options, out, report as shared
from smokejumper.errors import BlindError, InputError, RefusedError
from smokejumper.model.reports import Console, MachinesReport

NAME = "console"
HELP = "The command that opens IEx on the odd machine, or on the one named; --open runs it."
_NAME = re.compile(r"[A-Za-z0-9][\w-]*")


def command(
    machine: Annotated[
        str | None, typer.Argument(help="The machine; without it the odd one, else any.", show_default=False)
    ] = None,
    open_: Annotated[bool, typer.Option("--open", help="Run the command, after a confirmation.")] = False,
    mix_release: Annotated[
        str | None,
        typer.Option("--mix-release", help="What /app/bin/NAME is called, if not as in mix.exs.", show_default=False),
    ] = None,
    json: options.Json = False,
    app: options.App = None,
    env: options.Env = None,
) -> int:
    """Print the command; with --open run it in this process's place. Exit code 4 without a confirmation."""
    from smokejumper.plays import live, target, triage  # noqa: PLC0415
    from smokejumper.sources.selection import Selection  # noqa: PLC0415
    from smokejumper.steps.machines import machines  # noqa: PLC0415

    chosen = target.resolve(Path.cwd(), env=env, app=app, environ=os.environ)
    verdict, case = triage.of_files(live.read(live.Ask(target=chosen)), Selection(), chosen.environment.app)
    name = mix_release or (chosen.project.mix_release if chosen.project is not None else "")
    found = console(machines(case, verdict.app, verdict.environment), machine, name)
    if json:
        out.json(found)
    else:
        out.lines(rows(found, colour=out.colour()))
    if open_:
        confirm(found)
        run(found)
    return 0


def console(report: MachinesReport, machine: str | None = None, mix_release: str = "") -> Console:
    """The command for the machine that is named, or that is most worth a look.

    Where the mix release's name is not known, it is guessed: the Fly app's, with underscores.

    Raises:
        InputError: there is no such machine, or a name is none.
        BlindError: no machine is named, and none is known to run.
        RefusedError: the machine does not run.
    """
    from smokejumper.steps.machines import worth_a_look  # noqa: PLC0415

    if report.app is None:
        raise InputError("It is not known which Fly app this is about.", "Name it: --app NAME.")
    name = mix_release or report.app.replace("-", "_")
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{out.safe(name)} is no name of a mix release.", "Give the one of mix.exs: --mix-release NAME."
        )
    chosen = (machine, _named(report, machine)) if machine is not None else worth_a_look(report)
    if chosen is None or not _NAME.fullmatch(chosen[0]):
        raise BlindError(f"No machine of {report.app} is known to run.", "Look at them with `smokejumper machines`.")
    id_, why = chosen
    return Console(
        app=report.app,
        environment=report.environment,
        machine=id_,
        why=why,
        mix_release=name,
        guessed=not mix_release,
        command=("fly", "ssh", "console", "-a", report.app, "--machine", id_, "--pty", "-C", f"/app/bin/{name} remote"),
    )


def _named(report: MachinesReport, machine: str) -> str:
    known = {row.id: row for row in report.machines}
    stated = any(row.state is not None for row in report.machines)
    if not _NAME.fullmatch(machine) or (stated and machine not in known):
        ids = ", ".join(known) or "none"
        raise InputError(f"There is no machine {out.safe(machine)} in {report.app}.", f"There are: {out.safe(ids)}.")
    state = known[machine].state if machine in known else None
    if state not in ("started", None):
        raise RefusedError(
            f"Machine {machine} is {out.safe(state)}: a console needs one that runs.",
            f"`fly machine start {machine} -a {report.app}` starts it.",
        )
    return "it was named" + ("" if state else "; whether it runs is not known")


def rows(found: Console, *, colour: bool) -> list[str]:
    """The screen: the command first, then why this machine, and what to beware of."""
    who = out.safe(found.app) + (f" ({out.safe(found.environment)})" if found.environment else "")
    told = [f"machine {found.machine} of {who}: {found.why}"]
    if found.guessed:
        told.append(f"That it is called {found.mix_release} is a guess from the app's name: see --mix-release.")
    told += [
        "A person in IEx can write: what is typed there changes production.",
        "Where connecting fails a local shell may open: if Node.self() begins with rem-, you are not on the node.",
    ]
    below = [line for text in told for line in out.wrap(out.safe(text), out.width() - 2, "  ")]
    command_ = shared.command(shlex.join(found.command), out.width() - 2)
    return ["", *("  " + out.style(x, "bold", on=colour) for x in command_), "", *("  " + x for x in below), ""]


def confirm(found: Console) -> None:
    """Ask whether to open it.

    Raises:
        RefusedError: nobody can be asked, or the answer is not yes.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise RefusedError(
            "A console is opened from a terminal only.", "Leave --open out, and run the command yourself."
        )
    sys.stdout.write(f"  Open IEx on {found.machine}? It can write. [y/N] ")
    sys.stdout.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise RefusedError("Not opened.")


def run(found: Console) -> NoReturn:
    """Become the command: keys and signals reach it as if it had been typed.

    Raises:
        InputError: flyctl is not installed.
    """
    path = shutil.which("fly") or shutil.which("flyctl")
    if path is None:
        raise InputError("flyctl is not installed here.", "See fly.io/docs/flyctl/install.")
    sys.stdout.flush()
    os.execv(path, list(found.command))  # noqa: S606 - word by word, without a shell
