"""An ETS table is gone, or not made yet."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="ets_missing",
    title="an ETS table that {endpoint} reads does not exist on {machine}",
    owner="us",
    scope="endpoint",
    kind="cause",
    level=6,
    what=(
        "A table lives only as long as the process that made it. Either that process crashed and took the table along, "
        "or the reader ran before the table was made."
    ),
    unlike={
        "process_missing": "the text speaks of a process, a registry, a repo or an endpoint",
        "bad_input_shape": "ArgumentError about another argument than the table",
    },
    signature=Signature(
        patterns=(r"\bthe table identifier does not refer to an existing ETS table\b",),
        frames=(
            (
                r":ets\.(?:lookup|member|tab2list|match|match_object|match_delete|select|select_delete|first|next|last|delete"
                r"|delete_all_objects|take|foldl)\("
            ),
        ),
        frame_types=("ArgumentError",),
    ),
    tell="a crash of the table's owner on the same machine just before, or the first seconds after a boot",
    remedy=Remedy(
        mitigate="Restart the owner of the table, or {machine} if it does not come back by itself.",
        repair=(
            "Let a process that does nothing else own the table (or name an heir), and create it in Application.start "
            "before its readers."
        ),
        do_not="Do not rescue the ArgumentError: the readers would run on without their data.",
        undo="Nothing to undo after a restart.",
        prevent="Test the readers once while the owner is being restarted.",
    ),
    playbook="Step 3",
    examples=(
        Example(
            id="ets_missing",
            source="electric-sql/phoenix_sync#72",
            text="""\
11:29:07.432 request_id=GJh3ZpB8ncX8pIAAADB [error] ** (ArgumentError) errors were found at the given arguments:

  * 1st argument: the table identifier does not refer to an existing ETS table

    (stdlib 6.2) :ets.lookup(:tide_rates, "oslo")
    (tidepool 3.2.0) lib/tidepool/rates.ex:18: Tidepool.Rates.get/1
""",
        ),
        Example(
            id="ets_missing",
            source="elixir-broadway/broadway_kafka#114",
            text="""\
11:30:41.006 [error] GenServer Tidepool.Poller terminating
** (ArgumentError) errors were found at the given arguments:

  * 1st argument: the table identifier does not refer to an existing ETS table

    (stdlib 6.2) :ets.insert(:tide_rates, {"oslo", 3})
    (tidepool 3.2.0) lib/tidepool/poller.ex:40: Tidepool.Poller.handle_info/2
Last message: :poll
""",
        ),
        Example(
            id="process_missing",
            text="""\
11:31:20.118 request_id=GJh3aqC9odY9qJBBBEC [error] ** (RuntimeError) could not find ets table for endpoint \
TidepoolWeb.Endpoint. Make sure your endpoint is started and note you cannot access endpoint functions at compile-time
    (phoenix 1.7.21) lib/phoenix/config.ex:46: Phoenix.Config.cache/3
""",
        ),
    ),
    sources=("electric-sql/phoenix_sync#72", "elixir-broadway/broadway_kafka#114"),
)
