"""How Elixir and its libraries print: line prefixes, banners, exit chains and stack frames.

Wordings: elixir `lib/logger/lib/logger/formatter.ex` and `translator.ex`, `lib/elixir/lib/exception.ex` (1.14 to 1.20).
"""

import re
from functools import lru_cache
from typing import NamedTuple

from smokejumper.model.errors import Frame

LEVELS = ("debug", "info", "notice", "warning", "warn", "error", "critical", "alert", "emergency")
SERIOUS = frozenset(("error", "critical", "alert", "emergency"))
_LEVEL = "|".join(LEVELS)

PREFIX = re.compile(
    r"(?:(?P<date>\d{4}-\d\d-\d\d)[T ])?(?P<clock>\d\d:\d\d:\d\d(?:[.,]\d{1,6})?)Z? (?P<meta>(?:[\w.]+=[^\[\n]*?)?)"
    rf"\[(?P<level>{_LEVEL})\] +(?P<text>.*)",
    re.DOTALL,
)
"""The formatter's `$date $time $metadata[$level] $message`.

Date and metadata may be missing, `$levelpad` adds blanks.
"""
BARE_LEVEL = re.compile(rf"\[(?P<level>{_LEVEL})\] +(?P<text>.*)", re.DOTALL)
"""The development form `[$level] $message`."""
_LEADING = re.compile(r"([a-z_][\w.]*)=(\S*) +")
_PAIR = re.compile(r"([A-Za-z_][\w.]*)=(.*?)(?= [A-Za-z_][\w.]*=| *$)", re.DOTALL)
TRACKING = frozenset(
    [
        "request_id",
        "user_id",
        "current_user_id",
        "current_user",
        "user",
        "tenant",
        "tenant_id",
        "trace_id",
        "span_id",
        "org_id",
        "organization_id",
        "account_id",
        "session_id",
        "remote_ip",
        "pid",
        "mfa",
        "module",
        "function",
        "file",
        "line",
        "application",
        "domain",
        "node",
        "team_id",
        "workspace_id",
        "customer_id",
    ]
)
"""Metadata keys that may follow the level; other `key=value` there is the message's own."""

USER_KEYS = ("user_id", "current_user_id", "current_user", "user", "uid", "account_id", "customer_id", "member_id")
TENANT_KEYS = (
    "tenant",
    "tenant_id",
    "org_id",
    "organization_id",
    "org",
    "workspace_id",
    "workspace",
    "team_id",
    "team",
)


class Prefix(NamedTuple):
    """A line's formatter part: date and clock as printed, metadata, level, and the message that follows."""

    date: str | None
    clock: str | None
    meta: dict[str, str]
    level: str
    text: str


def prefix(line: str) -> Prefix | None:
    """The formatter's prefix of a line, or None for a line that continues a message."""
    first = line[:1]
    if first.isdigit():
        found = PREFIX.match(line)
        if found is None:
            return None
        date, clock, printed, level, text = found.groups()
        meta = dict(_PAIR.findall(printed.strip())) if printed else {}
    elif first == "[":
        found = BARE_LEVEL.match(line)
        if found is None:
            return None
        date = clock = None
        meta, (level, text) = {}, found.groups()
    else:
        return None
    while (pair := _LEADING.match(text)) and pair[1] in TRACKING:
        meta[pair[1]] = pair[2]
        text = text[pair.end() :]
    return Prefix(date, clock, meta, "warning" if level == "warn" else level, text)


def identity(meta: dict[str, str]) -> tuple[str | None, str | None]:
    """User and tenant that a line's metadata name; anonymous ones are None."""
    user = next((meta[k] for k in USER_KEYS if meta.get(k)), None)
    tenant = next((meta[k] for k in TENANT_KEYS if meta.get(k)), None)
    return (None if user in ("nil", "null", "None") else user, None if tenant in ("nil", "null", "None") else tenant)


FRAME = re.compile(
    r"[ \t]+(?:\((?P<app>[a-z]\w*)(?: (?P<version>[^()\s]+))?\) )?"
    r"(?:(?P<file>[^\s:()]+\.(?:exs?|erl|eex|heex|leex|hrl|xrl|yrl)):(?:(?P<line>\d{1,9}):)? )?"
    r"(?P<function>\(module\)|\(file\)|(?:anonymous fn(?:/\d+|\(.*\)) in )?:?\"?[A-Za-z_][\w.@?!\"-]"
    r"*\.[^\s(/][^(/]*?(?:/\d+|\(.*\))"
    r"|anonymous fn(?:/\d+|\(.*\)) in \S+|#Function<.*>/\d+|:elixir_\w+\..*)\s*$"
)
"""`INDENT (APP VSN) FILE:LINE: MFA`: elixir `Exception.format_stacktrace_entry/1`."""
_GOOGLE_FRAME = re.compile(r"\s*(?P<file>\S+\.(?:exs?|erl)):(?P<line>\d{1,9}):in [`'](?P<function>[^`']+)[`']")
"""logger_json's GoogleCloud form of a frame."""
_ARGUMENTS = re.compile(r"^((?:anonymous fn/\d+ in )?:?[\w.\"@?!-]+?\.(?:\"[^\"]*\"|[^\s(/]+))\((.*)\)$", re.DOTALL)


