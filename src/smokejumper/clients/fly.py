"""Fly over HTTP: log, machines, releases, secrets, host problems, metrics, and what a shipped script sees on a machine.

Endpoints and shapes: the OpenAPI file of the Machines API, superfly/fly-go (`resource_*.go`, `flaps/`), superfly/flyctl
(`internal/uiex/releases.go`), superfly/docs (`monitoring/logs-api-options`, `monitoring/metrics`). Nothing here changes
anything.
"""

import re
import shlex
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from urllib.parse import quote

import msgspec

from smokejumper.clients import records
from smokejumper.clients.errors import FLY_HINTS, ClientError, Kind, by_words, host, quoted
from smokejumper.clients.http import Answer, Http
from smokejumper.clients.loose import at, items, mapping, number, readable, text, whole
from smokejumper.clients.pace import Pace
from smokejumper.clients.scripts import Script
from smokejumper.config import Endpoints, Token
from smokejumper.masking import mask, mask_id
from smokejumper.model.entry import LogEntry
from smokejumper.model.fly import App, HostIssue, Machine, MachineEvent, Release, Secret, Series

APPLICATION = Script.load("application.graphql")
HOST_ISSUES = Script.load("host_issues.graphql")
RELEASES = Script.load("releases.graphql")
MACHINE = Script.load("machine.sh")

EVENTS = 50
"""The Machines API gives no more of one machine."""
RATE, BURST = 1.0, 3
"""Calls a second of the Machines API, for each action and machine or application (superfly/docs
`machines/api/working-with-machines-api`)."""
ON_TOP_S = 2.0
"""For the way there and back, beside the time that a script is given."""
_MACHINE_ID = re.compile(r"[0-9A-Za-z]{1,64}")
_NO_SECOND_WAY = frozenset(("timeout", "dns", "refused", "tls", "unreachable"))
"""Failures that the releases' other path, on the same host, meets as well."""
_CODES: Mapping[str, Kind] = {
    "UNAUTHORIZED": "unauthorized",
    "UNAUTHENTICATED": "unauthorized",
    "FORBIDDEN": "forbidden",
    "NOT_FOUND": "not_found",
}


class LogPage(msgspec.Struct, frozen=True):
    """A page of the log: entries in order of time, those of one moment as they came."""

    entries: tuple[LogEntry, ...]
    next_token: int | None
    """Nanoseconds since the epoch, from where the next page goes on."""
    skipped: int = 0
    """Entries that could not be read."""


class Rights(msgspec.Struct, frozen=True):
    """What a macaroon may see: names of organisations, and of applications where it is held to some of them."""

    organisations: tuple[str, ...]
    apps: tuple[str, ...]
    machine: str = ""
    """The only machine that it may touch, if there is such a restriction."""


class Executed(msgspec.Struct, frozen=True):
    """What a script printed, masked, and its exit code."""

    code: int
    stdout: str
    stderr: str


