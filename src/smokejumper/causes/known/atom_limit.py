"""The atom table of the VM is full."""

from smokejumper.model.cause import Cause, Example, Remedy, Signature

CAUSE = Cause(
    id="atom_limit",
    title="the VM on {machine} ran out of atoms",
    owner="us",
    scope="machine",
    kind="cause",
    level=2,
    what=(
        "Atoms are never freed, and the table holds 1,048,576 unless set. Code that makes atoms from data (String."
        "to_atom, `keys: :atoms`, names built per record) fills it, and the VM then stops at once."
    ),
    unlike={
        "vm_limit": "another limit: descriptors, ports, processes",
        "oom": "memory ended the VM, not a full table",
        "bad_input_shape": "one text longer than 255 characters cannot become an atom, however empty the table is",
    },
    signature=Signature(
        patterns=(r"\bno more index entries in atom_tab \(max=\d+\)",),
        frames=(r":erlang\.(?:binary|list)_to_atom\([^\n]{0,280}$",),
        frame_types=("SystemLimitError",),
    ),
    needles=(r"no more index entries in atom_tab \(max=\d+\)",),
    tell="slope of :erlang.system_info(:atom_count) against :atom_limit",
    over=("vm_limit",),
    explains=(
        "machine_unreachable",
        "health_check_failing",
        "process_crash_loop",
        "process_missing",
        "cluster_split",
        "job_stuck",
        "job_failure",
    ),
    remedy=Remedy(
        mitigate="Restart {machine}: the table starts empty again and gives time.",
        repair="Use String.to_existing_atom/1 or plain strings wherever the text comes from data.",
        do_not="Do not only raise the limit with +t: the table fills again, only later.",
        undo="Nothing to undo after a restart.",
        prevent="Record atom_count per machine, and let the linter refuse String.to_atom/1 on data.",
    ),
    playbook="Step 3",
    examples=(
        Example(
            id="atom_limit",
            source="elixir:lib/elixir/lib/exception.ex",
            text="""\
16:01:51.327 request_id=F0yQq1sTuV2AAAAk [error] ** (SystemLimitError) a system limit has been reached
    :erlang.binary_to_atom("tag_1048311", :utf8)
    (loom 4.0.0) lib/loom/tags.ex:9: Loom.Tags.key/1
    (loom 4.0.0) lib/loom_web/controllers/tag_controller.ex:22: LoomWeb.TagController.create/2
""",
        ),
        Example(
            id="vm_limit",
            text="""\
16:02:40.118 request_id=F0yQr2tUvW3AAAAl [error] ** (SystemLimitError) a system limit has been reached
    :erlang.spawn_opt(:proc_lib, :init_p, [#PID<0.512.0>, [], :gen, :init_it, []], [:link])
    (loom 4.0.0) lib/loom/tags.ex:31: Loom.Tags.watch/1
""",
        ),
        Example(
            id="oom",
            text="""\
2026-03-02T16:05:59Z app[4d891b6fe12e18] iad [info] INFO Process appears to have been OOM killed!
""",
        ),
    ),
    sources=("CityOfZion/neo-scan#181", "otp:erts/emulator/beam/index.c"),
)
