"""The certificate that we present is expired, missing or wrong."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="ssl_certificate_expired",
    title="clients refuse the certificate of our own domain {host}",
    owner="us",
    scope="systemic",
    kind="cause",
    level=9,
    what=(
        "Fly's edge has no valid certificate for the domain, or clients break off the handshake. Nothing reaches the "
        "app, so its log merely goes silent for that host. DNS moved, a CDN in front blocks the challenge, the "
        "ownership record is missing, or an imported certificate ran out."
    ),
    unlike={
        "http_client_tls": "the certificate is that of a service which we call",
        "db_tls": "the handshake is with the database",
        "machine_unreachable": "the handshake with the client worked and the way to the machine did not",
    },
    signature=Signature(codes=("PT04", "PT05", "PT06", "PT07")),
    tell=(
        "dates of the certificate as seen from outside, `fly certs check`, fly_edge_tls_handshake_errors by servername"
    ),
    look="fly",
    remedy=Remedy(
        mitigate="Run `fly certs check {host}` and set the DNS records that it asks for.",
        repair="Add the _fly-ownership TXT record, or import the renewed certificate; let the CDN pass the challenge.",
        do_not="Do not switch force_https off: users would then send their sessions in the clear.",
        undo="Set the previous DNS records again if the domain had been moved.",
        prevent="Probe the expiry date of every domain from outside, with 14 days' notice.",
    ),
    playbook="Step 2",
    examples=(
        Example(
            id="ssl_certificate_expired",
            source="https://fly.io/docs/monitoring/error-codes/",
            text="""\
2026-03-02T11:20:00Z proxy[4d891b6fe12e18] fra [error][PT05] no valid TLS certificate for SNI app.tidepool.example
""",
        ),
        Example(
            id="machine_unreachable",
            text="""\
2026-03-02T11:21:00Z proxy[4d891b6fe12e18] fra [error][PC01] instance refused connection. is your app listening on \
0.0.0.0:8080? make sure it is not only listening on 127.0.0.1
""",
        ),
        Example(
            id="http_client_tls",
            text="""\
11:22:17.314 request_id=F0zRr1tUvW2AAAAl [error] ** (Req.TransportError) TLS client: In state wait_cert_cr at \
ssl_handshake.erl:2155 generated CLIENT ALERT: Fatal - Certificate Expired
    (req 0.5.17) lib/req.ex:1125: Req.request!/2
""",
        ),
    ),
    unseen=True,
    sources=(
        "https://fly.io/docs/monitoring/error-codes/",
        "serverless-dns/serverless-dns#191 (an expired certificate at Fly; no log line of it was published)",
    ),
)
