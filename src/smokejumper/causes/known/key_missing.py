"""A map, struct or keyword list lacks a key that the code demands."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="key_missing",
    title="a key that the code demands is missing",
    owner="us",
    scope="endpoint",
    kind="cause",
    level=6,
    what=(
        "The code fetches a key with a dot, `Map.fetch!` or a template assign, and the container has it "
        "not: a new status without an entry, a partner's payload, strings against atoms."
    ),
    unlike={
        "nil_access": "the container itself is nil",
        "config_missing_env": "an environment variable at boot",
        "render_error": "the template itself is missing",
    },
    signature=Signature(
        patterns=(
            r"\(KeyError\) key [^\n]{1,200}? not found(?! in:\s*nil\b)",
            r"\{:badkey, (?![^{}\n]{1,120}, nil\})",
        ),
    ),
    tell="which key, and what the container holds instead; a release that added a status or a template",
    remedy=Remedy(
        mitigate="Roll back if a release set it off; for jobs pause the queue first so that no attempt is used up.",
        repair=(
            "Add the entry, or fetch with a decision for the missing case (`Map.fetch/2`, `Map.get/3` with a meaning)."
        ),
        do_not="Do not give a default that hides a case which was forgotten.",
        undo="Redeploy the release that was rolled back, resume the queue and retry what was discarded.",
        prevent="A test over every member of the enumeration that the map is keyed by.",
    ),
    playbook="Step 4",
    examples=(
        Example(
            id="key_missing",
            source="corpus:receipt_job_failing",
            text="""\
10:16:01.420 [info] {"args":{"parcel_id":77},"attempt":1,"duration":5800,"error":"** (KeyError) key\
 \\"held\\" not found in: %{\\"sent\\" => \\"label_sent\\"}","event":"job:exception","id":15,"max_attempts":5,\
"meta":{},"queue":"labels","queue_time":8989,"source":"oban","state":"failure","tags":[],"worker":"Courier.Wor\
kers.PrintLabel"}
""",
        ),
        Example(
            id="key_missing",
            source="own",
            text="""\
10:14:02.311 request_id=GJq2Zn2b8QcW4pIAAADB [error] ** (KeyError) key :eta not found in:

    %{id: 4, state: "sent"}

    (courier 2.1.0) lib/courier/tracking.ex:51: Courier.Tracking.eta/1
""",
        ),
        Example(
            id="nil_access",
            source="own",
            text="""\
10:14:03.311 request_id=GJq2Zn3b8QcW4pIAAADC [error] ** (KeyError) key :eta not found in: nil
    (courier 2.1.0) lib/courier/tracking.ex:51: Courier.Tracking.eta/1
""",
        ),
    ),
    sources=(
        "elixir:lib/elixir/lib/exception.ex",
        "corpus:receipt_job_failing",
    ),
)
