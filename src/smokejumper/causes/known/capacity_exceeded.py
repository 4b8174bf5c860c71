"""Traffic or work is more than the running machines can take."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="capacity_exceeded",
    title="the running machines cannot take the traffic",
    owner="us",
    scope="systemic",
    kind="evidence",
    level=9,
    traits=("below", "twofold"),
    what=(
        "Fly's proxy holds requests back because every machine is at its hard_limit, or the CPU share is used up and "
        "everything slows down. With type `connections`, idle keep-alive connections count as well."
    ),
    unlike={
        "machine_unreachable": "machines are down or refuse, they are not full",
        "db_pool_exhausted": "the slots are held by requests that wait for the database",
        "http_client_timeout": "the slots are held by requests that wait for another service",
        "vm_limit": "the machine itself ran out of descriptors or processes",
    },
    signature=Signature(
        codes=("PL01", "PL02"),
        patterns=(
            r"\breached hard limit of \d+ concurrent (?:connections|requests)\b",
            r"\bReached max channels per transport limit\b",
        ),
    ),
    needles=(r"reached hard limit of \d+ concurrent (?:connections|requests)",),
    tell=(
        "fly_app_concurrency against the limits, fly_instance_cpu_throttle, run queue; requests per second against "
        "last week"
    ),
    look="fly",
    over=("machine_unreachable",),
    parent="machine_unreachable",
    remedy=Remedy(
        mitigate=(
            "Add machines or a larger size (`fly scale count`, `fly scale vm`) and loosen soft_limit and hard_limit "
            "together."
        ),
        repair='Set `type = "requests"`, cache what is asked most, and make the hot path cheaper.',
        do_not="Do not remove the hard_limit: one machine then takes everything until it falls over.",
        undo="Scale back after the peak.",
        prevent="Load-test before launches and alert at 80 % of the limits.",
    ),
    playbook="Emergency commands",
    examples=(
        Example(
            id="capacity_exceeded",
            source="gitcoinco/grants-stack-indexer#153",
            text="""\
2026-03-02T14:34:04Z proxy[5683776a714d8e] den [warn]Instance 5683776a714d8e reached hard limit of 25 concurrent \
connections. This usually indicates your app is not closing connections properly or is not closing them fast enough \
for the traffic levels it is handling. Scaling resources, number of instances or increasing your hard limit might help.
""",
        ),
        Example(
            id="machine_unreachable",
            text="""\
2026-03-02T14:36:00Z proxy[5683776a714d8e] den [error][PU02] could not complete HTTP request to instance: connection \
closed before message completed
""",
        ),
    ),
    sources=(
        "gitcoinco/grants-stack-indexer#153",
        "thechangelog/changelog.com#431",
        "https://fly.io/docs/monitoring/error-codes/",
    ),
)
