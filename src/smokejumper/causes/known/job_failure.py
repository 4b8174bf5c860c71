"""Background jobs fail, and the log does not say why."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="job_failure",
    title="jobs fail ({count} times) and their log names no reason",
    owner="us",
    scope="job",
    kind="symptom",
    level=9,
    what=(
        "Oban logs a failed job as one JSON line at info level, without frames, and only with its default logger "
        "attached. The id stays when its `error` says no more than that the worker failed, crashed or ran out of time. "
        "State `discard` means that the last attempt is used up."
    ),
    unlike={
        "job_stuck": "jobs do not fail, they do not run or never end",
        "key_missing": "the `error` holds an exception of its own: that id, with the job as its scope",
        "http_client_timeout": "the `error` names a call to another service",
    },
    signature=Signature(
        types=("Oban.PerformError", "Oban.TimeoutError", "Oban.CrashError"),
        patterns=(
            r"\bevent: \"job:exception\"",
            r"^[A-Z]\w{0,60}(?:\.[A-Z]\w{0,60}){1,8} failed with :error$",
        ),
    ),
    tell="the errors column of oban_jobs has the frames; attempt against max_attempts tells what is already lost",
    remedy=Remedy(
        mitigate=(
            "Pause the queue of the failing worker, read the errors column of oban_jobs, and roll {release} back if "
            "the failures began with it."
        ),
        repair="Correct the worker, then retry the discarded jobs with Oban.retry_all_jobs/1.",
        do_not="Do not delete the jobs and do not raise max_attempts: both hide what was not done.",
        undo="Resume the queue.",
        prevent="Alert on the state discard, and let workers return an error that names its reason.",
    ),
    playbook="Step 8",
    examples=(
        Example(
            id="job_failure",
            source="corpus:receipt_job_failing",
            text="""\
16:01:51.327 [info] {"args":{"parcel_id":1019},"attempt":1,"duration":5800,"error":"** (Oban.PerformError) \
Courier.Workers.PrintLabel failed with :error","event":"job:exception","id":15,"max_attempts":5,"meta":{},\
"queue":"labels","queue_time":8989,"source":"oban","state":"failure","tags":[],"worker":"Courier.Workers.PrintLabel"}
""",
        ),
        Example(
            id="job_failure",
            source="oban:lib/oban/exceptions.ex",
            text="""\
16:02:30.110 [info] {"args":{"parcel_id":1022},"attempt":5,"duration":30001444,"error":"** (Oban.TimeoutError) \
Courier.Workers.PrintLabel timed out after 30000ms","event":"job:exception","id":19,"max_attempts":5,"meta":{},\
"queue":"labels","queue_time":7120,"source":"oban","state":"discard","tags":[],"worker":"Courier.Workers.PrintLabel"}
""",
        ),
        Example(
            id="http_client_dns",
            text="""\
16:05:40.074 [info] {"args":{"parcel_id":1044},"attempt":1,"duration":815,"error":"** (Req.TransportError) \
non-existing \
domain","event":"job:exception","id":31,"max_attempts":5,"meta":{},"queue":"labels","queue_time":4831,"source":"oban",\
"state":"failure","tags":[],"worker":"Courier.Workers.PrintLabel"}
""",
        ),
    ),
    sources=("corpus:receipt_job_failing", "oban:lib/oban/telemetry.ex", "oban-bg/oban#1210"),
)
