"""A library, NIF, OTP, Elixir or OS part does not fit the others."""

from smokejumper.causes.consequences import NOT_UP
from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="dependency_incompatible",
    title="parts of {release} do not fit together: {message}",
    owner="us",
    scope="systemic",
    kind="cause",
    level=4,
    what=(
        "The release was put together from parts of different make: a NIF built against a newer libc than the runner "
        "image has, code compiled for another OTP, a library that calls what OTP dropped, or a NIF that brings the VM "
        "down with SIGSEGV or SIGILL."
    ),
    unlike={
        "missing_module_or_function": "our own code calls a function that the release does not contain",
        "oom": "the VM died by SIGKILL with an OOM line",
        "config_error": "a file of the release is malformed, not of the wrong make",
    },
    signature=Signature(
        patterns=(
            r"\bFailed to load NIF library\b",
            r"version `(?:GLIBC|GLIBCXX|CXXABI|OPENSSL)_[\w.]{1,20}\\?' not found",
            r"\bcannot open shared object file\b",
            r"\binvalid ELF header\b",
            r"\b[Tt]he on_load function for module \S{1,120} returned\b",
            r"\bon_load_function_failed\b",
            r"\b[Ee]xec format error\b",
            r"\bUnsupported Erlang/OTP version\b",
            r"\bre-compile this module with an Erlang/OTP\b",
            r"\(with signal 'SIG(?:SEGV|ILL|BUS)'",
            r"\{:option, :server_only, :honor_cipher_order\}",
        ),
    ),
    needles=(r"exited with signal \(with signal 'SIG(?:SEGV|ILL|BUS)'", r"[Ee]xec format error"),
    tell="base images of builder and runner in the Dockerfile; versions of dependencies, Elixir and OTP in the diff",
    explains=NOT_UP,
    remedy=Remedy(
        mitigate="Roll back to the image before {release}.",
        repair=(
            "Build and run on the same base image, and pin the versions of OTP, Elixir and the library that changed."
        ),
        do_not="Do not rebuild in the hope that it fits this time.",
        undo="Deploy again once the pinned image boots in CI.",
        prevent="Pin image tags with their date and boot the assembled release in CI.",
    ),
    playbook="Step 5",
    examples=(
        Example(
            id="dependency_incompatible",
            source="elixir-nx/nx#1490",
            text="""\
13:08:08.420 [warning] The on_load function for module Elixir.Loom.Patterns.Native returned:
{:error,
 {:load_failed,
  ~c"Failed to load NIF library: '/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found (required by \
/app/lib/loom-4.0.0/priv/native/loom_nif.so)'"}}
""",
        ),
        Example(
            id="dependency_incompatible",
            source="sergiotapia/magnetissimo#135",
            text="""\
13:10:41.733 [error] GenServer Loom.Feed terminating
** (HTTPoison.Error) {:option, :server_only, :honor_cipher_order}
    (httpoison 1.5.0) lib/httpoison.ex:128: HTTPoison.request!/5
    (loom 4.0.0) lib/loom/feed.ex:17: Loom.Feed.handle_info/2
Last message: :fetch
""",
        ),
        Example(
            id="missing_module_or_function",
            text="""\
13:12:20.019 request_id=F0xPp1rStU2AAAAj [error] ** (UndefinedFunctionError) function Loom.Patterns.tiled/2 is \
undefined \
or private
    (loom 4.0.0) Loom.Patterns.tiled(12, :wide)
    (loom 4.0.0) lib/loom_web/controllers/pattern_controller.ex:20: LoomWeb.PatternController.show/2
""",
        ),
    ),
    sources=(
        "elixir-nx/nx#1490",
        "adoptoposs/mjml_nif#147",
        "sergiotapia/magnetissimo#135",
        "blockscout/blockscout#8206",
    ),
)
