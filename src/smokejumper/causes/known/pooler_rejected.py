"""The connection pooler answers in place of Postgres, and refuses."""

from smokejumper.causes.consequences import UNCONNECTED
from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="pooler_rejected",
    title="the connection pooler refuses us",
    owner="us",
    scope="systemic",
    kind="cause",
    level=3,
    traits=("below", "database", "unmigrated"),
    what=(
        "Supavisor or PgBouncer turns the client away before Postgres sees it: its client limit is reached, it does "
        "not know the project or user, no server connection came free in time, the address is barred, or it stops."
    ),
    unlike={
        "db_auth": "the pooler's text speaks of password, credentials or authentication failures",
        "db_tls": "ESSLREQUIRED, ESSLHANDSHAKE: the handshake is the trouble",
        "db_prepared_statement_pooler": "the connection stands, a prepared statement is missing or doubled",
        "db_too_many_connections": "53300: Postgres itself has no slot left",
    },
    signature=Signature(
        patterns=(
            (
                r"\((?:internal_error|connection_failure|protocol_violation)\):? \(E(?!WRONGPASSWORD|AUTHQUERY"
                r"|AUTHSECRETS|JITUNAUTHORIZED|SSLREQUIRED|SSLHANDSHAKE|PREPARED|MAXPREPARED|PSSIMPLEQUERY"
                r"|CIRCUITBREAKER\) (?:too many authentication|failed to retrieve database cred))[A-Z]{4,}\) "
            ),
            r"max clients reached in session mode - max clients are limited to pool_size",
            r"MaxClientsInSessionMode: max clients reached",
            r"\b[Mm]ax (?:client connections|pools count) reached",
            r"\b[Uu]nable to check out connection from the pool (?:after \d+ms in|due to timeout)",
            r"\btenant/user \S{1,200} not found|Tenant or user not found",
            r"no tenant identifier provided \(external_id or sni_hostname required\)",
            r"\b[Aa]ddress not in tenant allow_list|\btenant is banned: ",
            r"(?:DbHandler exited|connection to database closed)\. Check logs for more information",
            r"\b[Ff]ailed to subscribe to tenant\b",
            (
                r"too many failed attempts to connect to the database, "
                r"|Circuit breaker open: Unable to establish connection to upstream database"
            ),
            r"\(connection_failure\):? (?:Failed to connect to database: |connection failure during authentication)",
            (
                r"no more connections allowed \(max_client_conn\)"
                r"|client connections exceeded \(max_db_client_connections\)"
            ),
            (
                r"\(protocol_violation\):? (?:query_wait_timeout|client_login_timeout|server conn crashed\?"
                r"|server DNS lookup failed|pooler is shutting down|unsupported startup parameter)"
            ),
            r"server login has been failing, cached error: ",
        ),
    ),
    tell=(
        "FATAL XX000 or 08P01 with a text that Postgres does not have; limits: pool_size x machines against the "
        "pooler's"
    ),
    over=("db_server_fault", "db_connection_dropped"),
    explains=UNCONNECTED,
    remedy=Remedy(
        mitigate=(
            "Read the pooler's text: at a limit, lower the pool_size of every machine; at `not found`, set user "
            "postgres.REF and the host from the Connect dialog, and unpause the project."
        ),
        repair=(
            "Keep pool_size x machines x 2 below the pooler's limit, or move from session (5432) to transaction mode "
            "(6543) with `prepare: :unnamed`, migrations and LISTEN staying on the direct host."
        ),
        do_not="Do not add machines: each brings a whole pool of clients along.",
        undo="Set the previous DATABASE_URL or POOL_SIZE again.",
        prevent="Check the connection budget at every deploy; at check-out timeouts look for long transactions first.",
    ),
    playbook="Step 2",
    examples=(
        Example(
            id="pooler_rejected",
            source="supavisor:lib/supavisor/errors",
            text="""\
06:55:31.808 [error] Postgrex.Protocol (#PID<0.2044.0>) failed to connect: ** (Postgrex.Error) FATAL XX000 \
(internal_error) (ECHECKOUTTIMEOUT) unable to check out connection from the pool after 60000ms in Transaction mode
""",
        ),
        Example(
            id="pooler_rejected",
            source="supabase/cli#4277",
            text="""\
06:56:02.311 [error] Postgrex.Protocol (#PID<0.2045.0>) failed to connect: ** (Postgrex.Error) FATAL XX000 \
(internal_error) Tenant or user not found
""",
        ),
        Example(
            id="db_server_fault",
            text="""\
06:58:13.559 request_id=F0fWf2sAp6wAAAAV [error] ** (Postgrex.Error) ERROR XX000 (internal_error) could not read block \
7 in file "base/16384/24601": read only 0 of 8192 bytes
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
""",
        ),
    ),
    sources=("supabase/cli#4277", "supabase/supabase#42581", "supabase/supavisor#473", "pgbouncer:src"),
)
