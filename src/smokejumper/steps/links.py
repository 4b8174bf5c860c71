"""Where to look on: pages of Fly's dashboard for this app, machine, release, log and metrics (superfly/flyctl)."""

from collections.abc import Sequence
from urllib.parse import quote

DASHBOARD = "https://fly.io/apps"
METRICS = "https://fly-metrics.net/d/fly-app/fly-app"


def links(app: str, machines: Sequence[str]) -> dict[str, str]:
    """Deep links by name: `log`, `releases`, `metrics`, and each machine by its id."""
    base = f"{DASHBOARD}/{quote(app, safe='')}"
    found = {
        "log": f"{base}/monitoring",
        "releases": f"{base}/activity",
        "metrics": f"{METRICS}?var-app={quote(app, safe='')}",
    }
    return found | {machine: f"{base}/machines/{quote(machine, safe='')}" for machine in machines}
