"""A release did not come up, or was stopped half-way."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="deploy_failed",
    title="the deploy of {release} failed",
    owner="us",
    scope="deploy",
    kind="symptom",
    level=9,
    what=(
        "Build, push, smoke check, health wait or lease stopped the deploy, and nothing says what was wrong with the "
        "release. Some machines may run the new image and some the old one, even when the command reported success."
    ),
    unlike={
        "migration_failed": "the release_command's migration is what failed",
        "config_missing_env": "the new machine stopped for want of a variable",
        "dependency_incompatible": "the new image cannot load one of its parts",
        "host_failure": "the host takes no deploys",
    },
    signature=Signature(
        patterns=(
            r"\b[Ss]moke checks for [0-9a-f]{10,20} failed\b",
            r"\bthe app appears to be crashing\b",
            r"\btimeout reached waiting for machine\b",
            r"\bfailed to obtain lease\b",
            r"\bThe app is not listening on the expected address\b",
            r"\bfailed to fetch an image or build from source\b",
            r"\bNot enough space to unpack image\b",
        ),
    ),
    tell="image and release version per machine (`fly machine list`): mixed versions mean a half-done deploy",
    look="releases",
    remedy=Remedy(
        mitigate="Stop retrying and deploy the last image that worked, if its code fits the schema that is there now.",
        repair=(
            "Read the log of the machine that failed its check, correct the release, and deploy again in the usual way."
        ),
        do_not=(
            "Do not force it with `--strategy immediate`: health checks are skipped and a wrong fix takes every "
            "machine."
        ),
        undo="Deploy the corrected release forward.",
        prevent="Use a canary, and compare the image of all machines after each deploy.",
    ),
    playbook="Step 8",
    examples=(
        Example(
            id="deploy_failed",
            source="addy999/omniparser-api#1",
            text="""\
2026-03-02T16:53:46Z runner[4d891b6fe12e18] iad [error]Not enough space to unpack image, possibly exceeds maximum of \
8GB \
uncompressed
""",
        ),
        Example(
            id="host_failure",
            text="""\
2026-03-02T16:54:10Z runner[4d891b6fe12e18] iad [error]could not reserve resource for machine: insufficient memory \
available to fulfill request
""",
        ),
        Example(
            id="migration_failed",
            text="""\
16:55:02.118 [error] ** (Ecto.MigrationError) migrations can't be executed, migration name add_depots is duplicated
    (ecto_sql 3.12.1) lib/ecto/migrator.ex:760: Ecto.Migrator.ensure_no_duplication!/1
""",
        ),
    ),
    sources=(
        "addy999/omniparser-api#1",
        "shirotamaki/outdoor-heart-sutra#267",
        "dev-xo/remix-saas#343",
        "flyctl:internal/command/deploy",
    ),
)
