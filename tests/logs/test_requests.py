"""Request lines, path templates and classes of latency."""

import pytest
from hypothesis import given, settings, strategies as st

from smokejumper.logs.requests import BOTH, START, end, is_health, latency_class, latency_ms, status_class, template


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", "/"),
        ("/api/orders", "/api/orders"),
        ("/api/orders/", "/api/orders"),
        ("/api/orders/12", "/api/orders/:id"),
        ("/api/orders/12/items/7?page=2", "/api/orders/:id/items/:id"),
        ("/p/23e98c1e-09b9-4d5b-90c3-97529077bc49", "/p/:id"),
        ("/p/23E98C1E-09B9-4D5B-90C3-97529077BC49", "/p/:id"),
        ("/days/2026-11-24", "/days/:id"),
        ("/t/507f1f77bcf86cd799439011", "/t/:id"),
        ("/u/jo@example.com", "/u/:id"),
        ("/u/user_1042", "/u/:id"),
        ("/s/SFMyNTY.g2gDbQAAAAVoZWxsb24GAA", "/s/SFMyNTY.g2gDbQAAAAVoZWxsb24GAA"),
        ("/a/01HZX3ABCDEFGHJKMNPQRSTVWX", "/a/:id"),
        ("/share/AArBrbSREvkNRrHnMbLQeS", "/share/:id"),
        ("/s/kQxZrTbWmNpLvHsD", "/s/:id"),
        ("/twirp/ListCustomerOrders", "/twirp/ListCustomerOrders"),
        ("/settings/notification-preferences", "/settings/notification-preferences"),
        ("/clinics/bayview-eye/agenda", "/clinics/bayview-eye/agenda"),
        ("/api/v1/users", "/api/v1/users"),
        ("/oauth2/callback", "/oauth2/callback"),
    ],
)
def test_a_path_becomes_a_template(path: str, expected: str) -> None:
    """Numbers, UUIDs, dates, tokens and addresses become `:id`; words and versions stay."""
    assert template(path) == expected


def test_a_template_is_its_own_template() -> None:
    """A template stays as it is."""
    for path in ("/api/orders/:id/items/:id", "/", "/api/v1/users"):
        assert template(path) == path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sent 200 in 12ms", (200, 12, 12)),
        ("Sent 200 in 12ms\r", (200, 12, 12)),
        ("Chunked 200 in 880µs", (200, 0, 0)),
        ("Sent 503 in 880us", (503, 0, 0)),
        ("Sent 500 in 2s", (500, latency_class(2_000_000), 2000)),
        ("Sent 500 in total", None),
        ("Sent 600 in 1ms", None),
        ("Sent 200 in 5 ms", None),
        ("Sent 200 in 5ms and more", None),
    ],
)
def test_answers_are_read(text: str, expected: tuple[int, int, int] | None) -> None:
    """Status and duration in every unit; a message that only begins like an answer is none."""
    assert end(text) == expected


def test_an_impossible_duration_is_a_day() -> None:
    """A duration of fifteen digits is taken as the longest one there is; a longer number is none."""
    assert end("Sent 500 in 999999999999999ms") == (500, latency_class(86_400_000_000), 86_400_000)
    assert end(f"Sent 500 in {'9' * 5000}ms") is None


def test_request_lines_are_read() -> None:
    """A method and a path are a request; words behind them make it a message."""
    assert START.match("GET /api/orders/12")
    assert START.match("OPTIONS /x \r")
    assert not START.match("POST /x failed")
    assert not START.match("FOO /x")
    both = BOTH.match("GET /x [Sent 200 in 12us]")
    assert both
    assert both.groups() == ("GET", "/x", "200", "12", "us")


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.integers(0, 86_400_000_000))
def test_a_class_of_latency_is_near_its_duration(micros: int) -> None:
    """A class stands for a duration within a tenth of the true one (or a millisecond)."""
    about = latency_ms(latency_class(micros))
    assert abs(about - micros / 1000) <= max(1.0, 0.1 * micros / 1000)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.integers(0, 10**10), st.integers(0, 10**10))
def test_classes_of_latency_keep_the_order(a: int, b: int) -> None:
    """A longer duration never has a lower class."""
    assert (latency_class(min(a, b)) <= latency_class(max(a, b))) is True


def test_statuses_have_four_classes() -> None:
    """Only 404 stands alone among the answers below 500."""
    assert [status_class(s) for s in (101, 200, 302, 399)] == ["ok"] * 4
    assert [status_class(s) for s in (400, 403, 404, 422, 499)] == [
        "refused",
        "refused",
        "missing",
        "refused",
        "refused",
    ]
    assert [status_class(s) for s in (500, 503, 599)] == ["failed"] * 3


@pytest.mark.parametrize("path", ["/up", "/health", "/healthz", "/health/ready", "/livez", "/_health", "/status"])
def test_paths_of_health_checks(path: str) -> None:
    """The usual paths of health checks are known; a user's path is none."""
    assert is_health(path)
    assert not is_health(f"/api{path}s/12")
