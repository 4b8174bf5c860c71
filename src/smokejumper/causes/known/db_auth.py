"""Server or pooler refuses the user or the password."""

from smokejumper.causes.consequences import UNCONNECTED
from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="db_auth",
    title="the database refuses our user or password",
    owner="us",
    scope="systemic",
    kind="cause",
    level=3,
    traits=("below", "unmigrated"),
    what="The login fails: wrong password or role after a rotation, or credentials that the pooler cannot verify.",
    unlike={
        "pooler_rejected": "the pooler does not know the project or the form of the user, or it is full",
        "db_permission": "the login works, a right on a table or function is missing",
        "db_tls": "28000 that names missing encryption or a client certificate",
        "db_missing_database": "the login works, the database of that name does not exist",
    },
    signature=Signature(
        sqlstates=("28P01",),
        patterns=(
            r"password authentication failed for user \\?[\"']",
            (
                r"\(invalid_authorization_specification\):? (?![^\n]{0,300}(?:no encryption|SSL off"
                r"|valid client certificate))"
            ),
            r"\((?:EWRONGPASSWORD|EAUTHQUERY|EAUTHSECRETS|EJITUNAUTHORIZED)\) ",
            (
                r"(?:Circuit breaker open: |\(ECIRCUITBREAKER\) )[^\n]{0,80}(?:authentication (?:failures|errors)"
                r"|database credentials)"
            ),
            r"cannot verify SCRAM server signature",
            r"\(protocol_violation\):? (?:(?:password|SASL) authentication failed|no such user)",
        ),
    ),
    tell="begins with a password reset or a changed secret; old and new secret may run side by side on the machines",
    over=("pooler_rejected", "db_server_fault"),
    explains=("pooler_rejected", "db_unreachable", *UNCONNECTED),
    remedy=Remedy(
        mitigate="Stop everything that still uses the old password, then set DATABASE_URL once for all machines.",
        repair=(
            "Percent-encode reserved characters of the password in DATABASE_URL; if nobody changed anything, look "
            "whether the project is paused."
        ),
        do_not=(
            "Do not keep restarting: every failed login renews the pooler's block (up to 2 minutes) and may get our "
            "address banned, after which the text turns into `connection refused`."
        ),
        undo="Set the previous secret again, if that password is still valid.",
        prevent="Rotate with two roles, or with the app stopped, and have the release_command log in first.",
    ),
    playbook="Step 2",
    examples=(
        Example(
            id="db_auth",
            source="firezone/firezone#2541",
            text="""\
08:02:44.190 [error] Postgrex.Protocol (#PID<0.163.0>) failed to connect: ** (Postgrex.Error) FATAL 28P01 \
(invalid_password) password authentication failed for user "loom"
""",
        ),
        Example(
            id="db_auth",
            source="supavisor:lib/supavisor/errors",
            text="""\
08:03:10.731 [error] Postgrex.Protocol (#PID<0.171.0>) failed to connect: ** (Postgrex.Error) FATAL XX000 \
(internal_error) (ECIRCUITBREAKER) too many authentication failures, new connections are temporarily blocked
""",
        ),
        Example(
            id="pooler_rejected",
            text="""\
08:05:01.266 [error] Postgrex.Protocol (#PID<0.172.0>) failed to connect: ** (Postgrex.Error) FATAL XX000 \
(internal_error) (ENOTFOUND) tenant/user postgres.abcdefghijklmnopqrst not found
""",
        ),
        Example(
            id="db_permission",
            text="""\
08:06:20.004 request_id=F0fTb7nWl2sAAAAR [error] ** (Postgrex.Error) ERROR 42501 (insufficient_privilege) permission \
denied for table shuttles
    (ecto_sql 3.12.1) lib/ecto/adapters/sql.ex:1096: Ecto.Adapters.SQL.raise_sql_call_error/1
""",
        ),
    ),
    sources=("firezone/firezone#2541", "supavisor:lib/supavisor/errors"),
)
