"""A client of the simulators that knows nothing of ours: it asks over the socket, and shows what came."""

import ssl
from collections.abc import Callable, Mapping

import httpx2

from smokejumper.drill.world import World

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody, and is made faster than one that does."""
Query = Mapping[str, str | int]


class Asking:
    """Asks a world, with its first token unless another `authorization` is given."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.app = f"/v1/apps/{world.scenario.app}"
        self.logs = f"/api/v1/apps/{world.scenario.app}/logs"
        self.releases = f"/api/v1/apps/{world.scenario.app}/releases"
        self._client = httpx2.Client(trust_env=False, verify=NO_TLS)

    def close(self) -> None:
        self._client.close()

    def ask(
        self,
        host: str,
        path: str,
        *,
        method: str = "GET",
        authorization: str | None = None,
        headers: Mapping[str, str] | None = None,
        json: object = None,
        timeout: float = 5.0,
        query: Query | None = None,
    ) -> httpx2.Response:
        given = f"FlyV1 {self.world.scenario.token}" if authorization is None else authorization
        return self._client.request(
            method,
            self.world.url(host) + path,
            params=dict(query or {}),
            headers=({"authorization": given} if given else {}) | dict(headers or {}),
            json=json,
            timeout=timeout,
        )

    def page(self, **query: str | int) -> httpx2.Response:
        """A page of the log."""
        return self.ask("api", self.logs, query=query)

    def machines(self, path: str = "", **query: str | int) -> httpx2.Response:
        """What the Machines API says."""
        return self.ask("machines", f"{self.app}/machines{path}", query=query)

    def graphql(self, document: str, *, authorization: str | None = None, **variables: object) -> httpx2.Response:
        """What GraphQL answers to a document."""
        asked = {"query": document, "variables": variables}
        return self.ask("api", "/graphql", method="POST", authorization=authorization, json=asked)


Start = Callable[..., Asking]
"""Starts a world of a scenario, with what `World` takes beside it."""
