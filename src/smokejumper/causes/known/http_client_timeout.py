"""An outbound call got no answer in time."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="http_client_timeout",
    title="calls to {host} get no answer in time",
    owner="third_party",
    scope="endpoint",
    kind="cause",
    level=3,
    traits=("upstream",),
    what=(
        "A call over HTTP, SMTP, S3 or gRPC ran into the client's own limit: hackney and HTTPoison 5 s for reading and "
        "8 s for connecting, Req and Finch 15 s, Tesla's Timeout middleware 1 s unless set. It stays this cause when a "
        "MatchError, a GenServer or a Task carries it."
    ),
    unlike={
        "http_client_pool_exhausted": "our own pool had no free connection; nothing was sent",
        "http_client_closed": "the other side refused or cut the connection; it did not stay silent",
        "genserver_timeout": "a process of our own did not answer, and nothing shows that it waited for a call out",
        "db_checkout_timeout": "the silent side is Postgres",
    },
    signature=Signature(
        patterns=(
            r"\((?:Mint|Req|Finch)\.TransportError\) (?:timeout|connection timed out|operation timed out)\b",
            r"%(?:Mint|Req|Finch)\.TransportError\{[^{}]{0,60}reason: :(?:timeout|etimedout|connect_timeout)\b",
            r"\((?:Finch\.Error|(?:Mint|Req|Finch)\.HTTPError)\) request(?:_timeout| timed out)\b",
            r"%(?:Finch\.Error|(?:Mint|Req|Finch)\.HTTPError)\{[^{}]{0,80}reason: :request_timeout\b",
            r"\(HTTPoison\.Error\) :(?:timeout|connect_timeout|etimedout)\b",
            r"%HTTPoison\.Error\{[^{}]{0,80}reason: :(?:timeout|connect_timeout|etimedout)\b",
            r"\(Tesla\.Error\) [:\"]?(?:timeout|connect_timeout)\b",
            r"%Tesla\.Error\{[^\n]{0,3000}\breason: :(?:timeout|connect_timeout)\b",
            r"\{:(?:network|temporary)_failure, [^{}]{1,120}, \{:error, :(?:timeout|etimedout)\}\}",
            r"\{:failed_connect, \[[^\n]{1,200}\{:inet6?, \[:inet6?\], :(?:timeout|etimedout)\}",
            r"ExAws Request Error!\s{1,20}\{:error, (?:%\{reason: )?:(?:connect_)?timeout\b",
            r"%GRPC\.RPCError\{status: 4,",
            (
                r"(?:right hand side value|(?:case|with|try) clause matching):\s{1,20}\{:error, "
                r":(?:timeout|connect_timeout|etimedout)\}"
            ),
            r"\bfailed with \{:error, :(?:timeout|connect_timeout|etimedout)\}",
        ),
    ),
    tell="requests of the routes that call {host} end just above the client's limit",
    explains=("genserver_timeout", "job_failure", "http_client_pool_exhausted"),
    remedy=Remedy(
        mitigate="Switch the feature that calls {host} off, or serve its last good answer; look at the status page.",
        repair=(
            "Set explicit timeouts, retry only idempotent calls a few times with jitter, put a circuit breaker before "
            "{host}, and move calls that nobody waits for into a job."
        ),
        do_not=(
            "Do not raise the timeouts and do not add retries during the incident: both hold more processes and "
            "connections. Never make the call inside a transaction."
        ),
        undo="Switch the feature on again when {host} answers at its usual speed.",
        prevent="Alert on the latency of each service that the app calls.",
    ),
    playbook="Prevention checklist",
    examples=(
        Example(
            id="http_client_timeout",
            source="wojtekmach/req#201",
            text="""\
12:03:44.190 request_id=F0iAa1bCdE2AAAAF [error] ** (Req.TransportError) timeout
    (req 0.5.17) lib/req.ex:1125: Req.request!/2
    (courier 2.3.0) lib/courier/rates.ex:18: Courier.Rates.fetch/1
""",
        ),
        Example(
            id="http_client_timeout",
            source="fewlinesco/bamboo_smtp#52",
            text="""\
12:04:10.005 [error] Task #PID<0.1100.0> started from #PID<0.1098.0> terminating
** (MatchError) no match of right hand side value: {:error, {:retries_exceeded, {:network_failure, \
~c"smtp.parcels.example", {:error, :timeout}}}}
    (courier 2.3.0) lib/courier/mails.ex:41: Courier.Mails.send_receipt/1
""",
        ),
        Example(
            id="http_client_pool_exhausted",
            text="""\
12:05:31.770 request_id=F0iAb2cDeF3AAAAG [error] ** (RuntimeError) Finch was unable to provide a connection within the \
timeout due to excess queuing for connections. Consider adjusting the pool size, count, timeout or reducing the rate \
of requests if it is possible that the downstream service is unable to keep up with the current rate.
""",
        ),
        Example(
            id="genserver_timeout",
            text="""\
12:06:02.338 request_id=F0iAc3dEfG4AAAAH [error] ** (exit) exited in: GenServer.call(Courier.Routes, {:plan, 4411}, \
5000)
    ** (EXIT) time out
    (elixir 1.18.4) lib/gen_server.ex:1128: GenServer.call/3
""",
        ),
    ),
    sources=(
        "wojtekmach/req#201",
        "sneako/finch#264",
        "pentacent/keila#278",
        "fewlinesco/bamboo_smtp#52",
        "mint:lib/mint/transport_error.ex",
    ),
)