@lru_cache(maxsize=8192)
def frame(line: str) -> Frame | None:
    """The frame that a line prints, with its function as printed, or None."""
    found = FRAME.match(line)
    if found:
        number = found["line"]
        return Frame(found["app"], found["file"], int(number) if number else None, found["function"])
    found = _GOOGLE_FRAME.match(line)
    if found:
        return Frame(None, found["file"], int(found["line"]), found["function"])
    return None


_ANONYMOUS = re.compile(r"anonymous fn\((.*)\) in (\S+)$", re.DOTALL)


def arity(function: str) -> str:
    """A printed function with its arguments replaced by their number: `M.f(1, [2, 3])` is `M.f/2`."""
    anonymous = _ANONYMOUS.match(function)
    if anonymous:
        return f"anonymous fn/{len(arguments(anonymous[1]))} in {anonymous[2]}"
    found = _ARGUMENTS.match(function)
    return f"{found[1]}/{len(arguments(found[2]))}" if found else function


def arguments(text: str) -> list[str]:
    """Arguments of a printed call, split at the commas that stand outside of brackets and quotes."""
    parts, depth, start, quote, escaped = [], 0, 0, "", False
    for i, c in enumerate(text):
        if quote:
            if escaped:
                escaped = False
            elif c == "\\":
                escaped = True
            elif c == quote:
                quote = ""
        elif c in "\"'":
            quote = c
        elif c in "([{<":
            depth += 1
        elif c in ")]}>":
            depth -= 1
        elif c == "," and depth <= 0:
            parts.append(text[start:i].strip())
            start = i + 1
    last = text[start:].strip()
    return [*parts, last] if last or parts else []


BANNER = re.compile(r"\*\* \((?P<type>[A-Za-z:][\w.]*)\) ?(?P<message>.*)", re.DOTALL)
"""`** (KeyError) message`, `** (exit) reason`, `** (throw) term`, `** (stop) reason`: `Exception.format_banner/3`."""
EXIT = re.compile(r"^\s*\*\* \(EXIT(?: from \S+)?\) (?P<reason>.*)$", re.MULTILINE)
_SQLSTATE = re.compile(r"\b\w+ (?:(?P<code>[0-9A-Z]{5}) )?\((?P<name>[a-z_]{4,})\):? ")
_SQLSTATE_FIELD = re.compile(r"pg_code(?:: | => )(?:<<)?\"(?P<code>[0-9A-Z]{5})\"")
_SQLSTATE_NAMES = {
    "undefined_column": "42703",
    "undefined_table": "42P01",
    "undefined_function": "42883",
    "undefined_object": "42704",
    "unique_violation": "23505",
    "not_null_violation": "23502",
    "foreign_key_violation": "23503",
    "check_violation": "23514",
    "exclusion_violation": "23P01",
    "deadlock_detected": "40P01",
    "serialization_failure": "40001",
    "query_canceled": "57014",
    "admin_shutdown": "57P01",
    "crash_shutdown": "57P02",
    "cannot_connect_now": "57P03",
    "too_many_connections": "53300",
    "disk_full": "53100",
    "out_of_memory": "53200",
    "invalid_password": "28P01",
    "lock_not_available": "55P03",
    "invalid_authorization_specification": "28000",
    "invalid_catalog_name": "3D000",
    "insufficient_privilege": "42501",
    "read_only_sql_transaction": "25006",
    "feature_not_supported": "0A000",
    "syntax_error": "42601",
    "division_by_zero": "22012",
    "invalid_text_representation": "22P02",
    "string_data_right_truncation": "22001",
    "numeric_value_out_of_range": "22003",
    "protocol_violation": "08P01",
    "invalid_sql_statement_name": "26000",
    "duplicate_prepared_statement": "42P05",
    "raise_exception": "P0001",
    "cardinality_violation": "21000",
    "duplicate_table": "42P07",
    "duplicate_column": "42701",
    "duplicate_object": "42710",
    "in_failed_sql_transaction": "25P02",
    "idle_in_transaction_session_timeout": "25P03",
    "datatype_mismatch": "42804",
    "internal_error": "XX000",
    "invalid_schema_name": "3F000",
    "io_error": "58030",
}
"""Names that Postgrex up to 0.12 prints without their code."""


def sqlstate(text: str) -> str | None:
    """The SQLSTATE that a Postgrex error names, innermost last.

    `ERROR 42703 (undefined_column) ...` in any language.
    """
    code = None
    if "ostgre" not in text and "pg_code" not in text:  # Postgrex, Postgres, postgres
        return None
    for found in _SQLSTATE.finditer(text):
        code = found["code"] or _SQLSTATE_NAMES.get(found["name"]) or code
    for found in _SQLSTATE_FIELD.finditer(text):
        code = found["code"]
    return code


