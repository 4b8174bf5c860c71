"""A call to another process was not answered in time."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="genserver_timeout",
    title="a process that {endpoint} calls does not answer in time",
    owner="us",
    scope="endpoint",
    kind="symptom",
    level=8,
    what=(
        "The caller of a GenServer, Agent, gen_statem or Task gave up after its timeout (5 s unless set). What the "
        "other process was doing is not in this line: working, waiting for something else, or far behind with its "
        "messages."
    ),
    unlike={
        "mailbox_backlog": "the queue of the called process was seen to be long",
        "http_client_timeout": "the called process or task was waiting for an answer from outside",
        "db_pool_exhausted": "the call is a pool checkout (`{:checkout, #Reference<...>`)",
        "http_client_pool_exhausted": "the call is NimblePool.checkout",
        "process_missing": "`no process`: nobody was there to answer",
    },
    signature=Signature(
        patterns=(
            (
                r"\bexited in: (?:GenServer\.call|:gen_server\.call|:gen_statem\.call|Task\.await(?:_many)?"
                r"|Task\.Supervised\.stream)\((?!#PID<[\d.]+>, \{:checkout, #Reference<)[^\n]{0,8000}\)\s{1,40}"
                r"\*\* \(EXIT\) time out\b"
            ),
            r"\{:timeout, \{(?:GenServer|:gen_server|:gen_statem), :call, \[(?!#PID<[\d.]+>, \{:checkout, #Reference<)",
            r"\{:timeout, \{Task, :await(?:_many)?, \[",
            r"\*\* \(EXIT\) process attempted to call itself\b",
        ),
    ),
    tell="one callee name or many, one key or many: one name = that process, many names = the machine is too slow",
    remedy=Remedy(
        mitigate=(
            "Switch off the slow work behind {endpoint} or roll {release} back; look at message_queue_len and "
            "current_function of the called process first."
        ),
        repair=(
            "Read from ETS instead of asking, hand slow work to a Task and answer with GenServer.reply/2, or split the "
            "process by key; give Task.async_stream `on_timeout: :kill_task`."
        ),
        do_not="Do not raise the timeout and do not catch the exit: callers then pile up behind the same process.",
        undo="Switch the work on again.",
        prevent="Record how long calls to each named process take.",
    ),
    playbook="Step 7",
    examples=(
        Example(
            id="genserver_timeout",
            source="corpus:cache_call_timeout",
            text="""\
16:03:22.235 [error] #PID<0.2282.0> running FerryWeb.Endpoint (connection #PID<0.2281.0>, stream id 1) terminated
Server: ferry.example:80 (http)
Request: GET /api/crossings/23
** (exit) exited in: GenServer.call(Ferry.Timetable, {:get, {:crossing, "23"}}, 5000)
    ** (EXIT) time out
""",
        ),
        Example(
            id="genserver_timeout",
            source="configcat/elixir-sdk#68",
            text="""\
16:04:40.010 request_id=F0sKl1mNoP2AAAAd [error] ** (ErlangError) Erlang error: {:timeout, {GenServer, :call, \
[Ferry.Flags, {:get_value, "new_prices", false, nil}, 10000]}}
    (ferry 0.9.2) lib/ferry/flags.ex:12: Ferry.Flags.on?/1
""",
        ),
        Example(
            id="db_pool_exhausted",
            text="""\
16:05:31.401 request_id=F0sKm2nOpQ3AAAAe [error] ** (exit) exited in: :gen_server.call(#PID<0.412.0>, {:checkout, \
#Reference<0.3.524289.18231>, true}, 5000)
    ** (EXIT) time out
    (db_connection 1.1.3) lib/db_connection/poolboy.ex:112: DBConnection.Poolboy.checkout/3
""",
        ),
        Example(
            id="process_missing",
            text="""\
16:06:12.550 request_id=F0sKn3oPqR4AAAAf [error] ** (exit) exited in: GenServer.call(Ferry.Timetable, :size, 5000)
    ** (EXIT) no process: the process is not alive or there's no process currently associated with the given name, \
possibly because its application isn't started
    (elixir 1.18.4) lib/gen_server.ex:1121: GenServer.call/3
""",
        ),
    ),
    sources=("corpus:cache_call_timeout", "configcat/elixir-sdk#68", "rwdaigle/metrix#16"),
)
