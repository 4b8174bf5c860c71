"""Open database connections vanish, new ones work at once."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="db_connection_dropped",
    title="open database connections are cut, while new ones work at once",
    owner="supabase",
    scope="machine",
    kind="symptom",
    level=3,
    traits=("below", "edge"),
    what=(
        "A proxy, a pooler, a NAT table or an idle limit between app and Postgres ends established connections. The "
        "pool replaces them; only a request that held one at that moment fails."
    ),
    unlike={
        "db_checkout_timeout": "the text adds `closed by the pool`: our own pool cut the holder",
        "db_shutdown": "57P01 to 57P03: the server says that it stops",
        "db_unreachable": "the reconnects fail as well, or an idle connection gets no answer",
        "pooler_rejected": "08006 or 08P01 with a text of the pooler",
    },
    signature=Signature(
        sqlstates=("08000", "08001", "08003", "57P05"),
        patterns=(
            (
                r"(?<!failed to connect: )\*\* \((?:DBConnection\.ConnectionError|Postgrex\.Error)\) (?:tcp"
                r"|ssl) (?:recv|async_recv|send|recv \(idle\)"
                r"|send \(idle\)): (?:closed(?! \(the connection was closed by the pool)|connection (?:reset|aborted)"
                r"|broken pipe)"
            ),
            (
                r"(?<!failed to connect: )\*\* \((?:DBConnection\.ConnectionError|Postgrex\.Error)\) (?:tcp"
                r"|ssl) (?:recv|async_recv|send): (?:timeout|connection timed out)"
            ),
            r"terminating connection due to idle-session timeout",
            (
                r"\((?:connection_failure|protocol_violation"
                r"|sqlserver_rejected_establishment_of_sqlconnection)\):? (?!\(E[A-Z]{4,}\) "
                r"|Failed to connect to database|connection failure during authentication|SSL connection"
                r"|bind message supplies|prepared statement|no more connections|client connections exceeded"
                r"|query_wait_timeout|client_login_timeout|server login has been failing|server conn crashed"
                r"|server DNS lookup|pooler is shutting down|unsupported startup parameter|no such (?:database|user)"
                r"|(?:password|SASL) authentication failed|query timeout|(?:idle )?transaction timeout)"
            ),
        ),
    ),
    tell=(
        "drops at a steady interval are a timeout: Fly's proxy 10 min after its restart, or an idle limit of the pooler"
    ),
    needles=(r"Postgrex\.Protocol \(#PID<[\d.]+>[^\n]{0,60}\) missed message: \{:(?:tcp|ssl)_closed",),
    parent="db_unreachable",
    remedy=Remedy(
        mitigate="Do nothing as long as no request fails with it: the pool repairs itself.",
        repair=(
            "Renew connections before the proxy cuts them (`max_lifetime:` from db_connection 2.10, `idle_interval:`) "
            "and update Postgrex to 0.22, which repeats the first write on a dead connection."
        ),
        do_not="Do not raise `timeout:`: the connection is gone, waiting longer brings nothing.",
        prevent="Keep the lifetime of connections below the limit of whatever stands between app and database.",
    ),
    playbook="Step 2",
    examples=(
        Example(
            id="db_connection_dropped",
            source="corpus:one_machine_database_restart",
            text="""\
03:41:40.198 request_id=F0fXg3tBq7xAAAAW [error] ** (DBConnection.ConnectionError) tcp recv (idle): closed
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
    (ecto 3.12.6) lib/ecto/repo/queryable.ex:232: Ecto.Repo.Queryable.execute/4
    (saddle 1.1.0) lib/saddle/tack.ex:27: Saddle.Tack.list/1
""",
        ),
        Example(
            id="db_checkout_timeout",
            text="""\
03:44:51.688 request_id=F0fXh4uCr8yAAAAX [error] ** (DBConnection.ConnectionError) tcp recv: closed (the connection \
was closed by the pool, possibly due to a timeout or because the pool has been terminated)
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
""",
        ),
        Example(
            id="db_unreachable",
            text="""\
03:46:07.020 [error] Postgrex.Protocol (#PID<0.1871.0>) failed to connect: ** (DBConnection.ConnectionError) tcp recv: \
closed
""",
        ),
    ),
    sources=("UrbanCCD-UChicago/plenario2#396", "elixir-ecto/postgrex:lib/postgrex/protocol.ex"),
)
