"""Nodes that should form a cluster do not see each other."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="cluster_split",
    title="the nodes of the app do not see each other",
    owner="us",
    scope="systemic",
    kind="cause",
    level=8,
    traits=("below", "edge"),
    what=(
        "PubSub, presence and global processes work only inside each part. Cookie, image or address family differ, or "
        "a link was cut. On Fly the node name holds the image id, so two images form two clusters for as long as a "
        "deploy runs: then it is noise."
    ),
    unlike={
        "oom": "one node died, and the others report `no connection` to it",
        "process_missing": "the process is looked for on the same node",
        "deploy_failed": "a deploy stopped half-way and left two images running",
    },
    signature=Signature(
        patterns=(
            (
                r"'global' at node \S{1,160} (?:requested disconnect from|disconnected) node \S{1,160} "
                r"in order to prevent overlapping partitions"
            ),
            r"\bConnection attempt from (?:disallowed )?node \S{1,160} (?:rejected\.|\*\*)",
            r"\[libcluster:[^\]\n]{1,80}\] unable to connect to ",
            r"\bnode not running (?:in distributed mode|with longnames)\b",
            r"\*\* \((?:EXIT|stop)\) no connection\b",
            r"\{:nodedown, :",
        ),
    ),
    tell="Node.list/0 on every machine; image and RELEASE_COOKIE of each",
    remedy=Remedy(
        mitigate=(
            "Finish a deploy that stands half-way; else restart the machine whose node list differs from the others."
        ),
        repair=(
            "Set one RELEASE_COOKIE for all releases, and check DNS_CLUSTER_QUERY and `-proto_dist inet6_tcp` in "
            "env.sh."
        ),
        do_not="Do not switch prevent_overlapping_partitions off: global names then go out of step without a word.",
        undo="Nothing to undo after a restart.",
        prevent="Export the number of connected nodes and alert when it differs from the number of machines.",
    ),
    playbook="Step 3",
    examples=(
        Example(
            id="cluster_split",
            source="emqx/emqx#11593",
            text="""\
16:02:38.120 [warning] 'global' at node :"tidepool-01K@fdaa:9:1fbd:a7b:10a::2" requested disconnect from node \
:"tidepool-01K@fdaa:9:1fbd:a7b:20a::2" in order to prevent overlapping partitions
""",
        ),
        Example(
            id="cluster_split",
            source="libcluster:lib/strategy/strategy.ex",
            text="""\
16:03:05.611 [warning] [libcluster:fly6pn] unable to connect to :"tidepool-01K@fdaa:9:1fbd:a7b:30a::2"
""",
        ),
        Example(
            id="cluster_split",
            source="otp:lib/kernel/src/dist_util.erl",
            text="""\
16:03:40.009 [error] ** Connection attempt from node :"tidepool-01K@fdaa:9:1fbd:a7b:30a::2" rejected. Invalid \
challenge \
reply. **
""",
        ),
        Example(
            id="process_missing",
            text="""\
16:04:12.550 request_id=F0yQq1sTuV2AAAAk [error] ** (exit) exited in: GenServer.call(Tidepool.Index, :size, 5000)
    ** (EXIT) no process: the process is not alive or there's no process currently associated with the given name, \
possibly because its application isn't started
    (elixir 1.18.4) lib/gen_server.ex:1121: GenServer.call/3
""",
        ),
    ),
    sources=("emqx/emqx#11593", "OpenRiak/riak_kv#28", "erlang/otp#6470", "libcluster:lib/strategy/strategy.ex"),
)
