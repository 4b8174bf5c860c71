"""Fly's proxy cannot reach or start a machine, and nothing else explains it."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="machine_unreachable",
    title="Fly's proxy cannot reach {machine}",
    owner="us",
    scope="machine",
    kind="symptom",
    level=9,
    traits=("below", "edge", "platform"),
    what=(
        "The proxy found no open port, lost the line in the middle of a request, could not start a stopped machine, or "
        "found no machine to send to. Mostly the app or a deploy is behind it; a single machine that wakes from its "
        "automatic stop prints a burst of these and recovers."
    ),
    unlike={
        "host_failure": "PU03 or host_status: the hardware is gone, not the app",
        "capacity_exceeded": "PL01, PL02 or a hard limit: the machines are up and full",
        "config_error": "refused for ever while the app prints another address or port",
        "oom": "an OOM line of the same machine stands just before",
        "ssl_certificate_expired": "PT04 to PT07: the client's handshake failed before a machine was chosen",
    },
    signature=Signature(
        codes=(
            "PC01",
            "PC02",
            "PC03",
            "PC04",
            "PC05",
            "PC06",
            "PC07",
            "PU01",
            "PU02",
            "PU04",
            "PM01",
            "PM03",
            "PM04",
            "PM05",
            "PM06",
            "PM07",
            "PM08",
            "PM09",
            "PM11",
            "PR01",
            "PR02",
            "PR03",
            "PR04",
        ),
        patterns=(
            r"\binstance refused connection\b",
            r"\bcould not complete HTTP request to instance\b",
            r"\bcould not find a good candidate within \d+ attempts\b",
            r"\bno known healthy instances found for route\b",
            r"\bfailed to connect to machine: gave up\b",
            r"\bfailed to change machine state: machine\b",
            r"\bmachine is in a non-startable state\b",
            r"\bunable to start machine from current state\b",
        ),
    ),
    needles=(r"waiting for machine to be reachable on \S{1,80} \(waited ",),
    tell="state and events of the machine; whether a deploy or an automatic stop was under way",
    look="fly",
    remedy=Remedy(
        mitigate=(
            "Start {machine} (`fly machine start`), or add a machine in another region, and read its own log for the "
            "stop."
        ),
        repair=(
            "Keep at least one machine running (min_machines_running), run two, and give checks a longer grace_period."
        ),
        do_not="Do not destroy a machine that has a volume: its data go with it.",
        undo="Stop the added machine again.",
        prevent="Run two machines in two regions, and alert on edge errors that the app does not report.",
    ),
    playbook="Step 3",
    examples=(
        Example(
            id="machine_unreachable",
            source="corpus:memory_leak_oom_one_instance",
            text="""\
2026-03-02T10:00:00Z proxy[4d891b6fe12e18] iad [error][PC01] instance refused connection. is your app listening on \
0.0.0.0:8080? make sure it is not only listening on 127.0.0.1 (hint: look at your startup logs, servers often print \
the address they are listening on)
""",
        ),
        Example(
            id="machine_unreachable",
            source="badges/shields#10077",
            text="""\
2026-03-02T10:00:04Z proxy[4d891b6fe12e18] iad [error][PR04] could not find a good candidate within 40 attempts at \
load \
balancing
""",
        ),
        Example(
            id="host_failure",
            text="""\
2026-03-02T10:02:00Z proxy[4d891b6fe12e18] iad [error][PU03] unreachable worker host. this is a Fly issue.
""",
        ),
        Example(
            id="capacity_exceeded",
            text="""\
2026-03-02T10:03:00Z proxy[4d891b6fe12e18] iad [warn]Instance 4d891b6fe12e18 reached hard limit of 25 concurrent \
connections. This usually indicates your app is not closing connections properly or is not closing them fast enough \
for the traffic levels it is handling. Scaling resources, number of instances or increasing your hard limit might help.
""",
        ),
    ),
    sources=("badges/shields#10077", "mtlynch/picoshare#524", "https://fly.io/docs/monitoring/error-codes/"),
)
