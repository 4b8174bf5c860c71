"""The TLS handshake with the database or its pooler fails."""

from smokejumper.causes.consequences import UNCONNECTED
from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="db_tls",
    title="the TLS handshake with the database {host} fails",
    owner="us",
    scope="systemic",
    kind="cause",
    level=3,
    traits=("below", "unmigrated"),
    what=(
        "Certificate, host name or TLS mode do not fit: the client rejects the server's certificate, no CA is "
        "configured, or one side insists on TLS and the other side does not offer it."
    ),
    unlike={
        "http_client_tls": "the handshake of an outbound HTTP call, not of a database connection",
        "db_unreachable": "`ssl connect` ends in timeout or refused: no handshake took place",
        "db_auth": "TLS stands, user or password are refused",
    },
    signature=Signature(
        patterns=(
            (
                r"ssl connect(?: \([^)\s]{1,255}\))?: (?!timeout|(?:connection|operation) timed out|connection refused"
                r"|no route to host|host is |network is |no such file|non-existing domain|nxdomain)"
            ),
            r"\(Postgrex\.Error\) ssl not available",
            r"no pg_hba\.conf entry .{0,300}(?:no encryption|SSL off)",
            r"connection requires a valid client certificate",
            r"\((?:ESSLREQUIRED|ESSLHANDSHAKE)\) ",
            r"\((?:internal_error|connection_failure)\):? SSL connection is required",
        ),
    ),
    tell="began with a release, a secret, a change of OTP or Postgrex, or on the day on which a certificate ended",
    needles=(r"TLS :client: In state .{0,120}CLIENT ALERT: Fatal - ",),
    over=("db_auth", "db_server_fault"),
    explains=UNCONNECTED,
    remedy=Remedy(
        mitigate="Roll back the release or the secret that changed the TLS options of the Repo.",
        repair=(
            "Put Supabase's CA into the image and set `ssl: [cacertfile: PATH, verify: :verify_peer]` (ssl_opts is "
            "deprecated since Postgrex 0.18)."
        ),
        do_not="Do not leave `verify: :verify_none` in production: then anybody on the path can read the password.",
        undo="Redeploy the release that was rolled back.",
        prevent="Connect once in the release_command and alert on the end dates of the certificates.",
    ),
    playbook="Step 2",
    examples=(
        Example(
            id="db_tls",
            source="plausible/analytics#3234",
            text="""\
16:37:24.465 [error] Postgrex.Protocol (#PID<0.185.0>) failed to connect: ** (DBConnection.ConnectionError) ssl \
connect: TLS client: In state wait_cert at ssl_handshake.erl:2133 generated CLIENT ALERT: Fatal - Unknown CA
 - {:tls_alert, {:unknown_ca, ~c"TLS client: In state wait_cert at ssl_handshake.erl:2133 generated CLIENT ALERT: \
Fatal - Unknown CA\\n"}}
""",
        ),
        Example(
            id="db_tls",
            source="https://www.postgresql.org/docs/current/client-authentication-problems.html",
            text="""\
16:40:11.090 [error] Postgrex.Protocol (#PID<0.186.0>) failed to connect: ** (Postgrex.Error) FATAL 28000 \
(invalid_authorization_specification) no pg_hba.conf entry for host "10.0.4.9", user "kiln", database "postgres", no \
encryption
""",
        ),
        Example(
            id="http_client_tls",
            text="""\
16:41:52.377 request_id=F0fSa1kXw0QAAAAF [error] ** (Req.TransportError) TLS client: In state wait_cert at \
ssl_handshake.erl:2133 generated CLIENT ALERT: Fatal - Certificate Expired
    (req 0.5.17) lib/req.ex:1125: Req.request!/2
    (kiln 0.8.2) lib/kiln/labels.ex:31: Kiln.Labels.print/2
""",
        ),
    ),
    sources=("plausible/analytics#3234", "flynn/flynn#3531", "elixir-ecto/postgrex#681"),
)
