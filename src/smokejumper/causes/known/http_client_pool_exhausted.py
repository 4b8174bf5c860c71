"""The app's own pool of outbound connections had nothing free."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="http_client_pool_exhausted",
    title="requests wait in vain for an outbound connection from the app's own HTTP pool",
    owner="us",
    scope="endpoint",
    kind="symptom",
    level=3,
    traits=("upstream",),
    what=(
        "All connections of the pool for one host are in use (50 in hackney's default pool), so the next call gives up "
        "before anything is sent. Mostly the host answers late and each call holds its connection too long."
    ),
    unlike={
        "http_client_timeout": "the request was sent and the answer stayed away: usually the cause beneath this one",
        "db_pool_exhausted": "the pool that is empty belongs to the database",
        "config_error": "`pool_not_available`: a pool of that name was never started",
    },
    signature=Signature(
        patterns=(
            r"\bFinch was unable to provide a connection within the timeout due to excess queue?ing\b",
            r"\bexited in: NimblePool\.checkout\b",
            r"\{:timeout, \{NimblePool, :checkout,",
            r"(?:\(HTTPoison\.Error\) |\(Tesla\.Error\) |\breason: |\{:error, ):checkout_(?:timeout|failure)\b",
        ),
    ),
    tell="many callers, one host; the time in the pool's queue grows, the number of connections does not",
    parent="http_client_timeout",
    explains=("genserver_timeout", "job_failure"),
    remedy=Remedy(
        mitigate="Shed the callers of {host}: switch the feature off or pause the queue that makes most of the calls.",
        repair=(
            "Give each upstream a pool of its own with a size that fits its latency, set receive_timeout and "
            "pool_timeout, and read or close every response body."
        ),
        do_not="Do not only enlarge the shared pool: the slow host then holds more connections, and memory with them.",
        undo="Resume the queue or switch the feature on again once {host} answers in time.",
        prevent="Record queue time and connections in use of every pool (Finch: start_pool_metrics?).",
    ),
    playbook="Prevention checklist",
    examples=(
        Example(
            id="http_client_pool_exhausted",
            source="sneako/finch#126",
            text="""\
15:20:07.412 request_id=F0jBc1dEfG2AAAAJ [error] ** (RuntimeError) Finch was unable to provide a connection within the \
timeout due to excess queuing for connections. Consider adjusting the pool size, count, timeout or reducing the rate \
of requests if it is possible that the downstream service is unable to keep up with the current rate.

    (nimble_pool 1.1.0) lib/nimble_pool.ex:365: NimblePool.checkout!/4
    (finch 0.19.0) lib/finch/http1/pool.ex:68: Finch.HTTP1.Pool.request/6
    (ledger 1.4.0) lib/ledger/fx.ex:22: Ledger.Fx.rate!/2
""",
        ),
        Example(
            id="http_client_pool_exhausted",
            source="hackney:src/hackney_pool.erl",
            text="""\
15:21:30.018 request_id=F0jBd2eFgH3AAAAK [error] ** (HTTPoison.Error) :checkout_timeout
    (httpoison 2.2.1) lib/httpoison.ex:258: HTTPoison.request!/5
    (ledger 1.4.0) lib/ledger/fx.ex:40: Ledger.Fx.history/1
""",
        ),
        Example(
            id="http_client_timeout",
            text="""\
15:22:12.909 request_id=F0jBe3fGhI4AAAAL [error] ** (HTTPoison.Error) :timeout
    (httpoison 2.2.1) lib/httpoison.ex:258: HTTPoison.request!/5
    (ledger 1.4.0) lib/ledger/fx.ex:40: Ledger.Fx.history/1
""",
        ),
    ),
    sources=("sneako/finch#126", "finch:lib/finch/http1/pool.ex"),
)
