"""What one message of the app says: a crash, an exit, a job, a boot, a migration, or nothing that matters.

Wordings: elixir `lib/logger/lib/logger/translator.ex`, plug_cowboy `translator.ex`, bandit `pipeline.ex`, oban
`telemetry.ex`, db_connection `connection.ex`.
"""

import re
from typing import NamedTuple

import msgspec

from smokejumper.logs import elixir
from smokejumper.logs.groups import scrub
from smokejumper.logs.tally import Tally
from smokejumper.model.digest import Record
from smokejumper.model.errors import Frame

_COWBOY = re.compile(r"#PID<[^>]*> running (\S+) \(connection #PID<[^>]*>, stream id \d+\) terminated")
_REQUEST = re.compile(r"^Request: ([A-Z]+) (\S+)", re.MULTILINE)
_TERMINATING = re.compile(
    r"(?P<what>GenServer|Task|:gen_statem|:gen_event handler|Agent|Process"
    r"|State machine|GenStage (?:consumer|producer)\S*) "
    r"(?P<name>.+?)(?: started from (?P<parent>.+?))?(?: installed in .+?)? terminating\b"
)
_RAISED = re.compile(
    r"Process (?P<name>#PID<[^>]*>)(?: on node \S+)? raised an exception|Error in process (?P<raw><\S+>)"
)
_CHILD = re.compile(
    r"Child (?P<name>.+?) of Supervisor (?P<parent>.+?) "
    r"(?:terminated|failed to start|caused shutdown|shut down abnormally)"
)
_RANCH = re.compile(
    r"Ranch (?:protocol|listener) (?P<name>.+?)(?: of listener .*)? terminated|Failed to start Ranch listener"
)
_CONNECTION = re.compile(
    r"(?P<name>[A-Z][\w.]*) \(#PID<[^>]*>(?: \([^)]*\))?\) (?P<what>failed to connect|disconnected|missed message)\b"
)
_APPLICATION = re.compile(r"Application (\w+) exited: (?!normal|:normal)")
_BOOT = re.compile(
    r"ERROR! |failed to spawn command|[Ee]xec format error|env\.sh\b|init terminating in "
    r"|Runtime terminating during boot|Could not start application|Kernel pid terminated"
    r"|returned an error: shutdown: failed to start child|/releases/[^/\s]+/runtime\.exs"
    r"|config/runtime\.exs|application_start_failure"
)
_BYTES = re.compile(r"<<(\d{1,3}(?:,\d{1,3}){7,})>>")
_SECTION = re.compile(
    r"^\s*(?:Last message|State|Process Label|Function|Args|Client|Queue"
    r"|Postponed|Pid|Start Call|Ancestors|Initial Call)\b"
)
_KEPT_SECTION = re.compile(r"^\s*(?:Last message|Function)\b")
_QUEUE_MS = re.compile(r"(?:from queue after|longer than) (\d{1,9})ms")
_CALL_MS = re.compile(r"exited in: \S+?\(.*, (\d{3,7})\)\s*$", re.MULTILINE)
_CALLEE = re.compile(r"exited in: :?[\w.]+\(([A-Z][\w.]*|:[a-z]\w*|\{[^{}]*\})")
_ENDPOINT_UP = re.compile(r"Running (\S+) with (.+?) at (\S+)")
_MIGRATION = re.compile(r"== (Running|Migrated) (\d+)(?: (\S+))?")
_LIVEVIEW = re.compile(r"Phoenix\.LiveView\.Channel|topic: \"lv:|Phoenix\.LiveView\.Socket")
_CHANNEL = re.compile(r"Phoenix\.Channel\.Server|%Phoenix\.Socket\.Message\{")
_WEB = re.compile(
    r"Phoenix\.Router\.__call__|Bandit\.Pipeline|Plug\.Cowboy|\.Endpoint\.(?:call|plug_builder_call|do_call)/2|Plug\.Conn|phoenix_controller_pipeline"
)
_OBAN = re.compile(r"Oban\.Queue\.Executor")
MAX_FRAMES = 40

