"""Each source in words: what it reads, with which right, how to get that right, and what is not known without it.

`doctor`, the gaps and the pages under docs/sources say the same, because they say this.
"""

import msgspec

from smokejumper.model.verdict import Gap


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One source. `{app}` and `{org}` in `get` and `by_hand` are filled in where they are known."""

    id: str
    title: str
    reads: str
    right: str
    """Which token or right it needs."""
    get: str
    """How to get it: a command where there is one."""
    blind: str
    """What is not known without it."""
    bound: str
    """How much it asks for, and how long."""
    by_hand: str = ""
    """The command that shows the same by hand."""
    asked: tuple[str, ...] = ()
    """The calls that it makes, as method and path; all of them read."""
    caveat: str = ""
    upstream: tuple[str, ...] = ()

    def gap(self, why: str, app: str = "APP", command: str = "") -> Gap:
        """What it means that this source could not be read; `command` closes the gap, else what shows it by hand."""
        name = "log" if self.id == "fly-log" else self.id
        return Gap(name, why, self.blind, command or self.by_hand.format(app=app, org="ORG"))


# A read-only token is of a whole organisation (superfly/docs `security/tokens`).
_TO_READ = (
    "`fly tokens create readonly`, then `smokejumper init --store-token` or the variable `FLY_ACCESS_TOKEN`; "
    "a login by `fly auth login` does too"
)

SOURCES: tuple[Source, ...] = (
    Source(
        id="files",
        title="Files and pipes",
        reads="logs of any of the formats that `fly logs` prints, snapshots beside them, bundles, and a pipe",
        right="none",
        get="`fly logs -n -j > fly.ndjson` writes a log, `smokejumper --save FILE` a bundle",
        blind="nothing: with files no live source is asked at all",
        bound="as large as it is; 4 million lines take seconds",
        by_hand="fly logs -a {app} -n -j",
    ),
    Source(
        id="fly-log",
        title="Fly's log",
        reads="every line of the app, of Fly's proxy, of the machines' hosts and of the health checks",
        right="a token that may read the app; a deploy token may be refused here",
        get=_TO_READ,
        blind="errors, requests and their machines: without the log nobody is accused and nothing cleared",
        bound=(
            "pages of 100 lines, back from now until the onset lies two minutes inside, 15 minutes or 60 pages; "
            "`--since` asks for more; Fly keeps about 7 days"
        ),
        by_hand="fly logs -a {app} -n -j",
        asked=("GET https://api.fly.io/api/v1/apps/APP/logs",),
        caveat="Fly calls this endpoint mostly stable, not supported.",
        upstream=("superfly/docs `monitoring/logs-api-options`", "superfly/fly-go `resource_logs.go`"),
    ),
    Source(
        id="fly-stream",
        title="Fly's live stream",
        reads="lines of the log as they are written, over NATS",
        right="a read-only token as the password, and a way into the private network (WireGuard)",
        get="`pipx inject smokejumper nats-py`, a tunnel by `fly wireguard create`, and `SMOKEJUMPER_NATS_URL`",
        blind="nothing: the log is asked for new pages instead",
        bound="no past: it begins when it is asked",
        caveat="Fly calls it experimental.",
        upstream=("superfly/fly-log-shipper", "superfly/flyctl `logs/nats.go`"),
    ),
    Source(
        id="fly-app",
        title="The app, as Fly knows it",
        reads="its organisation, hostname and state",
        right="a token that may read the app",
        get=_TO_READ,
        blind="its address and organisation; without them no front door and no metrics",
        bound="one query, within 3.5 s",
        by_hand="fly status -a {app}",
        asked=("POST https://api.fly.io/graphql (a shipped query)",),
        upstream=("superfly/fly-go `schema.graphql`",),
    ),
    Source(
        id="fly-machines",
        title="Fly's machines",
        reads="state, checks with their output, exits, memory kills, image, region, size, host status and leases",
        right="a token that may read the app",
        get=_TO_READ,
        blind="states, checks, exits and out-of-memory kills of the machines",
        bound="one call for all of them, within 3.5 s",
        by_hand="fly machine list -a {app} -j",
        asked=(
            "GET https://api.machines.dev/v1/apps/APP/machines",
            "GET https://api.machines.dev/v1/apps/APP/machines/ID/lease",
        ),
        caveat="Leases are asked for only while a deploy goes on or a machine is between two states.",
        upstream=("the OpenAPI file of the Machines API", "superfly/fly-go `machine_types.go`"),
    ),
    Source(
        id="fly-releases",
        title="Fly's releases",
        reads="the newest 25 releases: number, image, who, when, how they ended, and the configuration of each",
        right="a token that may read the app",
        get=_TO_READ,
        blind="who deployed what and when, and the image to go back to",
        bound="one query, within 3.5 s",
        by_hand="fly releases -a {app} --image",
        asked=("POST https://api.fly.io/graphql (a shipped query)", "GET https://api.fly.io/api/v1/apps/APP/releases"),
        caveat="E-mail addresses of those who deployed are masked.",
        upstream=("superfly/fly-go `resource_releases.go`", "superfly/flyctl `internal/uiex/releases.go`"),
    ),
    Source(
        id="fly-secrets",
        title="Fly's secrets, by digest",
        reads="names, digests and times of secrets; their values are never asked for",
        right="a token that may read the app",
        get=_TO_READ,
        blind="a secret that changed just before the onset",
        bound="one call, within 3.5 s",
        by_hand="fly secrets list -a {app}",
        asked=("GET https://api.machines.dev/v1/apps/APP/secrets",),
        upstream=("the OpenAPI file of the Machines API",),
    ),
    Source(
        id="fly-hosts",
        title="Fly's host problems",
        reads="trouble of single hosts that touches this app, which the public status page does not show",
        right="a token that may read the app",
        get=_TO_READ,
        blind="a host problem, which would move the blame to Fly",
        bound="one query, within 3.5 s",
        by_hand="fly incidents hosts list -a {app}",
        asked=("POST https://api.fly.io/graphql (a shipped query)",),
        upstream=("superfly/fly-go `resource_issues.go`",),
    ),
    Source(
        id="fly-metrics",
        title="Fly's metrics",
        reads="memory, CPU, throttling, disk and 5xx at the edge, over the last hour",
        right="a token that may read the organisation",
        get=_TO_READ,
        blind="how memory, CPU and throttling went, and failures at the edge that no machine saw",
        bound="eleven queries at once, a value every 30 s, within 3.5 s",
        by_hand="fly dashboard metrics -a {app}",
        asked=("GET https://api.fly.io/prometheus/ORG/api/v1/query_range",),
        upstream=("superfly/docs `monitoring/metrics`",),
    ),
    Source(
        id="fly-exec",
        title="The machines themselves",
        reads="disk, memory and load of each started machine by a shipped script; for `machines`, without metrics",
        right="a token that may run commands: a deploy or a machine-exec token",
        get="`fly tokens create machine-exec -a APP`",
        blind="disk and memory of the machines, where the metrics are not read either",
        bound="one shell and `df` on eight machines at most, 2 s each",
        by_hand="fly machine exec -a {app} 'df -Pk'",
        asked=("POST https://api.machines.dev/v1/apps/APP/machines/ID/exec (a shipped script)",),
        upstream=("the OpenAPI file of the Machines API", "superfly/flyctl `machine/exec.go`"),
    ),
    Source(
        id="status-pages",
        title="Status pages of Fly and Supabase",
        reads="whether they tell of an incident or a maintenance, which components, since when",
        right="none",
        get="nothing is needed",
        blind="an incident at Fly or Supabase, which would move the blame",
        bound="one call each, within 3.5 s",
        by_hand="fly platform status",
        asked=(
            "GET https://status.flyio.net/api/v2/summary.json",
            "GET https://status.supabase.com/api/v2/summary.json",
            "GET .../api/v2/incidents.json, and status.json where there is no summary",
        ),
        caveat="A green page clears nobody: single hosts and single projects are usually not on it.",
        upstream=("Atlassian Statuspage, API v2",),
    ),
    Source(
        id="front-door",
        title="The application's front door",
        reads="how it answers one GET of `/` from here, and one for each started machine (eight at most)",
        right="none",
        get="`url` in smokejumper.toml or `SMOKEJUMPER_APP_URL`, where it is not the name that Fly gave",
        blind="whether it answers from outside",
        bound="one request each, no redirect to another host, within 3.5 s",
        by_hand="curl -sS -o /dev/null -w '%{{http_code}}' https://{app}.fly.dev/",
        asked=("GET https://APP.fly.dev/ with the header fly-force-instance-id",),
        caveat="As any visit does, it may wake a machine that Fly's proxy had stopped for want of work.",
        upstream=("superfly/docs `networking/dynamic-request-routing`",),
    ),
    Source(
        id="repo",
        title="The repository",
        reads="commits, migrations and changed lines between two releases, and who touched the failing line last",
        right="a git checkout in the current folder",
        get="run it in the application's repository; `git fetch --unshallow` where the history is cut",
        blind="the commits and migrations of a release, and who touched a line last",
        bound="git's own speed, within 3.5 s; nothing is fetched",
        by_hand="git log --oneline -20",
        upstream=("git-scm.com `git-log`, `git-blame`",),
    ),
    Source(
        id="flyctl",
        title="flyctl, where HTTP is refused",
        reads="the same log, machines, releases, secrets and host problems through the `fly` command and its login",
        right="`fly auth login`",
        get="install flyctl from fly.io/docs/flyctl/install, then `fly auth login`",
        blind="nothing, as long as HTTP is answered",
        bound="the newest 100 lines of the log only; each command is ended after 3.5 s",
        by_hand="fly version",
        upstream=("superfly/flyctl",),
    ),
)
BY_ID = {source.id: source for source in SOURCES}


def markdown(source: Source) -> str:
    """A source's page."""
    rows = [
        ("reads", source.reads),
        ("right", source.right),
        ("how to get it", source.get),
        ("without it", source.blind),
        ("bound", source.bound),
    ]
    text = [f"# {source.title}", "", "| | |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in rows)]
    if source.asked:
        text += ["", "It asks, and all of it only reads:", "", *(f"- `{call}`" for call in source.asked)]
    if source.by_hand:
        command = source.by_hand.format(app="APP", org="ORG")
        text += ["", "By hand:", "", "```sh", command, "```"]
    if source.caveat:
        text += ["", source.caveat]
    if source.upstream:
        text += ["", "After: " + ", ".join(source.upstream) + "."]
    return "\n".join(text) + "\n"
