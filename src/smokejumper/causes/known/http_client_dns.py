"""The name of an upstream does not resolve."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="http_client_dns",
    title="the name of the upstream {host} does not resolve",
    owner="third_party",
    scope="endpoint",
    kind="cause",
    level=3,
    traits=("upstream",),
    what=(
        "An outbound call failed at the name lookup: the name is misspelt or was given up, it has addresses of the "
        "other family only, or the resolver of one machine is broken."
    ),
    unlike={
        "db_dns": "the name is the database's (`tcp connect (...)` of Postgrex)",
        "redis_unreachable": "the name is that of Redis",
        "http_client_closed": "the name resolved and the connection was refused",
    },
    signature=Signature(
        patterns=(
            r"\((?:Mint|Req|Finch)\.TransportError\) (?:non-existing domain|:?nxdomain)",
            r"%(?:Mint|Req|Finch)\.TransportError\{[^{}]{0,60}reason: :nxdomain\b",
            r"\(HTTPoison\.Error\) :nxdomain\b",
            r"%HTTPoison\.Error\{[^{}]{0,80}reason: :nxdomain\b",
            r"\(Tesla\.Error\) (?::nxdomain\b|\"?non-existing domain)",
            r"%Tesla\.Error\{[^\n]{0,3000}\breason: :nxdomain\b",
            r"\{:(?:network|temporary|permanent)_failure, [^{}]{1,120}, \{:error, :nxdomain\}\}",
            r"\{:failed_connect, \[[^\n]{1,200}\{:inet6?, \[:inet6?\], :nxdomain\}",
            r"(?:right hand side value|(?:case|with|try) clause matching):\s{1,20}\{:error, :nxdomain\}",
            r"\bfailed with \{:error, :nxdomain\}",
        ),
    ),
    tell="every call to one name, on all machines since a change of its URL; on one machine only: its resolver",
    explains=("genserver_timeout", "job_failure", "http_client_pool_exhausted"),
    remedy=Remedy(
        mitigate=(
            "Look {host} up on two machines; if its URL was changed, set the previous value again, else ask the "
            "provider and pause the queue that calls it."
        ),
        repair=(
            "Correct the URL; for names with IPv6 addresses only (*.internal, *.flycast) let the client use inet6 "
            "(Req: `connect_options: [transport_opts: [inet6: true]]`)."
        ),
        do_not="Do not write an address into /etc/hosts: the next restart wipes it, and the provider may move.",
        undo="Resume the queue; retries pick up what was missed.",
        prevent="Resolve the host of every configured URL once at boot and log the ones that fail.",
    ),
    playbook="Step 2",
    examples=(
        Example(
            id="http_client_dns",
            source="corpus:reminder_jobs_nxdomain",
            text="""\
07:39:40.074 [info] {"error":"** (Req.TransportError) non-existing domain","args":{"parcel_id":5512},"id":5,"meta":{},\
"state":"failure","max_attempts":8,"queue":"labels","worker":"Courier.Workers.PrintLabel","source":"oban",\
"duration":815,"event":"job:exception","queue_time":483151,"attempt":1,"tags":[]}
""",
        ),
        Example(
            id="http_client_dns",
            source="danielberkompas/ex_twilio#88",
            text="""\
07:41:15.318 request_id=F0mEf1gHiJ2AAAAR [error] ** (HTTPoison.Error) :nxdomain
    (httpoison 2.2.1) lib/httpoison.ex:258: HTTPoison.request!/5
    (courier 2.3.0) lib/courier/sms.ex:21: Courier.Sms.send/2
""",
        ),
        Example(
            id="db_dns",
            text="""\
07:42:55.118 [error] Postgrex.Protocol (#PID<0.1903.0>) failed to connect: ** (DBConnection.ConnectionError) tcp \
connect \
(courier-db.internal:5432): non-existing domain - :nxdomain
""",
        ),
    ),
    sources=(
        "corpus:reminder_jobs_nxdomain",
        "danielberkompas/ex_twilio#88",
        "elixir-mint/mint#216",
        "edgurgel/httpoison#499",
    ),
)
