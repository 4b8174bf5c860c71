"""Nothing that speaks Postgres answers at the database address."""

from smokejumper.causes.consequences import UNCONNECTED
from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="db_unreachable",
    title="nothing answers at the database address {host}",
    owner="supabase",
    scope="systemic",
    kind="cause",
    level=3,
    traits=("below", "database", "unmigrated"),
    what=(
        "Connections to the database are refused, find no route, time out, or break off before the handshake ends. No "
        "server gets as far as sending a SQLSTATE."
    ),
    unlike={
        "db_dns": "the name does not resolve, so no connection is ever tried",
        "db_tls": "a server answers and only the TLS handshake fails",
        "db_connection_dropped": "open connections break, yet new ones succeed at once",
        "db_checkout_timeout": "the pool itself cuts a holder; the server answers everybody else",
        "db_shutdown": "the server still says that it stops or starts (57P01, 57P03)",
    },
    signature=Signature(
        patterns=(
            (
                r"(?<!cancel backend: )(?:tcp|ssl) connect(?: \([^)\s]{1,255}\))?: (?:connection refused|timeout"
                r"|(?:connection|operation) timed out|no route to host|host is (?:unreachable|down)"
                r"|network is (?:unreachable|down)|no such file or directory - :enoent)"
            ),
            (
                r"failed to connect: \*\* \((?:DBConnection\.ConnectionError|Postgrex\.Error)\) (?:tcp|ssl) (?:recv"
                r"|send): (?:closed|timeout|connection (?:reset|aborted)|broken pipe)"
            ),
            r"Postgrex\.Protocol \(?#PID<[\d.]+>.{0,100}? timed out because it was handshaking for longer than \d+ms",
            r"(?:tcp|ssl) recv \(idle\): (?:timeout|connection timed out)",
        ),
    ),
    tell="`failed to connect` without a SQLSTATE; on one machine only, holders stuck in recv and no line of that kind",
    explains=UNCONNECTED,
    remedy=Remedy(
        mitigate=(
            "If only {machine} fails, cordon it with `fly machine cordon` and restart or replace it; if all fail, "
            "check project state, network bans, network restrictions and the status page of Supabase."
        ),
        repair="Restore the path (unpause, lift the ban, correct host and port); the pool then reconnects by itself.",
        do_not="Do not raise pool_size and do not restart all machines: the reconnects arrive as one more storm.",
        undo="Uncordon {machine} once its connects succeed.",
        prevent="Alert on `failed to connect`, and keep the database out of the health check that Fly routes by.",
    ),
    playbook="Step 2",
    examples=(
        Example(
            id="db_unreachable",
            source="corpus:postgres_down",
            text="""\
04:17:09.512 [error] Postgrex.Protocol (#PID<0.2120.0> (:proc_lib)) failed to connect: ** \
(DBConnection.ConnectionError) tcp connect (ferry-db.flycast:5432): connection refused - :econnrefused
""",
        ),
        Example(
            id="db_unreachable",
            source="corpus:db_unreachable_one_instance",
            text="""\
04:18:31.040 [error] Postgrex.Protocol (#PID<0.2124.0> (:proc_lib)) disconnected: ** (DBConnection.ConnectionError) \
tcp recv (idle): timeout
""",
        ),
        Example(
            id="db_dns",
            text="""\
04:17:09.512 [error] Postgrex.Protocol (#PID<0.2120.0>) failed to connect: ** (DBConnection.ConnectionError) tcp \
connect (ferry-db.flycast:5432): non-existing domain - :nxdomain
""",
        ),
        Example(
            id="db_connection_dropped",
            text="""\
04:20:02.733 [error] Postgrex.Protocol (#PID<0.2131.0>) disconnected: ** (DBConnection.ConnectionError) ssl recv \
(idle): closed
""",
        ),
    ),
    sources=("elixir-ecto/postgrex:lib/postgrex/protocol.ex", "blockscout/blockscout#1413"),
)
