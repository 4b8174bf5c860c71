"""Code keeps a database connection while it waits for something else."""

from smokejumper.causes.consequences import HELD
from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="external_call_in_transaction",
    title="{endpoint} waits for another service while it holds a database connection",
    owner="us",
    scope="systemic",
    kind="evidence",
    level=3,
    traits=("below", "released", "twofold"),
    what=(
        "Inside a transaction or checkout the code calls HTTP, sends mail, waits for another process, sleeps, or "
        "starts a task that needs a second connection. When the other side is slow, the pool empties and unrelated "
        "routes fail."
    ),
    unlike={
        "slow_query": "the holder runs SQL the whole time: its backend is active",
        "db_pool_exhausted": "the holder was not found",
        "db_connection_dropped": "idle-session timeout: the connection was not in a transaction",
        "db_checkout_timeout": "a single route is cut at the client's timeout with frames inside the driver",
    },
    signature=Signature(
        sqlstates=("25P03", "25P04"),
        patterns=(
            r"terminating connection due to (?:idle-in-transaction|transaction) timeout",
            r"\(protocol_violation\):? (?:idle )?transaction timeout",
        ),
    ),
    tell=(
        "backends idle in transaction with wait_event ClientRead and the same last statement (often FOR UPDATE); in "
        "the log one route that calls out gets slow before the first queue drop"
    ),
    look="database",
    explains=HELD,
    remedy=Remedy(
        mitigate=(
            "Switch the feature behind {endpoint} off or roll {release} back; shorten the timeout of the outbound call."
        ),
        repair=(
            "Call first and open the transaction afterwards, or commit the intent and let an Oban job, inserted in the "
            "same transaction, make the call; set receive_timeout and pool_timeout."
        ),
        do_not="Do not raise pool_size, queue_target or `timeout:`: more connections get held for just as long.",
        undo="Switch the feature on again once the call stands outside the transaction.",
        prevent="Set idle_in_transaction_session_timeout to a few seconds for the app's role.",
    ),
    playbook="Step 4",
    examples=(
        Example(
            id="external_call_in_transaction",
            source="supabase/supavisor#1172",
            text="""\
20:15:46.209 [error] Postgrex.Protocol (#PID<0.1933.0>) disconnected: ** (Postgrex.Error) FATAL 25P03 \
(idle_in_transaction_session_timeout) terminating connection due to idle-in-transaction timeout
""",
        ),
        Example(
            id="db_connection_dropped",
            text="""\
20:17:02.555 [error] Postgrex.Protocol (#PID<0.1934.0>) disconnected: ** (Postgrex.Error) FATAL 57P05 \
(idle_session_timeout) terminating connection due to idle-session timeout
""",
        ),
        Example(
            id="db_pool_exhausted",
            text="""\
20:18:40.731 request_id=F0fcP2CKz6GAAAAf [error] ** (DBConnection.ConnectionError) connection not available and \
request was dropped from queue after 3107ms. This means requests are coming in and your connection pool cannot serve \
them fast enough. You can address this by:
""",
        ),
    ),
    sources=(
        "corpus:pool_exhaustion_checkout_tx",
        "bors-ng/bors-ng#254",
        "supabase/supavisor#1172",
        "https://www.postgresql.org/docs/current/runtime-config-client.html",
    ),
)