CLIENT_ERRORS = frozenset(
    """
    Plug.BadRequestError Plug.Conn.InvalidQueryError Plug.Parsers.ParseError Plug.Parsers.BadEncodingError
    Plug.Router.MalformedURIError Plug.Static.InvalidPathError Phoenix.MissingParamError Phoenix.ActionClauseError
    Phoenix.Router.MalformedURIError Ecto.CastError Ecto.Query.CastError Plug.CSRFProtection.InvalidCSRFTokenError
    Plug.CSRFProtection.InvalidCrossOriginRequestError Phoenix.Router.NoRouteError Ecto.NoResultsError
    Phoenix.NotAcceptableError Plug.TimeoutError Ecto.StaleEntryError Plug.Parsers.RequestTooLargeError
    Plug.Parsers.UnsupportedMediaTypeError Bandit.HTTPError
    """.split()  # noqa: SIM905 - a list of words reads better as words
)
"""Exceptions that `Plug.Exception` answers with a 4xx (plug, phoenix, phoenix_ecto `lib/phoenix_ecto/plug.ex`)."""


class Stack(NamedTuple):
    """An error taken apart."""

    kind: str
    type: str | None
    message: str
    text: str
    frames: tuple[str, ...]
    culprit: Frame | None
    top: Frame | None


def read_stack(lines: list[str], *, banner_from: int = 0) -> Stack:
    """Take an error's lines apart: banner (unwrapped of Cowboy's `an exception was raised:`), message, frames."""
    kind, type_, message, at = "log", None, lines[0] if lines else "", -1
    for i, line in enumerate(lines[banner_from : banner_from + 60], banner_from):
        found = elixir.BANNER.search(line)
        if found is None or "** (EXIT" in line[: found.start() + 8]:
            continue
        at, word = i, found["type"]
        message = found["message"]
        if word in ("exit", "stop", "EXIT"):
            if message.rstrip().endswith("an exception was raised:") and "exited in" not in message:
                kind, type_ = "exit", "exit"
                continue
            kind, type_ = "exit", "exit"
        elif word == "throw":
            kind, type_ = "throw", "throw"
        else:
            kind, type_ = "error", word.removeprefix("Elixir.")
        break
    told, rest = [message], list[str]()
    frames: list[str] = []
    culprit: Frame | None = None
    top: Frame | None = None
    in_message, skipping = at >= 0, False
    for line in lines[at + 1 :]:
        frame = elixir.frame(line) if line[:1] in " \t" or ":in `" in line or ":in '" in line else None
        if frame is not None:
            skipping = False
            in_message = False
            if len(frames) < MAX_FRAMES:
                frames.append(line.strip()[:300])
                top = top or frame
                if culprit is None and elixir.own(frame):
                    culprit = frame
        elif _SECTION.match(line):
            in_message = False
            skipping = not _KEPT_SECTION.match(line)
            if not skipping:
                rest.append(line)
        elif in_message:
            told.append(line)
        elif not skipping and line.strip():
            rest.append(line)
    full = "\n".join(told).rstrip()
    if kind == "exit" and elixir.exit_reason(full) == "shutdown":
        kind = "exit_shutdown"
    head = "\n".join(lines[: at + 1]) if at >= 0 else lines[0] if lines else ""
    text = (
        "\n".join([head, *told[1:], *rest])
        if at >= 0
        else "\n".join([head, *(x for x in lines[1:] if x not in frames)])
    )
    kept = tuple(frames[:8])
    own_label = culprit and next((f for f in frames if culprit.function in f), None)
    if own_label and own_label not in kept:
        kept = (*kept[:7], own_label)
    return Stack(kind, type_, full, text, kept, culprit, top)


def decode_bytes(text: str) -> str:
    """Erlang's `<<101,110,118>>` as the text it spells."""

    def spell(found: re.Match[str]) -> str:
        numbers = [int(n) for n in found[1].split(",")]
        return bytes(numbers).decode("utf-8", "replace") if all(n < 256 for n in numbers) else found[0]

    return _BYTES.sub(spell, text)


def timeouts(text: str) -> int:
    """The longest timeout in ms that a text names as having passed."""
    found = [int(n) for n in _QUEUE_MS.findall(text)]
    if "time out" in text:
        found += [int(n) for n in _CALL_MS.findall(text)]
    return max(found, default=0)


