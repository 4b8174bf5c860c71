"""The application did not start, because one of its children failed."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="supervisor_boot_failure",
    title="the application does not start: a child of its supervisor fails",
    owner="us",
    scope="machine",
    kind="symptom",
    level=9,
    what=(
        "Application.start returned an error because a process in its tree could not start. The reason at the end of "
        "the (EXIT) chain is the finding; this id remains when that reason says nothing."
    ),
    unlike={
        "port_in_use": "the chain ends in :eaddrinuse",
        "config_missing_env": "the configuration already failed, before any child was started",
        "dependency_incompatible": "a NIF or a module could not be loaded",
        "process_crash_loop": "the tree was up before and gave in to repeated crashes",
    },
    signature=Signature(
        patterns=(
            r"\bApplication \w{1,60} exited: \S{1,120}\.start\([^\n]{0,200}\) returned an error: ",
            r"\bApplication \w{1,60} exited: exited in: \S{1,120}\.start\(",
            r"\bCould not start application :?\w",
            r"\bKernel pid terminated \(application_controller\)",
            r"\{\"Kernel pid terminated\",application_controller,",
            r"\bapplication_start_failure\b",
            r"\b(?:Runtime terminating during boot|init terminating in do_boot)\b",
        ),
    ),
    needles=(r"Application \w{1,60} exited: \S{1,120}\.start\([^\n]{0,200}\) returned an error: ",),
    tell=(
        "the name behind `failed to start child:` and the order of the children (Repo before Endpoint, Oban after Repo)"
    ),
    explains=("process_crash_loop", "machine_unreachable", "health_check_failing", "deploy_failed"),
    remedy=Remedy(
        mitigate=(
            "Roll back to the release that still started; the failing child and its reason stand in the last (EXIT) "
            "line."
        ),
        repair="Correct the init of that child, or move it behind the children it needs.",
        do_not="Do not set `restart: :temporary` to get past it: the app would run without that process.",
        undo="Deploy the corrected release.",
        prevent="Start the assembled release once in CI.",
    ),
    playbook="Step 3",
    examples=(
        Example(
            id="supervisor_boot_failure",
            source="whitfin/sentix#2",
            text="""\
06:11:07.340 [notice] Application tidepool exited: Tidepool.Application.start(:normal, []) returned an error: \
shutdown: \
failed to start child: Tidepool.Gauges
    ** (EXIT) bad return value: :gauges_offline
Kernel pid terminated (application_controller) ("{application_start_failure,tidepool,{{shutdown,{failed_to_start_child,\
'Elixir.Tidepool.Gauges',{bad_return_value,gauges_offline}}},{'Elixir.Tidepool.Application',start,[normal,[]]}}}")
""",
        ),
        Example(
            id="port_in_use",
            text="""\
06:14:20.009 [error] Running TidepoolWeb.Endpoint with Bandit 1.8.0 at http failed, port 8080 already in use
""",
        ),
        Example(
            id="process_crash_loop",
            text="""\
06:20:31.500 [notice] Application tidepool exited: shutdown
""",
        ),
    ),
    sources=("whitfin/sentix#2", "nerves-project/shoehorn#31", "elixir:lib/elixir/lib/exception.ex"),
)
