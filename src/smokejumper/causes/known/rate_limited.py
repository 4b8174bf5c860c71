"""A quota or a rate limit refuses requests."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="rate_limited",
    title="{host} limits our calls (429 or quota)",
    owner="third_party",
    scope="endpoint",
    kind="cause",
    level=3,
    traits=("upstream",),
    what=(
        "An upstream (or Supabase Auth, or Fly's API) counts our calls and refuses what exceeds its quota. When our "
        "own limiter answers 429 to clients, that is its job and no incident by itself."
    ),
    unlike={
        "http_client_error_status": "another error status than 429, and no word of a quota",
        "pooler_rejected": "the limit is the connection pooler's",
        "capacity_exceeded": "the limit is the concurrency limit of Fly's proxy",
    },
    signature=Signature(
        patterns=(
            r"\bstatus(?:_code)?(?:\"?: ?|=|\" => )429\b",
            r"\b(?:status|status code|response code|returned error):? 429\b",
            r"\bHTTP/[\d.]{1,3} 429\b",
            r"\bretry: got response with status 429\b",
            r"\{:(?:error|http_error), \{?429, ",
            r"\bover_(?:request|email_send|sms_send)_rate_limit\b",
            r"\b429,? [Tt]oo [Mm]any [Rr]equests\b",
            r"\bToo Many Requests\b",
            r"\brate[ _]limit[ _]exceeded\b|\bRate limit exceeded\b",
            r"\b(?:insufficient_quota|quota exceeded|[Qq]uotaExceeded|exceeded your current quota)\b",
        ),
    ),
    tell="who answered 429: our own response (limiter) or the upstream's; our call rate against its quota",
    over=("http_client_error_status",),
    remedy=Remedy(
        mitigate="Slow the caller: pause the queue or the feature that calls {host} until its window is over.",
        repair=(
            "Respect Retry-After, batch and cache the calls, spread them by a limiter of our own, or raise the plan."
        ),
        do_not="Do not retry at once and do not add workers: every refused call counts again.",
        undo="Resume the queue with a lower concurrency.",
        prevent="Keep a budget of calls per upstream and alert at 80 % of it.",
    ),
    playbook="Step 2",
    examples=(
        Example(
            id="rate_limited",
            source="teslamate-org/teslamate#3422",
            text="""\
22:40:17.006 [error] GenServer Tidepool.Sync terminating
** (MatchError) no match of right hand side value: {:ok, %Tesla.Env{method: :get, url: \
"https://api.stations.example/v1/all", query: [], headers: [{"retry-after", "120"}], body: "", status: 429, opts: []}}
    (tidepool 3.2.0) lib/tidepool/sync.ex:58: Tidepool.Sync.handle_info/2
Last message: :pull
""",
        ),
        Example(
            id="rate_limited",
            source="oban:lib/oban/exceptions.ex",
            text="""\
22:41:30.415 [info] {"error":"** (Oban.PerformError) Tidepool.Workers.Pull failed with {:error, {429, \\"Too Many \
Requests\\"}}","args":{},"id":902,"meta":{},"state":"failure","max_attempts":20,"queue":"pull",\
"worker":"Tidepool.Workers.Pull","source":"oban","duration":204,"event":"job:exception","queue_time":911,\
"attempt":2,"tags":[]}
""",
        ),
        Example(
            id="http_client_error_status",
            text="""\
22:43:02.730 request_id=F0oGh1iJkL2AAAAW [error] ** (RuntimeError) The requested URL returned error: 500
Response body: %{"took_ms" => 429}
    (req 0.5.17) lib/req/steps.ex:2226: Req.Steps.handle_http_errors/1
""",
        ),
    ),
    sources=("teslamate-org/teslamate#3422", "muxinc/mux-elixir#42", "beam-community/stripity-stripe#686"),
)
