"""The queries, answered by a real Prometheus from history as Fly scrapes it."""

import asyncio
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator

import pytest

from smokejumper.clients.fly import FlyClient
from smokejumper.clients.http import Http
from smokejumper.config import Endpoints, Token
from smokejumper.model.fly import Series
from smokejumper.sources import metrics

SERVER, TOOL = shutil.which("prometheus"), shutil.which("promtool")
pytestmark = pytest.mark.skipif(not (SERVER and TOOL), reason="Prometheus is not installed")

APP, ORG, EVERY_S = "tern", "tern-org", 15
NOW = int(time.time()) // EVERY_S * EVERY_S - 60
BEGIN = NOW - 1800
CALM, BUSY = "4d891b6fe12e18", "9080e6f3a12345"


def samples() -> Iterator[str]:
    """Half an hour of two machines, one of which is busy, throttled and short of memory; and of another app."""
    times = range(BEGIN, NOW + 1, EVERY_S)

    def rows(
        name: str, labels: str, value: dict[str, float], app: str = APP, *, counter: bool = False
    ) -> Iterator[str]:
        for at in times:
            for machine, each in value.items():
                of = f',instance="{machine}"' if machine else ""
                shown = each * (at - BEGIN) if counter else each
                yield f'{name}{{app="{app}"{of}{labels}}} {shown} {at}'

    for name, value in {
        "memory_mem_available": {CALM: 300e6, BUSY: 20e6},
        "memory_mem_total": {CALM: 512e6, BUSY: 512e6},
        "cpu_balance": {CALM: 90.0, BUSY: 0.0},
        "exit_oom": {CALM: 0.0, BUSY: 1.0},
    }.items():
        yield f"# TYPE fly_instance_{name} gauge"
        yield from rows(f"fly_instance_{name}", "", value)
        yield from rows(f"fly_instance_{name}", "", {"other": 1.0}, "other-app")
    yield "# TYPE fly_instance_load_average gauge"
    for minutes in ("1", "5"):
        yield from rows("fly_instance_load_average", f',minutes="{minutes}"', {CALM: 0.1, BUSY: 9.0})
    for name, value in {"blocks": {CALM: 100.0, BUSY: 100.0}, "blocks_avail": {CALM: 53.0, BUSY: 4.0}}.items():
        yield f"# TYPE fly_instance_filesystem_{name} gauge"
        yield from rows(f"fly_instance_filesystem_{name}", ',mount="/"', value)
    yield "# TYPE fly_instance_cpu unknown"
    for cpu in ("0", "1"):
        yield from rows("fly_instance_cpu", f',cpu_id="{cpu}",mode="idle"', {CALM: 88.0, BUSY: 3.0}, counter=True)
        yield from rows("fly_instance_cpu", f',cpu_id="{cpu}",mode="user"', {CALM: 12.0, BUSY: 97.0}, counter=True)
    yield "# TYPE fly_instance_cpu_throttle unknown"
    yield from rows("fly_instance_cpu_throttle", "", {CALM: 0.0, BUSY: 4.0}, counter=True)
    yield "# TYPE fly_edge_http_responses_count unknown"
    for status, rate in (("200", 9.0), ("503", 1.0)):
        yield from rows("fly_edge_http_responses_count", f',status="{status}"', {"": rate}, counter=True)
    yield "# TYPE fly_app_http_responses_count unknown"
    for status, rate in (("200", 4.0), ("500", 0.5)):
        for proxy in ("blue", "green"):
            labels = f',proxy_id="{proxy}",status="{status}"'
            yield from rows("fly_app_http_responses_count", labels, {CALM: rate}, counter=True)
    yield "# EOF"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address before `/prometheus/ORG`, of a server that holds the samples."""
    assert SERVER is not None
    assert TOOL is not None
    folder = tmp_path_factory.mktemp("prometheus")
    (folder / "samples").write_text("\n".join(samples()) + "\n")
    (folder / "settings.yml").write_text("global: {scrape_interval: 15s}\n")
    data = folder / "data"
    made = [TOOL, "tsdb", "create-blocks-from", "openmetrics", str(folder / "samples"), str(data)]
    subprocess.run(made, check=True, capture_output=True)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    run = [
        SERVER,
        f"--config.file={folder / 'settings.yml'}",
        f"--storage.tsdb.path={data}",
        f"--web.listen-address=127.0.0.1:{port}",
        f"--web.external-url=http://127.0.0.1:{port}/prometheus/{ORG}",
    ]
    with subprocess.Popen(run, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _until_ready(f"http://127.0.0.1:{port}/prometheus/{ORG}/-/ready", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while process.poll() is None:
        try:
            with opener.open(url, timeout=5):
                return
        except OSError:
            continue
    pytest.fail("Prometheus did not start")


@pytest.fixture(scope="module")
def series(server: str) -> dict[str, list[Series]]:
    """What each query gives, over the last ten minutes of the samples."""

    async def ask() -> dict[str, list[Series]]:
        async with Http() as http:
            client = FlyClient(http, APP, Token("fm2_reading", "a test"), Endpoints(api=server))
            return {
                name: list(await client.series(ORG, query, name, NOW - 600, NOW, metrics.STEP_S))
                for name, query in metrics.queries(APP).items()
            }

    return asyncio.run(ask())


@pytest.mark.parametrize("name", metrics.QUERIES)
def test_a_query_gives_values_over_time(name: str, series: dict[str, list[Series]]) -> None:
    assert series[name]
    assert all(len(each.points) >= 15 for each in series[name])
    assert {each.machine for each in series[name]} <= {"", CALM, BUSY}
    assert len({each.machine for each in series[name]}) == len(series[name])


@pytest.mark.parametrize(
    ("name", "machine", "value"),
    [
        ("memory_available", BUSY, 20e6),
        ("memory_total", CALM, 512e6),
        ("cpu_busy", CALM, 0.12),
        ("cpu_busy", BUSY, 0.97),
        ("cpu_throttle", CALM, 0.0),
        ("cpu_throttle", BUSY, 4.0),
        ("cpu_balance", BUSY, 0.0),
        ("load", BUSY, 9.0),
        ("disk_used", BUSY, 0.96),
        ("exit_oom", BUSY, 1.0),
        ("http_edge", "", 10.0),
        ("http_5xx_edge", "", 1.0),
        ("http_5xx_app", CALM, 1.0),
    ],
)
def test_a_query_says_what_is_true(name: str, machine: str, value: float, series: dict[str, list[Series]]) -> None:
    found = next(each for each in series[name] if each.machine == machine)
    assert [v for _, v in found.points] == pytest.approx([value] * len(found.points))


def test_a_name_of_an_app_cannot_widen_a_query() -> None:
    hostile = metrics.queries('x"} or up{a="')
    assert all('app="x\\"} or up{a=\\""' in query for query in hostile.values())
