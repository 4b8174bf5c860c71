"""A git repository with a history of one's own, for tests."""

import os
import subprocess
from pathlib import Path

BEGIN = 1_790_000_000
"""Time of the first commit; each further one is an hour later. Seconds since the Unix epoch."""


class Repository:
    """A repository in a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.ids: list[str] = []
        root.mkdir(exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *words: str, at: int = BEGIN) -> str:
        """Run git there, with nothing of the configuration of who runs the test."""
        env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")} | {
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            "GIT_AUTHOR_NAME": "Jo Doe",
            "GIT_AUTHOR_EMAIL": "jo.doe@example.com",
            "GIT_COMMITTER_NAME": "Jo Doe",
            "GIT_COMMITTER_EMAIL": "jo.doe@example.com",
            "GIT_AUTHOR_DATE": f"@{at} +0000",
            "GIT_COMMITTER_DATE": f"@{at} +0000",
        }
        done = subprocess.run(
            ["git", *words], cwd=self.root, env=env, check=True, capture_output=True, text=True, timeout=30
        )
        return done.stdout.strip()

    def write(self, name: str, text: str | bytes) -> None:
        """Write a file, not committed yet."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def commit(self, subject: str, **files: str | bytes) -> str:
        """Commit these files (in names, `__` is a slash and `_dot_` a dot) and all that was written; the id."""
        for name, text in files.items():
            self.write(name.replace("_dot_", ".").replace("__", "/"), text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", subject, at=BEGIN + 3600 * len(self.ids))
        self.ids.append(self.git("rev-parse", "HEAD"))
        return self.ids[-1]