class FlyClient:
    """One application on Fly, asked with one token."""

    def __init__(self, http: Http, app: str, token: Token, endpoints: Endpoints) -> None:
        self.app = app
        self._http = http
        self._token = token
        self._api = endpoints.api.rstrip("/")
        self._machines = endpoints.machines.rstrip("/") + "/v1"
        self._paces: defaultdict[str, Pace] = defaultdict(lambda: Pace(RATE, BURST))

    # ---- the log

    async def logs(self, after_ns: int | None = None, *, machine: str = "", region: str = "") -> LogPage:
        """The entries that follow a time in nanoseconds; without one the newest 100 of the last 24 hours.

        Raises:
            ClientError: as every call here.
        """
        asked = {
            "next_token": "" if after_ns is None else str(after_ns),
            "instance": machine,
            "region": region,
        }
        said = await self._read(
            f"{self._api}/api/v1/apps/{quote(self.app, safe='')}/logs", {k: v for k, v in asked.items() if v}
        )
        page = said.json(dict[str, object])
        wired = items(page, "data")
        read = [records.entry(at(each, "attributes"), text(each, "id")) for each in wired]
        entries = sorted((entry for entry in read if entry is not None), key=lambda entry: entry.at_ns)
        return LogPage(tuple(entries), whole(page, "meta", "next_token"), len(wired) - len(entries))

    # ---- the Machines API

    async def machines(self, *, deleted: bool = False) -> tuple[Machine, ...]:
        """All machines, those that serve nobody too; `deleted`: also those that are gone. What is none is left out."""
        said = await self._machines_api("list", "machines", {"include_deleted": "true"} if deleted else None)
        return readable(records.machine, said.json(list[object]))

    async def events(self, machine_id: str, limit: int = EVENTS) -> tuple[MachineEvent, ...]:
        """What happened to one machine, newest first; at most 50."""
        path = f"machines/{_checked(machine_id)}/events"
        said = await self._machines_api(f"events {machine_id}", path, {"limit": str(min(limit, EVENTS))})
        return records.events(said.json(list[object]))

    async def lease(self, machine_id: str) -> tuple[str, float | None] | None:
        """Who holds the lease of a machine, masked, and until when; None where nobody does.

        Somebody does while a deploy or a restart is going on.
        """
        try:
            said = await self._machines_api(f"lease {machine_id}", f"machines/{_checked(machine_id)}/lease")
        except ClientError as wrong:
            if wrong.kind == "not_found" and "lease not found" in wrong.what:
                return None
            raise
        answer = said.json(dict[str, object])
        held = mapping(answer, "data") or answer
        return mask_id(text(held, "owner")), number(held, "expires_at")

    async def secrets(self) -> tuple[Secret, ...]:
        """Names and digests of secrets; their values are never asked for."""
        said = await self._machines_api("secrets", "secrets")
        return readable(records.secret, items(said.json(dict[str, object]), "secrets"))

    async def rights(self) -> Rights:
        """What the token may see."""
        said = await self._read(f"{self._machines}/tokens/current", pace=self._paces["token"])
        tokens = items(said.json(dict[str, object]), "tokens")
        organisations = dict.fromkeys(text(token, "org_slug") or text(token, "organization") for token in tokens)
        apps = dict.fromkeys(name for token in tokens for name in items(token, "apps") if isinstance(name, str))
        machines = (text(token, "restricted_to_machine") for token in tokens)
        return Rights(tuple(name for name in organisations if name), tuple(apps), next(filter(None, machines), ""))

    async def execute(self, machine_id: str, script: Script, timeout_s: int) -> Executed:
        """Run a shipped script on a started machine, without a second attempt.

        Raises:
            ClientError: also where it takes longer than `timeout_s`, or the token may not do this.
        """
        async with self._hinted(f"fly tokens create machine-exec -a {shlex.quote(self.app)}"):
            answer = await self._http.ask(
                f"{self._app_url}/machines/{_checked(machine_id)}/exec",
                json={"command": ["sh", "-c", script.text], "timeout": timeout_s},
                headers={"Authorization": self._token.header()},
                once=True,
                timeout=timeout_s + ON_TOP_S,
                pace=self._paces[f"exec {machine_id}"],
            )
        # A key is left out where it is zero or empty, and the type of content may be a stream of bytes.
        said = answer.json(dict[str, object])
        return Executed(whole(said, "exit_code") or 0, mask(text(said, "stdout")), mask(text(said, "stderr")))

    # ---- GraphQL

    async def application(self) -> App:
        """The application, its organisation and its hostname."""
        return records.application(await self._query(APPLICATION))

    async def host_issues(self) -> tuple[HostIssue, ...]:
        """Trouble of the hosts that carry the application."""
        said = await self._query(HOST_ISSUES)
        return readable(records.host_issue, items(said, "hostIssues", "nodes"))

    async def releases(self, limit: int = 25) -> tuple[Release, ...]:
        """The newest releases, newest first.

        By GraphQL, which alone knows their configuration; where it fails, by the path that `fly deploy` uses.
        """
        try:
            said = items(await self._query(RELEASES, limit=limit), "releasesUnprocessed", "nodes")
        except ClientError as wrong:
            if wrong.kind in _NO_SECOND_WAY:
                raise
            try:
                said = await self._releases_by_rest(limit)
            except ClientError:
                raise wrong from None
        return tuple(sorted(readable(records.release, said), key=lambda release: -release.version))

    async def _releases_by_rest(self, limit: int) -> list[object]:
        """All tokens go as `Bearer` here in flyctl, macaroons too; everywhere else those go as `FlyV1`."""
        url = f"{self._api}/api/v1/apps/{quote(self.app, safe='')}/releases"
        asked = {"limit": str(limit)}
        try:
            said = await self._read(url, asked)
        except ClientError as wrong:
            if wrong.kind not in ("unauthorized", "forbidden") or self._token.kind != "macaroon":
                raise
            tokens = self._token.graphql_header().partition(" ")[2]
            said = await self._read(url, asked, authorization=f"Bearer {tokens}")
        return items(said.json(dict[str, object]), "releases")

    # ---- metrics

    async def series(
        self, org: str, query: str, name: str, start: float, end: float, step: float
    ) -> tuple[Series, ...]:
        """What a query in PromQL gives between two times (seconds since the epoch), every `step` seconds.

        The organisation by its slug. `name` is what the series are called here.
        """
        said = await self._read(
            f"{self._api}/prometheus/{quote(org, safe='')}/api/v1/query_range",
            {"query": query, "start": f"{start:.3f}", "end": f"{end:.3f}", "step": f"{step:g}"},
        )
        result = items(said.json(dict[str, object]), "data", "result")
        return readable(partial(records.series, name=name), result)

    # ---- how they are asked

    @property
    def _app_url(self) -> str:
        return f"{self._machines}/apps/{quote(self.app, safe='')}"

    async def _machines_api(self, action: str, path: str, params: Mapping[str, str] | None = None) -> Answer:
        return await self._read(f"{self._app_url}/{path}", params, pace=self._paces[action])

    async def _read(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        *,
        pace: Pace | None = None,
        authorization: str = "",
    ) -> Answer:
        async with self._hinted():
            headers = {"Authorization": authorization or self._token.header()}
            return await self._http.get(url, headers=headers, params=params, pace=pace)

    async def _query(self, script: Script, **variables: int) -> object:
        """The application as a query asks for it. Parts that failed are missing, without an error."""
        url = f"{self._api}/graphql"
        async with self._hinted():
            answer = await self._http.ask(
                url,
                json={"query": script.text, "variables": {"app": self.app, **variables}},
                headers={"Authorization": self._token.graphql_header()},
            )
            said = answer.json(dict[str, object])
            app = at(said, "data", "app")
            if app is None:
                raise _of_graphql(url, self.app, said)
            return app

    @asynccontextmanager
    async def _hinted(self, right: str = FLY_HINTS["forbidden"]) -> AsyncIterator[None]:
        """Say which command of flyctl helps; `right` makes a token that may do this."""
        try:
            yield
        except ClientError as wrong:
            wrong.hint = self._hint(wrong.kind, right) or wrong.hint
            raise

    def _hint(self, kind: Kind, right: str) -> str:
        if kind == "forbidden" or (kind == "unauthorized" and self._token.kind == "macaroon"):
            return right
        if kind == "conflict":
            return f"fly machine leases view -a {shlex.quote(self.app)}"
        return FLY_HINTS.get(kind, "")


def _checked(machine_id: str) -> str:
    """An id of a machine that becomes a part of an address."""
    if not _MACHINE_ID.fullmatch(machine_id):
        raise ClientError("invalid", f"{quoted(machine_id) or 'nothing'} is no id of a machine", "fly machine list -q")
    return machine_id


def _of_graphql(url: str, app: str, said: dict[str, object]) -> ClientError:
    """Why a query says nothing of the application: GraphQL answers 200 all the same."""
    errors = items(said, "errors")
    if not errors:
        return ClientError("not_found", f"{host(url)} knows no application {quoted(app)}")
    words = quoted(text(errors[0], "message"))
    kind = _CODES.get(text(errors[0], "extensions", "code").upper()) or by_words(words, "invalid")
    return ClientError(kind, f"{host(url)} cannot say it: {words}")
