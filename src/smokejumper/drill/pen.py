"""Writes the log of a simulated application: Phoenix's request lines, its errors, and the platform's own words.

The wording is that of Phoenix 1.8's logger and of Fly (init, runner, health checks, proxy).
"""

import base64
import random
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from smokejumper.drill.life import Life
from smokejumper.drill.surroundings import CHECK, NS, PORT, in_order, log_stamp
from smokejumper.model.entry import LogEntry

ROUTES = ("GET /api/products", "GET /api/products/{n}", "GET /api/orders/{n}", "POST /api/orders", "GET /")
REFUSED = (
    f"instance refused connection. is your app listening on 0.0.0.0:{PORT}? make sure it is not only listening on "
    "127.0.0.1 (hint: look at your startup logs, servers often print the address they are listening on)"
)
_FRAMES = (
    "    (ecto_sql 3.13.2) lib/ecto/adapters/sql.ex:1098: Ecto.Adapters.SQL.raise_sql_call_error/1",
    "    (ecto 3.13.2) lib/ecto/repo/queryable.ex:220: Ecto.Repo.Queryable.execute/4",
    "    (shop 0.1.0) lib/shop/catalog.ex:21: Shop.Catalog.list_products/1",
    "    (shop 0.1.0) lib/shop_web/controllers/product_controller.ex:9: ShopWeb.ProductController.index/2",
)


class Pen:
    """Lines of one application's log, the same ones each time."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)  # noqa: S311 - for traffic
        self._entries: list[LogEntry] = []

    @property
    def entries(self) -> tuple[LogEntry, ...]:
        """All lines in order of time."""
        return in_order(self._entries)

    def line(self, at: float, life: Life, message: str, *, provider: str = "app", level: str = "info") -> None:
        """Write a line about a machine."""
        at_ns = int(at * NS)
        self._entries.append(
            LogEntry(
                at_ns=at_ns,
                timestamp=log_stamp(at_ns),
                message=message,
                level=level,
                machine=life.machine.id,
                region=life.machine.region,
                provider=provider,
            )
        )

    # ---- the application

    def traffic(
        self,
        lives: Sequence[Life],
        since: float,
        until: float,
        every_s: float,
        *,
        fails: Callable[[Life, float], bool] = lambda _life, _at: False,
    ) -> None:
        """Let machines answer requests in turn, and fail where `fails` says so."""
        at, turn = since, 0
        while at < until:
            life = lives[turn % len(lives)]
            route = self._random.choice(ROUTES).format(n=self._random.randrange(1, 500))
            self.request(at, life, route, fails=fails(life, at))
            at += every_s * self._random.uniform(0.5, 1.5)
            turn += 1

    def request(self, at: float, life: Life, route: str, *, fails: bool = False) -> None:
        """Let a machine answer one request, or fail it for want of a connection to its database."""
        user = self._random.randrange(1, 200)
        id_ = base64.urlsafe_b64encode(b"\x18\xeb" + self._random.randbytes(13)).decode()
        ms = self._random.randrange(1400, 1500) if fails else self._random.randrange(2, 40)
        end = at + ms / 1000
        self.line(at, life, f"{_clock(at)} request_id={id_} [info] {route}")
        self.line(
            end, life, f"{_clock(end)} request_id={id_} user_id={user} [info] Sent {500 if fails else 200} in {ms}ms"
        )
        if fails:
            head = f"{_clock(end)} request_id={id_} user_id={user} [error] ** (DBConnection.ConnectionError) "
            dropped = f"connection not available and request was dropped from queue after {ms - 20}ms."
            for place, text in enumerate((head + dropped, "", *_FRAMES, "")):
                self.line(end + (place + 1) * 1e-6, life, text)

    # ---- the platform

    def runner(self, at: float, life: Life, message: str) -> None:
        """Write a line of the host that runs a machine."""
        self.line(at, life, message, provider="runner")

    def proxy(self, at: float, life: Life, message: str, *, level: str = "error") -> None:
        """Write a line of Fly's proxy."""
        self.line(at, life, message, provider="proxy", level=level)

    def pull(self, at: float, life: Life) -> None:
        """Let the host fetch a machine's image."""
        self.runner(at, life, f"Pulling container image {life.machine.image.ref}")
        self.runner(at + 2.0, life, f"Successfully prepared image {life.machine.image.ref} (2.004131s)")

    def boot(self, at: float, life: Life) -> None:
        """Let a machine start."""
        self.runner(at, life, "Configuring firecracker")
        self._init(
            at + 0.5, life, ("Starting init (commit: d21f468d)...", "Preparing to run: `/app/bin/server` as nobody")
        )
        self.line(at + 0.5, life, " INFO [fly api proxy] listening at /.fly/api")
        self.runner(at + 0.6, life, "Machine started in 0.6s")

    def stop(self, at: float, life: Life) -> None:
        """Let a machine end by order."""
        self._init(at, life, ("Sending signal SIGTERM to main child process w/ PID 314",))
        self._init(at + 1.0, life, ("Main child exited normally with code: 0", "Starting clean up."))

    def oom(self, at: float, life: Life, memory_kb: int) -> None:
        """Let the kernel kill a machine's process for memory."""
        self.line(
            at,
            life,
            f"[  {at % 900:10.6f}] Out of memory: Killed process 314 (beam.smp) total-vm:{memory_kb * 4}kB, "
            f"anon-rss:{memory_kb}kB, file-rss:120kB, shmem-rss:0kB, UID:65534 pgtables:1139kB oom_score_adj:0",
        )
        self._init(
            at,
            life,
            (
                "Main child exited with signal (with signal 'SIGKILL', core dumped? false)",
                "Process appears to have been OOM killed!",
                "Starting clean up.",
            ),
        )

    def check(self, at: float, life: Life, *, passes: bool) -> None:
        """Let a health check change."""
        words = f"Health check '{CHECK}' on port {PORT} "
        words += (
            "is now passing."
            if passes
            else "has failed. Your app is not responding properly. Services exposed on ports [80, 443] will have "
            "intermittent failures until the health check passes."
        )
        self.line(at, life, words, provider="health", level="info" if passes else "error")

    def _init(self, at: float, life: Life, messages: Iterable[str]) -> None:
        for message in messages:
            self.line(at, life, f" INFO {message}")


def _clock(at: float) -> str:
    """As Elixir's logger writes the time."""
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S.%f")[:12]