def interpret(
    tally: Tally, record: Record, meta: dict[str, str] | None = None, http: tuple[str, str] | None = None
) -> None:
    """Put what a whole message says into the tally."""
    lines, level = record.lines, record.level
    meta = meta or {}
    first = lines[0]
    if first.startswith("{") and '"source":"oban"' in first:
        oban(tally, record, first)
        return
    serious = level in elixir.SERIOUS or record.headless
    if not serious and level not in ("warning", "error"):
        if not _quiet(tally, record, first):
            return
    elif not serious and level == "warning":
        _emit(
            tally,
            record,
            meta,
            "other",
            Stack("log", None, first, "\n".join(lines[:12]), (), None, None),
            level="warning",
        )
        return
    _repeated(tally, record, meta, http)


class _Known(NamedTuple):
    """What an event is that was read before, word for word but for its numbers."""

    signature: str
    name: str | None
    culprit: Frame | None


_KNOWN: dict[tuple[str, str, str], _Known] = {}
_KNOWN_LIMIT = 2048
_NUMBER = re.compile(r"(?<![A-Za-z_\d])\d+")


def _repeated(tally: Tally, record: Record, meta: dict[str, str], http: tuple[str, str] | None) -> None:
    """Read an error, or, where the same was read before, only count it: in a storm nearly all are."""
    lines = record.lines
    rest = lines[1:]
    if len(rest) > 1 and rest[1].startswith("Request: ") and (found := _REQUEST.match(rest[1])):
        http = (found[1], found[2])
        rest = [rest[0], *rest[2:]]
    elif http is None and _COWBOY.match(lines[0]):  # its request stands elsewhere
        _crash(tally, record, meta, http)
        return
    key = (_NUMBER.sub("", lines[0]), "\n".join(rest), f"{'request_id' in meta}{http is not None}")
    known = _KNOWN.get(key)
    if known is not None:
        user, tenant = elixir.identity(meta)
        if tally.again(
            known.signature,
            record.machine,
            record.at,
            name=known.name,
            culprit=known.culprit,
            rid=meta.get("request_id"),
            user=user,
            tenant=tenant,
            http=http,
        ):
            return
    told = _crash(tally, record, meta, http)
    if len(_KNOWN) > _KNOWN_LIMIT:
        _KNOWN.clear()
    _KNOWN[key] = told


def _quiet(tally: Tally, record: Record, first: str) -> bool:
    """An info or notice message: note what it tells of the machine; True if it hides an error all the same."""
    if found := _ENDPOINT_UP.match(first):
        tally.event(record.machine, record.region, record.at, "boot", f"{found[1]} {found[2]} {found[3]}")
        return " failed" in first
    if first.startswith("SIGTERM received"):
        tally.event(record.machine, record.region, record.at, "sigterm")
        return False
    if found := _MIGRATION.match(first):
        tally.event(record.machine, record.region, record.at, found[1].lower(), f"{found[2]} {found[3] or ''}".strip())
        return False
    if _APPLICATION.match(first):
        return True
    return bool(first.startswith(("GenServer ", "Task #PID", "** (")) and elixir.BANNER.search("\n".join(record.lines)))