def exit_reason(text: str) -> str:
    """An exit's reason in one word: timeout, noproc, noconnection, shutdown, killed, normal or other."""
    reasons = EXIT.findall(text)
    last = reasons[-1] if reasons else text
    for start, word in _REASONS:
        if last.startswith(start):
            return word
    return "other"


_REASONS = (
    ("time out", "timeout"),
    ("no process", "noproc"),
    ("no connection", "noconnection"),
    ("shutdown", "shutdown"),
    (":shutdown", "shutdown"),
    ("killed", "killed"),
    ("normal", "normal"),
    (":timeout", "timeout"),
    ("{:timeout", "timeout"),
    ("{:noproc", "noproc"),
    ("{:shutdown", "shutdown"),
    (":killed", "killed"),
    (":normal", "normal"),
)

LIBRARIES = frozenset(
    """
    elixir eex ex_unit iex logger mix stdlib kernel erts sasl crypto public_key ssl inets compiler tools runtime_tools
    os_mon mnesia xmerl asn1 syntax_tools phoenix phoenix_html phoenix_live_view phoenix_pubsub phoenix_template
    phoenix_ecto phoenix_live_dashboard phoenix_live_reload phoenix_swoosh phoenix_view phoenix_html_helpers
    phoenix_storybook plug plug_cowboy plug_crypto bandit thousand_island websock websock_adapter cowboy cowlib ranch
    cowboy_telemetry ecto ecto_sql ecto_psql_extras ecto_sqlite3 postgrex myxql tds db_connection decimal jason poison
    telemetry telemetry_metrics telemetry_poller oban oban_pro oban_web oban_met req finch mint hpax nimble_pool
    nimble_options nimble_parsec nimble_csv nimble_publisher castore certifi hackney httpoison tesla gun
    ssl_verify_fun idna unicode_util_compat mimerl metrics parse_trans swoosh bamboo gen_smtp gettext expo guardian
    joken jose ueberauth oauth2 pow bcrypt_elixir argon2_elixir pbkdf2_elixir comeonin elixir_make redix exredis
    cachex con_cache nebulex ex_aws ex_aws_s3 sweet_xml waffle waffle_ecto arc absinthe absinthe_plug absinthe_phoenix
    dataloader broadway gen_stage flow gen_state_machine libcluster dns_cluster swarm horde delta_crdt merkle_map
    quantum timex tzdata tz calendar mime mogrify image vix sentry honeybadger appsignal appsignal_phoenix
    appsignal_plug logger_json logger_backends opentelemetry opentelemetry_api opentelemetry_exporter
    opentelemetry_phoenix opentelemetry_ecto prom_ex prometheus_ex fun_with_flags ex_rated hammer ex_machina faker
    floki html_entities earmark earmark_parser makeup makeup_elixir nx exla bumblebee stripity_stripe ex_twilio
    corsica cors_plug remote_ip plug_attack sobelow credo dialyxir ash ash_postgres ash_phoenix ash_graphql spark
    reactor igniter inertia live_svelte salad_ui petal_components paginator scrivener scrivener_ecto flop ex_money
    money ex_cldr cldr_utils number uuid elixir_uuid ecto_ulid typed_struct typed_ecto_schema norm peep chatterbox
    grpc protobuf gproc poolboy worker_pool recon observer_cli meck mox bypass wallaby floki fine_ex ex_json_schema
    yaml_elixir yamerl mdex xlsxir elixlsx csv pdf_generator chromic_pdf tus supabase supabase_potion supavisor
    realtime eventstore commanded carbonite ex_audit paper_trail rustler rustler_precompiled phx_new esbuild tailwind
    heroicons backoff fuse external_service ex_hash_ring syn pg2 partisan flame fly_postgres fly_rpc
    """.split()  # noqa: SIM905 - a list of words reads better as words
)
"""Applications whose frames are not the user's own; everything else that an `(app vsn)` names is."""


STANDARD = frozenset(
    """
    access agent application atom base bitwise calendar code config date datetime dynamicsupervisor enum enumerable
    exception file float function genevent genserver inspect integer io kernel keyword list logger macro map mapset
    mix module naivedatetime node partitionsupervisor path port process protocol range record regex registry stream
    string stringio supervisor system task time tuple uri version
    """.split()  # noqa: SIM905 - a list of words reads better as words
)
"""First parts of the names of Elixir's own modules, in small letters."""
_FOREIGN = frozenset(name.replace("_", "") for name in LIBRARIES) | STANDARD
_ROOT = re.compile(r"(?:anonymous fn(?:/\d+|\(.*\)) in )?([A-Z]\w*)")


def own(found: Frame) -> bool:
    """Does the frame stand in the user's application.

    One that is no known library, or, where none is named, a module of none under `lib/`?
    """
    if found.app:
        return found.app not in LIBRARIES
    if not found.file or not found.file.startswith(("lib/", "apps/", "web/")) or "/deps/" in found.file:
        return False
    root = _ROOT.match(found.function)
    return root is None or root[1].lower() not in _FOREIGN
