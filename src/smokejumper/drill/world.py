"""A whole simulated world over real sockets on this machine, started and stopped together."""

import asyncio
import contextlib
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.resources.abc import Traversable
from types import TracebackType
from typing import Self

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from smokejumper.drill.clock import Clock
from smokejumper.drill.faults import Fault, Faults
from smokejumper.drill.ledger import Ledger, Recorded, Scripts
from smokejumper.drill.scenario import Scenario
from smokejumper.drill.simulators import door, fly_api, fly_machines, statuspage
from smokejumper.drill.simulators.edge import Edge, Host
from smokejumper.drill.simulators.view import View

LOOPBACK = "127.0.0.1"
START_S = 10.0


class World:
    """Fly, two status pages and the application itself, as a scenario has them.

    `delay` is how long every answer takes, in seconds from and to. `clock` is the world's time: it stands at the
    scenario's `now` by default; `Clock(scenario.now - 300.0, 1.0)` plays the last five minutes live. `scripts` is the
    folder of what may be run and asked, by default what is shipped with the clients. `ticks` are the seconds that rate
    limits go by.

        with World(scenario, faults=[Fault("hang", "logs")]) as world:
            subprocess.run(["smokejumper"], env=os.environ | world.environment())
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        faults: Iterable[Fault] = (),
        delay: tuple[float, float] = (0.0, 0.0),
        seed: int = 0,
        clock: Clock | None = None,
        scripts: Traversable | None = None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self.scenario = scenario
        self.clock = Clock(scenario.now) if clock is None else clock
        self.faults = Faults(faults)
        self._ledger = Ledger()
        self._sockets: dict[str, socket.socket] = {}
        shipped, view = Scripts(scripts), View(scenario, self.clock)
        self._hosts = [
            Host("api", fly_api.routes(view)),
            Host("machines", fly_machines.routes(view, shipped, ticks), error_key=scenario.habits.message_key),
            Host("fly_status", statuspage.routes(scenario.fly_status), by_fly=False),
            Host("supabase_status", statuspage.routes(scenario.supabase_status), by_fly=False),
            Host("door", door.routes(view)),
        ]
        self._behind_ports: dict[int, Host] = {}
        edge = Edge(
            self._behind_ports, self.clock, self.faults, self._ledger, shipped, self._cut, delay=delay, seed=seed
        )
        self._server = _Server(edge)
        self._cleanup = contextlib.ExitStack()

    def _cut(self, client: tuple[str, int]) -> None:
        self._server.cut(client)

    def __enter__(self) -> Self:
        with self._cleanup:
            for host in self._hosts:
                # By its protocol asyncio knows that what is written is to be sent at once.
                opened = self._cleanup.enter_context(
                    socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
                )
                opened.bind((LOOPBACK, 0))
                self._sockets[host.name] = opened
                self._behind_ports[opened.getsockname()[1]] = host
            self._config = self._cleanup.enter_context(tempfile.TemporaryDirectory(prefix="smokejumper-drill-"))
            self._server.start(list(self._sockets.values()))
            self._cleanup.callback(self._server.stop)
            self._cleanup = self._cleanup.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cleanup.close()

    # ---- where it is

    def url(self, host: str) -> str:
        """The base URL of `api`, `machines`, `fly_status`, `supabase_status` or `door`."""
        return f"http://{LOOPBACK}:{self._sockets[host].getsockname()[1]}"

    def environment(self) -> Mapping[str, str]:
        """Variables that point smokejumper and flyctl here (superfly/flyctl `internal/config/config.go`)."""
        return {
            "FLY_API_BASE_URL": self.url("api"),
            "FLY_UIEX_BASE_URL": self.url("api"),
            "FLY_FLAPS_BASE_URL": self.url("machines"),
            "FLY_ACCESS_TOKEN": self.scenario.token,
            "FLY_CONFIG_DIR": self._config,
            "SMOKEJUMPER_FLY_STATUS_URL": self.url("fly_status"),
            "SMOKEJUMPER_SUPABASE_STATUS_URL": self.url("supabase_status"),
            "SMOKEJUMPER_APP_URL": self.url("door"),
            "NO_PROXY": LOOPBACK,
            "no_proxy": LOOPBACK,
        }

    # ---- what was asked

    @property
    def requests(self) -> Sequence[Recorded]:
        """All requests so far, in their order."""
        return self._ledger.requests

    @property
    def violations(self) -> Sequence[str]:
        """Every call that wrote, or would have; every unknown path; every question for secrets."""
        return self._ledger.violations

    def asked(self, part: str) -> Sequence[Recorded]:
        """The requests of one part."""
        return [request for request in self._ledger.requests if request.part == part]


class _Server(uvicorn.Server):
    """uvicorn in a thread, that stops at once whoever is still connected."""

    def __init__(self, app: Edge) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="critical",
                access_log=False,
                date_header=False,  # the world has its own time
                server_header=False,
                proxy_headers=False,
            )
        )
        self._ready = threading.Event()
        self._ended = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self, sockets: list[socket.socket]) -> None:
        """Serve these sockets in a thread."""
        self._thread = threading.Thread(target=self.run, args=(sockets,), name="smokejumper-drill", daemon=True)
        self._thread.start()
        if not self._ready.wait(START_S):
            raise RuntimeError("The simulators did not start.")

    def stop(self) -> None:
        """End every connection and the thread."""
        assert self._loop is not None  # noqa: S101 - it was started
        assert self._thread is not None  # noqa: S101
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join()

    def cut(self, client: tuple[str, int]) -> None:
        """End the connection with one client, with what was written to it so far."""
        for connection in self.server_state.connections:
            if isinstance(connection, H11Protocol) and connection.client == tuple(client):
                connection.transport.close()

    async def main_loop(self) -> None:
        """Wait for the end, rather than look for it again and again."""
        self._loop = asyncio.get_running_loop()
        await self.on_tick(0)
        self._ready.set()
        await self._ended.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End without waiting for answers."""
        del sockets  # closed by whoever opened them
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
