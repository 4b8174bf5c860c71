"""TLS with an upstream fails."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="http_client_tls",
    title="the TLS handshake with {host} fails",
    owner="third_party",
    scope="endpoint",
    kind="cause",
    level=3,
    traits=("upstream",),
    what=(
        "Our client does not accept the certificate of an upstream (expired, unknown issuer, wrong name), the two find "
        "no common protocol, or the image holds no usable root certificates. An expired root can hit many services "
        "on one day."
    ),
    unlike={
        "ssl_certificate_expired": "the certificate is the one that our own domain presents",
        "db_tls": "the handshake is with Postgres or its pooler",
        "http_client_closed": "the line was refused or cut before or after the handshake",
    },
    signature=Signature(
        patterns=(
            (
                r"\((?:Mint|Req|Finch)\.TransportError\) (?:TLS client: In state |ALPN protocol not negotiated"
                r"|bad ALPN protocol )"
            ),
            (
                r"%(?:Mint|Req|Finch)\.TransportError\{[^{}]{0,60}reason: (?:\{:tls_alert,|:protocol_not_negotiated"
                r"|\{:bad_alpn_protocol,|\{:options,)"
            ),
            r"(?:\(HTTPoison\.Error\) |%HTTPoison\.Error\{[^{}]{0,80}reason: )\{:tls_alert,",
            r"\(Tesla\.Error\) \{:tls_alert,",
            r"%Tesla\.Error\{[^\n]{0,3000}\breason: \{:tls_alert,",
            r"\{:error, \{:tls_alert,",
            r"\{:(?:network|temporary|permanent)_failure, [^{}]{1,120}, :tls_failed\}",
            r"\{:failed_connect, \[[^\n]{1,200}\{:inet6?, \[:inet6?\], \{:tls_alert,",
            r"\{:options, :incompatible, \[verify: :verify_peer, cacerts: :undefined\]\}",
        ),
    ),
    needles=(r"TLS :client: In state :\w+ at ssl_handshake\.erl:\d+ generated CLIENT ALERT: Fatal - ",),
    tell="OTP's notice `TLS :client: ... CLIENT ALERT: Fatal` just before the exception; began with a date or an image",
    explains=("genserver_timeout", "job_failure", "http_client_pool_exhausted"),
    remedy=Remedy(
        mitigate=(
            "Compare the certificate dates of {host} with the start at {first_at}; tell its operator, or roll "
            "{release} back if our image changed then. Switch the feature off meanwhile."
        ),
        repair=(
            "Bring castore, certifi or OTP and the ca-certificates of the image up to date, or pass "
            "`cacerts: :public_key.cacerts_get()`."
        ),
        do_not="Do not set verify_none or :insecure: the calls would then go to anyone who answers.",
        undo="Redeploy the release that was rolled back, with the newer root certificates in its image.",
        prevent="Watch the expiry date of every upstream certificate.",
    ),
    playbook="Step 2",
    examples=(
        Example(
            id="http_client_tls",
            source="corpus:claims_upstream_certificate_expired",
            text="""\
21:03:17.312 [notice] TLS :client: In state :wait_cert_cr at ssl_handshake.erl:2155 generated CLIENT ALERT: Fatal - \
Certificate Expired

21:03:17.314 request_id=F0lDe1fGhI2AAAAP [error] ** (Req.TransportError) TLS client: In state wait_cert_cr at \
ssl_handshake.erl:2155 generated CLIENT ALERT: Fatal - Certificate Expired
    (req 0.5.15) lib/req.ex:1125: Req.request!/2
    (ferry 0.9.2) lib/ferry/tolls.ex:44: Ferry.Tolls.charge/2
""",
        ),
        Example(
            id="http_client_tls",
            source="benoitc/hackney#278",
            text="""\
21:04:40.208 request_id=F0lDf2gHiJ3AAAAQ [error] ** (MatchError) no match of right hand side value: {:error, \
{:tls_alert, {:unknown_ca, ~c"TLS client: In state certify at ssl_handshake.erl:1952 generated CLIENT ALERT: Fatal - \
Unknown CA\\n"}}}
    (ferry 0.9.2) lib/ferry/tolls.ex:51: Ferry.Tolls.refund/1
""",
        ),
        Example(
            id="db_tls",
            text="""\
21:05:09.941 [error] Postgrex.Protocol (#PID<0.1712.0>) failed to connect: ** (DBConnection.ConnectionError) ssl \
connect \
(db.ferry.example:5432): TLS client: In state wait_cert_cr at ssl_handshake.erl:2155 generated CLIENT ALERT: Fatal - \
Unknown CA - {:tls_alert, {:unknown_ca, ~c"TLS client: In state wait_cert_cr at ssl_handshake.erl:2155 generated \
CLIENT ALERT: Fatal - Unknown CA\\n"}}
""",
        ),
    ),
    sources=(
        "corpus:claims_upstream_certificate_expired",
        "benoitc/hackney#633",
        "benoitc/hackney#278",
        "swoosh/swoosh#785",
    ),
)
