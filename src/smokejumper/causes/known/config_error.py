"""A setting is there, but wrong, contradictory or meant for another environment."""

from smokejumper.causes.consequences import NOT_UP
from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="config_error",
    title="a setting of {release} is wrong: {message}",
    owner="us",
    scope="systemic",
    kind="cause",
    level=4,
    traits=("setting", "unmigrated"),
    what=(
        "The value was found but does not fit: a malformed URL or number, a secret that is too short, a port or listen "
        "address that Fly does not expect, a setting compiled in with another value, a start script with Windows line "
        "ends, or a name that nothing was started under."
    ),
    unlike={
        "config_missing_env": "the variable is not set at all",
        "db_dns": "the host in DATABASE_URL is well formed and does not resolve",
        "db_missing_database": "the URL is well formed and names a database that does not exist",
        "socket_origin_rejected": "only the WebSocket's origin does not fit the configured host",
        "process_missing": "the process was started once and is gone",
    },
    signature=Signature(
        types=("Ecto.InvalidURLError",),
        patterns=(
            r"\binvalid [Uu][Rr][Ll] [^\n]{0,300}(?:host is not present|path should be a database name)",
            r"\bmissing the :database key in options for\b",
            r"\bcookie store expects conn\.secret_key_base to be (?:set|at least \d+ bytes)\b",
            (
                r"\bthe application :\w{1,60} has a different value set [^\n]{1,300}"
                r"\bduring runtime compared to compile time\b"
            ),
            r"\bcould not fetch application environment :\S{1,80} for application :\w",
            r"\bno configuration found for otp_app :\w",
            r"\bcould not find static manifest at\b",
            r":port for https? config is nil\b|\baborting due to nil port\b",
            (
                r"\bConfig provider \S{1,80} failed with:\s{1,20}\*\* \(ArgumentError\) errors were found at the given "
                r"arguments:\s{1,20}\* 1st argument: not a textual representation of an? \w"
            ),
            r"\bfailed to spawn command: \S{1,200}: No such file or directory\b",
            r": not found\S{0,200}: \S{1,200}/env\.sh: |/env\.sh: (?:line )?\d{1,4}: [^\n]{0,40}: not found\b",
            r"\bcannot get bootfile\b",
            r"(?:\(Finch\.Error\) |%Finch\.Error\{reason: :)pool_not_available\b",
        ),
    ),
    needles=(
        r"Running \S{1,120} with [^\n]{1,60} at (?:https?://)?(?:127\.0\.0\.1|localhost|\[?::1\]?):\d",
        r": not found\S{0,200}: \S{1,200}/env\.sh: |/env\.sh: (?:line )?\d{1,4}: [^\n]{0,40}: not found\b",
        r"failed to spawn command: \S{1,200}: No such file or directory",
        r"ERROR! the application :\w{1,60} has a different value set ",
    ),
    tell=(
        "what changed between the releases in config and fly.toml; printed listen address and port against "
        "internal_port"
    ),
    explains=NOT_UP,
    remedy=Remedy(
        mitigate="Go back to the previous release or set the previous value of the secret again.",
        repair="Correct the setting, and check its form (number, URL, length, port) while runtime.exs reads it.",
        do_not="Do not edit files or env on one machine: the next restart loses it and the others keep the fault.",
        undo="Redeploy the corrected configuration.",
        prevent="Boot the release image once in CI with production-like variables.",
    ),
    playbook="Step 5",
    examples=(
        Example(
            id="config_error",
            source="plausible/analytics#3095",
            text="""\
13:15:38.045 request_id=FxdscgcigTdlcx4ABUTB [error] ** (ArgumentError) cookie store expects conn.secret_key_base to \
be \
at least 64 bytes
    (plug 1.18.1) lib/plug/session/cookie.ex:185: Plug.Session.COOKIE.validate_secret_key_base/1
    (plug 1.18.1) lib/plug/session/cookie.ex:177: Plug.Session.COOKIE.derive/3
""",
        ),
        Example(
            id="config_error",
            source="elixir-lang/elixir#9195",
            text="""\
2026-03-02T00:38:42Z app[4d891b6fe12e18] syd [info]{"init terminating in do_boot",{'cannot get bootfile',\
'/app/bin/start.boot'}}
2026-03-02T00:38:42Z app[4d891b6fe12e18] syd [info]init terminating in do_boot ({cannot get \
bootfile,/app/bin/start.boot})
2026-03-02T00:38:42Z app[4d891b6fe12e18] syd [info] INFO Main child exited normally with code: 1
""",
        ),
        Example(
            id="config_error",
            source="finch:lib/finch/error.ex",
            text="""\
13:17:20.733 request_id=F0pHi1jKlM2AAAAX [error] ** (Finch.Error) pool_not_available
    (ledger 1.4.0) lib/ledger/fx.ex:22: Ledger.Fx.rate!/2
""",
        ),
        Example(
            id="config_missing_env",
            text="""\
ERROR! Config provider Config.Reader failed with:
** (RuntimeError) environment variable SECRET_KEY_BASE is missing.
You can generate one by calling: mix phx.gen.secret

    /app/releases/1.4.0/runtime.exs:41: (file)
""",
        ),
    ),
    sources=(
        "plausible/analytics#3095",
        "blockscout/blockscout#6154",
        "fly-apps/hello_elixir#3",
        "elixir-lang/elixir#9195",
    ),
)
