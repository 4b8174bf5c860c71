"""Fly's hardware, host, region or proxy is broken."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="host_failure",
    title="the Fly host under {machine} is in trouble",
    owner="fly",
    scope="machine",
    kind="cause",
    level=2,
    traits=("below", "platform"),
    what=(
        "The server that carries the machine is unreachable or cannot reserve resources, or the proxy reports a fault "
        "of its own. Trouble of a single host is not on the public status page; ask the host issues of the app and "
        "host_status of the machine. It is never inferred because nothing else fits."
    ),
    unlike={
        "machine_unreachable": "the host works and the app or its machine does not answer",
        "oom": "the kernel of the machine itself killed the app",
        "capacity_exceeded": "the machines are full, the hosts are well",
    },
    signature=Signature(
        codes=("PU03", "PP01", "PC08", "PM02", "PM10", "PE01", "PE02", "PT09"),
        patterns=(
            r"\bunreachable worker host\. this is a Fly issue\b",
            r"\bdeploys to this host are temporarily disabled\b",
            r"\bcould not reserve resource for machine\b",
        ),
    ),
    needles=(r"Virtual machine exited abruptly",),
    tell="host_status of {machine} is not ok, or a host issue covers the time; only machines of one host are hit",
    look="fly",
    explains=(
        "machine_unreachable",
        "health_check_failing",
        "process_crash_loop",
        "cluster_split",
        "job_stuck",
        "db_connection_dropped",
        "http_client_closed",
        "deploy_failed",
    ),
    remedy=Remedy(
        mitigate="Clone or start machines on other hosts (`fly machine clone`, another region) and cordon {machine}.",
        repair="Run at least two machines in two regions, and replicate what lives on a volume.",
        do_not="Do not deploy in a loop and do not destroy volumes: the host can come back with the data on it.",
        undo="Remove the clones; the old machine may come back with an old image, so redeploy.",
        prevent="Keep spare machines in another region and rehearse the restore of a volume.",
    ),
    playbook="Step 3",
    examples=(
        Example(
            id="host_failure",
            source="https://fly.io/docs/monitoring/error-codes/",
            text="""\
2026-03-02T10:02:00Z proxy[4d891b6fe12e18] nrt [error][PU03] unreachable worker host. this is a Fly issue.
""",
        ),
        Example(
            id="host_failure",
            source="Kilo-Org/cloud#412",
            text="""\
2026-03-02T10:04:10Z proxy[4d891b6fe12e18] nrt [error][PM01] machines API returned an error: "aborted: could not \
reserve \
resource for machine: insufficient memory available to fulfill request"
""",
        ),
        Example(
            id="machine_unreachable",
            text="""\
2026-03-02T10:05:00Z proxy[4d891b6fe12e18] nrt [error][PM05] failed to connect to machine: gave up after 15 attempts \
(in 8.2s)
""",
        ),
    ),
    sources=(
        "Kilo-Org/cloud#412",
        "superfly/flyctl#3840",
        "https://fly.io/docs/monitoring/error-codes/",
        "https://fly.io/docs/apps/trouble-host-unavailable/",
    ),
)
