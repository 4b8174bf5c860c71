"""An upstream refused the connection, could not be routed to, or cut the line."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="http_client_closed",
    title="{host} refuses or drops outbound connections",
    owner="third_party",
    scope="endpoint",
    kind="cause",
    level=3,
    traits=("edge", "upstream"),
    what=(
        "The TCP connection of an outbound call was refused or unroutable, or the other side closed it before it had "
        "answered. Refused means a stopped service or a wrong port; closed at reuse is mostly an idle connection that "
        "the peer had just given up: rare, single, and gone with one retry."
    ),
    unlike={
        "http_client_timeout": "the connection stood and no answer came",
        "http_client_dns": "the name did not resolve, so nothing was connected",
        "http_client_tls": "the connection stood and the TLS handshake failed",
        "redis_unreachable": "the socket belongs to Redix",
        "db_connection_dropped": "the socket belongs to Postgrex",
    },
    signature=Signature(
        types=("Mint.HTTPError", "Req.HTTPError", "Finch.HTTPError"),
        patterns=(
            (
                r"\((?:Mint|Req|Finch)\.TransportError\) (?:socket closed|connection (?:refused|closed|reset)"
                r"|no route to host|(?:host|network) is (?:unreachable|down)|broken pipe"
                r"|software caused connection abort)"
            ),
            (
                r"%(?:Mint|Req|Finch)\.TransportError\{[^{}]{0,60}reason: :(?:closed|econnrefused|econnreset"
                r"|econnaborted|ehostunreach|enetunreach|ehostdown|epipe)\b"
            ),
            (
                r"%(?:Mint|Req|Finch)\.HTTPError\{[^{}]{0,80}reason: (?::unprocessed|:closed_for_writing"
                r"|\{:server_closed_(?:connection|request))"
            ),
            (
                r"\(Finch\.Error\) (?:connection[ _](?:closed|process[ _]went[ _]down|is (?:disconnected|dead"
                r"|closed for writing))|disconnected|read_only|could not connect)"
            ),
            (
                r"%Finch\.Error\{reason: :(?:read_only|disconnected|connection_closed|connection_process_went_down"
                r"|could_not_connect|connection_dead)\b"
            ),
            r"\(HTTPoison\.Error\) :(?:closed|econnrefused|econnreset|econnaborted|ehostunreach|enetunreach|epipe)\b",
            (
                r"%HTTPoison\.Error\{[^{}]{0,80}reason: :(?:closed|econnrefused|econnreset|econnaborted|ehostunreach"
                r"|enetunreach|epipe)\b"
            ),
            (
                r"\(Tesla\.Error\) (?::(?:closed|econnrefused|econnreset|ehostunreach|enetunreach|epipe)\b"
                r"|\"?(?:socket closed|connection refused))"
            ),
            r"%Tesla\.Error\{[^\n]{0,3000}\breason: :(?:closed|econnrefused|econnreset|ehostunreach)\b",
            (
                r"\{:(?:network|temporary)_failure, [^{}]{1,120}, \{:error, :(?:closed|econnrefused|econnreset"
                r"|ehostunreach|enetunreach)\}\}"
            ),
            r"\{:failed_connect, \[[^\n]{1,200}\{:inet6?, \[:inet6?\], :(?:econnrefused|ehostunreach|enetunreach)\}",
            (
                r"(?:right hand side value|(?:case|with|try) clause matching):\s{1,20}\{:error, :(?:closed|econnrefused"
                r"|econnreset|ehostunreach|enetunreach)\}"
            ),
            r"\bfailed with \{:error, :(?:closed|econnrefused|econnreset|ehostunreach|enetunreach)\}",
        ),
    ),
    tell="refused on every attempt: the service or its port; closed once in a while on a reused connection: keep-alive",
    explains=("genserver_timeout", "job_failure", "http_client_pool_exhausted"),
    remedy=Remedy(
        mitigate=(
            "Check {host} and its port from {machine}; retry idempotent calls once, switch the feature off if all fail."
        ),
        repair=(
            "Correct host and port (SMTP: 587 or 465), and keep idle connections for less time than the peer does "
            "(Finch: conn_max_idle_time)."
        ),
        do_not="Do not retry a POST without an idempotency key: the first one may have been carried out.",
        undo="Switch the feature on again once connects to {host} succeed.",
        prevent="Write the peer's keep-alive limit into the pool settings, and alert on refused connects per host.",
    ),
    playbook="Prevention checklist",
    examples=(
        Example(
            id="http_client_closed",
            source="elixir-mint/mint#417",
            text="""\
09:31:55.604 request_id=F0kCd1eFgH2AAAAM [error] ** (Req.TransportError) socket closed
    (req 0.5.17) lib/req.ex:1125: Req.request!/2
    (loom 4.0.0) lib/loom/dyes.ex:30: Loom.Dyes.search/1
""",
        ),
        Example(
            id="http_client_closed",
            source="fewlinesco/bamboo_smtp#76",
            text="""\
09:32:20.117 request_id=F0kCe2fGhI3AAAAN [error] ** (CaseClauseError) no case clause matching: {:error, \
{:retries_exceeded, {:network_failure, ~c"smtp.loom.example", {:error, :econnrefused}}}}
    (loom 4.0.0) lib/loom/mails.ex:17: Loom.Mails.deliver/1
""",
        ),
        Example(
            id="http_client_dns",
            text="""\
09:33:01.440 request_id=F0kCf3gHiJ4AAAAO [error] ** (Req.TransportError) non-existing domain
    (req 0.5.17) lib/req.ex:1125: Req.request!/2
    (loom 4.0.0) lib/loom/dyes.ex:30: Loom.Dyes.search/1
""",
        ),
        Example(
            id="db_unreachable",
            text="""\
09:34:12.006 [error] Postgrex.Protocol (#PID<0.2120.0>) failed to connect: ** (DBConnection.ConnectionError) tcp \
connect \
(loom-db.flycast:5432): connection refused - :econnrefused
""",
        ),
    ),
    sources=(
        "elixir-mint/mint#417",
        "elixir-tesla/tesla#467",
        "fewlinesco/bamboo_smtp#76",
        "finch:lib/finch/error.ex",
        "mint:lib/mint/transport_error.ex",
    ),
)
