"""A needed environment variable or secret is not there."""

from smokejumper.causes.consequences import NOT_UP
from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="config_missing_env",
    title="an environment variable that the release needs is missing on {machine}: {message}",
    owner="us",
    scope="machine",
    kind="cause",
    level=4,
    traits=("setting", "unmigrated"),
    what=(
        "runtime.exs (or code at run time) asked for a variable that is not set, and raised. The machine never gets as "
        "far as `Running ... at`, exits with code 1 and is started again until the restart limit."
    ),
    unlike={
        "config_error": "the variable is set and its value is wrong",
        "nil_access": "the nil arises in a running request or job, not while the configuration is read",
        "process_crash_loop": "the machine restarts over and over for a reason that nothing names",
    },
    signature=Signature(
        types=("System.EnvError",),
        patterns=(
            r"\benvironment variable [A-Z][A-Z0-9_]{1,80} is missing\b",
            r"\bcould not fetch environment variable \\?\"\w{1,80}\\?\" because it is not set\b",
            (
                r"\bConfig provider \S{1,80} failed with:\s{1,20}\*\* \(ArgumentError\) errors were found at the given "
                r"arguments:\s{1,20}\* 1st argument: not a (?:binary|bitstring)\b"
            ),
            (
                r"\bConfig provider \S{1,80} failed with:\s{1,20}\*\* \(RuntimeError\) [^\n]{0,80}\b[A-Z][A-Z0-9]{1,30}"
                r"_[A-Z0-9_]{1,60}\b[^\n]{0,80}\b(?:missing|required|not set|must be set|undefined)\b"
            ),
            r"\bRequired key: :\w{1,60} is nil in config!",
            r"\[Honeybadger\] Mandatory config key\b",
        ),
    ),
    tell=(
        "names and digests of the secrets per machine; one machine alone was not redeployed after `secrets set --stage`"
    ),
    explains=NOT_UP,
    remedy=Remedy(
        mitigate=(
            "Set the missing variable with `fly secrets set` (or in [env]) and redeploy the machine that lacks it."
        ),
        repair=(
            "Give every environment, the release_command machine included, the full list of variables that "
            "runtime.exs reads."
        ),
        do_not="Do not give a secret a default value in the code: the app would start with it everywhere.",
        undo="Unset the variable again.",
        prevent="Compare the names of all fetch_env! calls with the secrets of the app before each deploy.",
    ),
    playbook="Step 5",
    examples=(
        Example(
            id="config_missing_env",
            source="corpus:boot_missing_secret_one_instance",
            text="""\
2026-03-02T15:50:01Z app[4d891b6fe12e18] iad [info] INFO Preparing to run: `/app/bin/server` as nobody
2026-03-02T15:50:03Z app[4d891b6fe12e18] iad [info]ERROR! Config provider Config.Reader failed with:
2026-03-02T15:50:03Z app[4d891b6fe12e18] iad [info]** (RuntimeError) environment variable STATION_API_KEY is missing.
2026-03-02T15:50:03Z app[4d891b6fe12e18] iad [info]
2026-03-02T15:50:03Z app[4d891b6fe12e18] iad [info]    /app/releases/3.2.0/runtime.exs:29: (file)
2026-03-02T15:50:03Z app[4d891b6fe12e18] iad [info]    (elixir 1.18.4) src/elixir.erl:386: \
:elixir.eval_external_handler/3
2026-03-02T15:50:03Z app[4d891b6fe12e18] iad [info]Crash dump is being written to: erl_crash.dump...done
2026-03-02T15:50:03Z app[4d891b6fe12e18] iad [info] INFO Main child exited normally with code: 1
""",
        ),
        Example(
            id="config_missing_env",
            source="hexpm/hexpm#992",
            text="""\
ERROR! Config provider Config.Reader failed with:
** (System.EnvError) could not fetch environment variable "PARCEL_HOST" because it is not set
    (elixir 1.18.4) lib/system.ex:709: System.fetch_env!/1
    /app/releases/2.3.0/runtime.exs:12: (file)
    (stdlib 6.2) erl_eval.erl:919: :erl_eval.do_apply/7
""",
        ),
        Example(
            id="config_error",
            text="""\
ERROR! Config provider Config.Reader failed with:
** (ArgumentError) errors were found at the given arguments:

  * 1st argument: not a textual representation of an integer

    :erlang.binary_to_integer("ten")
    /app/releases/2.3.0/runtime.exs:31: (file)
    (stdlib 6.2) erl_eval.erl:919: :erl_eval.do_apply/7
""",
        ),
    ),
    sources=(
        "corpus:boot_missing_secret_one_instance",
        "hexpm/hexpm#992",
        "sergiotapia/magnetissimo#148",
        "dwyl/auth#418",
    ),
)
