"""A process, registry, repo or pool that must run does not."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="process_missing",
    title="a process that {endpoint} needs is not running",
    owner="us",
    scope="endpoint",
    kind="symptom",
    level=8,
    traits=("edge",),
    what=(
        "A call went to a name or pid that no process has: it crashed and was not restarted, was never started on this "
        "node, or is started later than its callers. While a machine stops or starts such lines are ordinary."
    ),
    unlike={
        "cluster_split": "the process lives on another node that is no longer connected",
        "genserver_timeout": "the process is there and does not answer",
        "ets_missing": "what is gone is a table; its owner is the process to look for",
    },
    signature=Signature(
        patterns=(
            r"\*\* \(EXIT\) no process\b",
            r"\{:noproc, \{(?:GenServer|:gen_server|:gen_statem|DBConnection\.Holder), :(?:call|checkout), \[",
            (
                r"\bcould not lookup (?:Ecto repo |Nebulex cache )?\S{1,120} because it was not started or it does not "
                r"exist\b"
            ),
            r"\(ArgumentError\) unknown registry: ",
            r"\bcould not find (?:ets table|persistent term) for endpoint\b",
            r"\bexited in: DBConnection\.Holder\.checkout\b",
            r"\bexited in: GenServer\.call\([A-Z][\w.]{1,120}, [^\n]{0,4000}\)\s{1,40}\*\* \(EXIT\) shutdown$",
        ),
    ),
    tell="the last `terminating` line of that name on {machine}, and the children list of its supervisor",
    remedy=Remedy(
        mitigate="Restart {machine} if the name stays missing; first copy the last crash of that process from the log.",
        repair="Put the process under a supervisor that restarts it, and start it before its callers.",
        do_not="Do not catch the exit in the callers: they would run on without the service they asked for.",
        undo="Nothing to undo after a restart.",
        prevent="Let the readiness route ask for every process that requests depend on.",
    ),
    playbook="Step 3",
    examples=(
        Example(
            id="process_missing",
            source="CaptainFact/captain-fact-api#110",
            text="""\
14:10:55.731 request_id=F0rJk1lMnO2AAAAZ [error] ** (exit) exited in: GenServer.call(Loom.Presence, {:list, \
"studio:7"}, 5000)
    ** (EXIT) no process: the process is not alive or there's no process currently associated with the given name, \
possibly because its application isn't started
    (elixir 1.18.4) lib/gen_server.ex:1121: GenServer.call/3
    (loom 4.0.0) lib/loom_web/live/studio_live.ex:44: LoomWeb.StudioLive.mount/3
""",
        ),
        Example(
            id="process_missing",
            source="blockscout/blockscout#10659",
            text="""\
14:12:03.118 request_id=F0rJl2mNoP3AAAAa [error] ** (RuntimeError) could not lookup Ecto repo Loom.Archive because it \
was not started or it does not exist
    (ecto 3.12.6) lib/ecto/repo/registry.ex:22: Ecto.Repo.Registry.lookup/1
    (ecto 3.12.6) lib/ecto/repo/supervisor.ex:160: Ecto.Repo.Supervisor.tuplet/2
""",
        ),
        Example(
            id="genserver_timeout",
            text="""\
14:13:40.900 request_id=F0rJm3nOpQ4AAAAb [error] ** (exit) exited in: GenServer.call(Loom.Presence, {:list, \
"studio:9"}, 5000)
    ** (EXIT) time out
    (elixir 1.18.4) lib/gen_server.ex:1128: GenServer.call/3
""",
        ),
        Example(
            id="cluster_split",
            text="""\
14:15:22.300 request_id=F0rJn4oPqR5AAAAc [error] ** (exit) exited in: GenServer.call({Loom.Index, \
:"loom-01K@fdaa:9:1fbd:a7b:10a::2"}, :size, 5000)
    ** (EXIT) no connection to loom-01K@fdaa:9:1fbd:a7b:10a::2
    (elixir 1.18.4) lib/gen_server.ex:1128: GenServer.call/3
""",
        ),
    ),
    sources=(
        "CaptainFact/captain-fact-api#110",
        "blockscout/blockscout#10659",
        "quantum-elixir/quantum-core#421",
        "phoenix:lib/phoenix/endpoint.ex",
    ),
)
