"""The server cannot bind its port."""

from smokejumper.causes.consequences import NOT_UP
from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="port_in_use",
    title="the port of the server is taken on {machine}",
    owner="us",
    scope="machine",
    kind="cause",
    level=4,
    what=(
        "Bandit or Cowboy asked for a port that another socket on the same machine already holds: a second VM that was "
        "started beside the first, or two endpoints with one port."
    ),
    unlike={
        "supervisor_boot_failure": "the child that failed to start gives another reason than :eaddrinuse",
        "config_error": "the server binds a free port that Fly does not expect",
    },
    signature=Signature(
        patterns=(
            r"\bRunning \S{1,120} with [^\n]{1,200} failed, port (?:\d+ )?already in use\b",
            (
                r"\bFailed to start Ranch listener [^\n]{1,200} in \S{1,60}:listen\([^\n]{0,1500}\) "
                r"for reason :?eaddrinuse\b"
            ),
            r"\*\* \(EXIT\) :eaddrinuse\b",
            r"\{:listen_error, [^{}\n]{1,120}, :eaddrinuse\}",
        ),
    ),
    tell="two `Running ... at` lines on one machine without a stop between them; an ssh session just before",
    explains=NOT_UP,
    remedy=Remedy(
        mitigate=(
            "If the first server still answers, end only the second VM on {machine} (often an ssh session with `eval` "
            "or `start`); else restart {machine} once."
        ),
        repair="Give each endpoint a port of its own, and run tasks without PHX_SERVER.",
        do_not="Do not restart in a loop: the port stays taken as long as its holder lives.",
        undo="Start the ended task again with `rpc`.",
        prevent="Use `rpc` for work in the running node, never `eval` with PHX_SERVER set.",
    ),
    playbook="Step 3",
    examples=(
        Example(
            id="port_in_use",
            source="phoenixframework/phoenix#1355",
            text="""\
19:02:14.301 [error] Running LedgerWeb.Endpoint with cowboy 2.13.0 at http://0.0.0.0:8080 failed, port already in use
""",
        ),
        Example(
            id="port_in_use",
            source="chrismccord/phoenix_chat_example#44",
            text="""\
19:02:14.330 [notice] Application ledger exited: Ledger.Application.start(:normal, []) returned an error: shutdown: \
failed to start child: LedgerWeb.Endpoint
    ** (EXIT) shutdown: failed to start child: {:ranch_listener_sup, LedgerWeb.Endpoint.HTTP}
        ** (EXIT) shutdown: failed to start child: :ranch_acceptors_sup
            ** (EXIT) {:listen_error, LedgerWeb.Endpoint.HTTP, :eaddrinuse}
""",
        ),
        Example(
            id="supervisor_boot_failure",
            text="""\
19:05:40.118 [notice] Application ledger exited: Ledger.Application.start(:normal, []) returned an error: shutdown: \
failed to start child: Ledger.Prices
    ** (EXIT) bad return value: :not_ready
""",
        ),
    ),
    sources=("phoenixframework/phoenix#1355", "chrismccord/phoenix_chat_example#44", "bandit:lib/bandit.ex"),
)