def _crash(tally: Tally, record: Record, meta: dict[str, str], http: tuple[str, str] | None) -> _Known:
    lines = record.lines
    first = lines[0]
    body = "\n".join(lines)
    name: str | None = None
    key: str | None = None
    if _COWBOY.match(first):
        request = _REQUEST.search(body)
        if request:
            http = (request[1], request[2])
        process = "request"
    elif found := _CONNECTION.match(first):
        process, name, key = "other", found["name"], found["what"]
    elif found := _TERMINATING.match(first):
        name = found["name"]
        what = found["what"]
        process = "task" if what == "Task" else "genserver" if what != "Process" else "other"
    elif found := _RAISED.match(first) or _RANCH.match(first):
        process = "other"
    elif found := _CHILD.match(first):
        process, name = "supervisor", found["name"]
    elif _APPLICATION.match(first):
        process = "boot"
    elif elixir.BANNER.match(first):
        process = "request" if "request_id" in meta or http else "other"
    else:
        process = "request" if http else "other"
    if process in ("other", "boot", "supervisor") and _BOOT.search(body):
        body = decode_bytes(body)
        lines = body.split("\n")
        process = "boot"
    stack = read_stack(lines)
    joined = "\n".join(stack.frames)
    if process in ("genserver", "other") and stack.type is not None:
        if _LIVEVIEW.search(joined) or _LIVEVIEW.search(body[:8000]):
            process = "liveview"
        elif _CHANNEL.search(joined):
            process = "channel"
        elif process == "other" and not key and _OBAN.search(joined):
            process = "oban"
        elif process == "other" and not key and _WEB.search(joined):
            process = "request"
    if process in ("genserver", "supervisor") and name:
        key = scrub(name)[:80]
    return _emit(tally, record, meta, process, stack, name=name, key=key, http=http)


def _emit(
    tally: Tally,
    record: Record,
    meta: dict[str, str],
    process: str,
    stack: Stack,
    *,
    name: str | None = None,
    key: str | None = None,
    http: tuple[str, str] | None = None,
    level: str | None = None,
) -> _Known:
    user, tenant = elixir.identity(meta)
    reason = elixir.exit_reason(stack.message) if stack.kind in ("exit", "exit_shutdown") else None
    if name is None and reason and (callee := _CALLEE.search(stack.message)):
        name = callee[1]
    signature = tally.error(
        record.machine,
        record.at,
        kind=stack.kind,
        process=process,
        type_=stack.type,
        message=stack.message,
        text=stack.text,
        frames=stack.frames,
        culprit=stack.culprit,
        top=stack.top,
        name=name,
        key=key,
        sqlstate=elixir.sqlstate(stack.text),
        reason=reason,
        http=http,
        level=level or record.level,
        rid=meta.get("request_id"),
        user=user,
        tenant=tenant,
        timeout_ms=timeouts(stack.text),
        escaped=record.escaped,
    )
    return _Known(signature, name, stack.culprit)


class _Job(msgspec.Struct):
    event: str = ""
    worker: str = ""
    queue: str = ""
    state: str = ""
    error: str = ""
    attempt: int = 0
    max_attempts: int = 0


_JOB = msgspec.json.Decoder(_Job, strict=False)
WORKER, QUEUE = '"worker":"', '"queue":"'


def _field(line: str, key: str) -> str:
    """A plain string of a line of JSON, without decoding all of it."""
    at = line.find(key)
    return line[at + len(key) : line.find('"', at + len(key))] if at >= 0 else ""


def oban(tally: Tally, record: Record, line: str) -> None:
    """Put what Oban's default logger says into the tally: an attempt that ended, and why it failed."""
    if '"event":"job:start"' in line:
        return
    if '"event":"job:stop"' in line and '"state":"success"' in line:
        tally.job(f"{_field(line, WORKER)} ({_field(line, QUEUE)})", "success")
        return
    try:
        job = _JOB.decode(line)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        tally.digest.unparsed += 1
        return
    where = f"{job.worker} ({job.queue})"
    if job.event == "job:stop":
        tally.job(where, job.state or "success")
        return
    if job.event != "job:exception":
        if job.event.endswith(":exception"):
            job.worker = job.worker or job.event
        else:
            return
    tally.job(where, job.state or "failure")
    stack = (
        read_stack(job.error.split("\n"))
        if job.error
        else Stack("log", None, f"{job.worker} failed", line[:500], (), None, None)
    )
    tally.error(
        record.machine,
        record.at,
        kind=stack.kind,
        process="oban",
        type_=stack.type,
        message=stack.message,
        text=stack.text,
        frames=stack.frames,
        culprit=stack.culprit,
        top=stack.top,
        name=where,
        key=where,
        sqlstate=elixir.sqlstate(stack.text),
        reason=elixir.exit_reason(stack.message) if stack.kind.startswith("exit") else None,
        level="error",
        where=where,
        lost=job.state == "discard",
        escaped=True,
        timeout_ms=timeouts(stack.text),
    )
