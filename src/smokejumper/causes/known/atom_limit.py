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
            source="otp:erts/emulator/beam/index.c",
            text="""\
no more index entries in atom_tab (max=1048576)

Crash dump is being written to: erl_crash.dump...done
""",
        ),
        Example(
            id="oom",
            text="""\
eheap_alloc: Cannot allocate 4454408120 bytes of memory (of type "old_heap").

Crash dump is being written to: erl_crash.dump...done
""",
        ),
    ),
    sources=("CityOfZion/neo-scan#181", "otp:erts/emulator/beam/index.c"),
)
