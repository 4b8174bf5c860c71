"""The name of the database host does not resolve."""

from smokejumper.causes.consequences import UNCONNECTED
from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="db_dns",
    title="the database host name {host} does not resolve in the address family asked for",
    owner="us",
    scope="systemic",
    kind="cause",
    level=3,
    traits=("below", "database", "unmigrated"),
    what=(
        "Postgrex asks for IPv4 unless socket_options holds :inet6. A name that has addresses of the other family only "
        "(db.REF.supabase.co, *.internal, *.flycast, *.flympg.net: IPv6; the shared pooler: IPv4) is reported as "
        "nxdomain."
    ),
    unlike={
        "db_unreachable": "the name resolves, but nothing answers at the address",
        "http_client_dns": "the name belongs to another service than the database",
    },
    signature=Signature(
        patterns=(
            (
                r"(?<!cancel backend: )(?:tcp|ssl) connect(?: \([^)\s]{1,255}\))?: (?:non-existing domain - :nxdomain"
                r"|nxdomain\b)"
            ),
        ),
    ),
    tell="all connects of all machines since a change of DATABASE_URL or ECTO_IPV6, or since a project was paused",
    explains=UNCONNECTED,
    remedy=Remedy(
        mitigate=(
            "Look {host} up for both families from a machine; for an IPv6-only name set ECTO_IPV6=true, for the shared "
            "pooler unset it, or go back to the previous DATABASE_URL."
        ),
        repair=(
            "Copy the host from the Connect dialog of Supabase and keep the family that belongs to it; a paused "
            "project gets its name back when it is restored."
        ),
        do_not="Do not write an IP address into DATABASE_URL: it changes without notice.",
        undo="Set the previous secret again.",
        prevent=(
            "Let the release_command connect to the database, so that a wrong name stops the deploy before traffic."
        ),
    ),
    playbook="Step 2",
    examples=(
        Example(
            id="db_dns",
            source="managoat/fountain#2477",
            text="""\
11:40:55.118 [error] Postgrex.Protocol (#PID<0.1903.0>) failed to connect: ** (DBConnection.ConnectionError) tcp \
connect (db.qkwmznvtyhcpalxdufer.supabase.co:5432): non-existing domain - :nxdomain
""",
        ),
        Example(
            id="db_dns",
            source="elixir-ecto/postgrex#255",
            text="""\
11:41:02.007 [error] Postgrex.Protocol (#PID<0.1904.0>) failed to connect: ** (DBConnection.ConnectionError) tcp \
connect: non-existing domain - :nxdomain
""",
        ),
        Example(
            id="db_unreachable",
            text="""\
11:42:40.901 [error] Postgrex.Protocol (#PID<0.1903.0>) failed to connect: ** (DBConnection.ConnectionError) tcp \
connect (db.qkwmznvtyhcpalxdufer.supabase.co:5432): host is unreachable - :ehostunreach
""",
        ),
        Example(
            id="http_client_dns",
            text="""\
11:43:10.400 request_id=F0fRk2mVqZ8AAAAC [error] ** (Req.TransportError) non-existing domain
    (req 0.5.17) lib/req.ex:1125: Req.request!/2
    (courier 2.3.0) lib/courier/rates.ex:18: Courier.Rates.fetch/1
""",
        ),
    ),
    sources=(
        "managoat/fountain#2477",
        "electric-sql/archived-electric-next#191",
        "elixir-ecto/postgrex#164",
        "elixir-ecto/postgrex#490 (`could not cancel backend` is no sighting)",
    ),
)
