"""The terminal: asks, shows, and turns every way of failing into one sentence and an exit code."""

import errno
import os
import sys
from typing import NoReturn

from smokejumper.errors import SmokejumperError

FAULT_OF_OURS = 70
INTERRUPTED = 130


def main() -> NoReturn:
    """Run the command line; exits with the codes of the contract (see `docs/verdict.md`)."""
    code = _guarded()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = 0
        _silence()
    except OSError as wrong:
        code = _say(f"The output cannot be written: {wrong.strerror}.", "Make room, or write to another place.", 2)
        _silence()
    sys.exit(code)


def _guarded() -> int:
    try:
        from smokejumper.cli.app import run  # noqa: PLC0415 - its import belongs under the guard

        return run(sys.argv[1:])
    except SmokejumperError as wrong:
        return _say(wrong.what, wrong.hint, wrong.code)
    except BrokenPipeError:
        _silence()
        return 0
    except KeyboardInterrupt:
        return _say("Stopped.", "", INTERRUPTED)
    except OSError as wrong:
        if wrong.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
            _silence()
            return _say(f"The output cannot be written: {wrong.strerror}.", "Make room, or write to another place.", 2)
        return _fault(wrong)
    except MemoryError:
        return _say("The input does not fit into memory.", "Narrow it with --since or --machine.", 2)
    except Exception as wrong:  # noqa: BLE001 - the top of a face: nothing may end as a traceback
        return _fault(wrong)


def _say(what: str, hint: str, code: int) -> int:
    from smokejumper.escaping import plain  # noqa: PLC0415

    text = f"smokejumper: {what}" + (f" {hint}" if hint else "")
    try:
        sys.stderr.write(plain(text) + "\n")
    except OSError:
        return code
    return code


def _fault(wrong: BaseException) -> int:
    """A fault of our own: where its report lies, never a traceback."""
    import traceback  # noqa: PLC0415

    import platformdirs  # noqa: PLC0415

    from smokejumper.masking import mask  # noqa: PLC0415

    report = mask("".join(traceback.format_exception(wrong)))
    try:
        folder = platformdirs.user_state_path("smokejumper", ensure_exists=True)
        path = folder / "last-fault.txt"
        path.write_text(report, encoding="utf-8")
    except OSError:
        return _say(
            "A fault of our own, and its report could not be written.",
            "Please report how it came about.",
            FAULT_OF_OURS,
        )
    return _say(
        f"A fault of our own ({type(wrong).__name__}).", f"Its report lies in {path}: please send it.", FAULT_OF_OURS
    )


def _silence() -> None:
    """Let nothing more be written to a closed or full output."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
