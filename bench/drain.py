"""Mine the templates of a log's messages with Drain3: what bench/run.py measures beside the rest.

python bench/drain.py LOG
"""

import re
import sys
from pathlib import Path

from drain3 import TemplateMiner
from drain3.template_miner_config import TemplateMinerConfig

PREFIX = re.compile(r"^\S+ \w+\[\w*\] \w+ \[\w+\](?:[\d:.]+ )?(?:request_id=\S+ )?(?:user_id=\S+ )?(?:\[\w+\] ?)?")


def main(log: Path) -> None:
    """Count the templates of a log in text form."""
    miner = TemplateMiner(config=TemplateMinerConfig())
    with log.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            miner.add_log_message(PREFIX.sub("", line.rstrip("\r\n")))
    print(len(miner.drain.clusters))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
