"""Run smokejumper in a simulated world: `python -m smokejumper.drill SCENARIO [WORDS ...]`.

SCENARIO is a name of `scenarios.ALL`, or the folder of a recording; the words are those of smokejumper's command line,
`{app}` among them is the app's name. Needs the extra `drill`.
"""

import os
import subprocess
import sys
from pathlib import Path

from smokejumper.drill import scenarios
from smokejumper.drill.recording import of_recording
from smokejumper.drill.world import World
from smokejumper.errors import InputError

DELAY_S = (0.05, 0.2)
"""How long each answer takes."""


def main(words: list[str]) -> int:
    """Run it; its own exit code.

    Raises:
        InputError: there is no such scenario.
    """
    name, *asked = words or [""]
    if name in scenarios.ALL:
        scenario = scenarios.ALL[name]()
    elif (Path(name) / "truth.json").is_file():
        scenario = of_recording(Path(name))
    else:
        raise InputError(f"There is no scenario {name!r}.", f"There are {', '.join(scenarios.ALL)}, and recordings.")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("FLY_", "SMOKEJUMPER_"))}
    with World(scenario, delay=DELAY_S) as world:
        words = [word.replace("{app}", scenario.app) for word in asked or ("--app", "{app}")]
        ours = [sys.executable, "-m", "smokejumper", *words]
        return subprocess.run(ours, env=kept | dict(world.environment()), check=False).returncode  # noqa: S603 - ours


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except InputError as wrong:
        sys.exit(f"{wrong.what} {wrong.hint}")
