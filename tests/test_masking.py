"""Secrets and personal data never leave; ordinary log text does."""

import re

import pytest
from hypothesis import given, settings, strategies as st
from tests.reading import recorded

from smokejumper.masking import MASK, mask, mask_id

SECRETS = [
    ("postgres://app:hunter2secret@db.internal:5432/app", "hunter2secret"),
    ("ecto://postgres.abcdefgh:p%40ss!word@aws-0-eu.pooler.supabase.com:6543/postgres", "p%40ss!word"),
    ("authorization: Bearer abcdef0123456789", "abcdef0123456789"),
    ("Authorization: Basic dXNlcjpwYXNzd29yZA==", "dXNlcjpwYXNzd29yZA"),
    ("token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.abcDEF_123-x", "eyJzdWIiOiIxMjM0NSJ9"),
    ("FLY_API_TOKEN=fm2_lJPECAAAAAAAAAAA", "lJPECAAAAAAAAAAA"),
    ("key sk_live_51H8abcdefghijk", "51H8abcdefghijk"),
    ("aws AKIAIOSFODNN7EXAMPLE", "IOSFODNN7EXAMPLE"),
    ("password=hunter22", "hunter22"),
    ('%{"password" => "hunter22", "id" => 1}', "hunter22"),
    ('{"client_secret":"s3cr3t-value"}', "s3cr3t-value"),
    ('{\\"api_key\\":\\"k-123456\\"}', "k-123456"),
    ("mail to jo.smith+x@example.co.uk failed", "jo.smith"),
    ("sms to +4930123456789 failed", "4930123456789"),
    ("card 4111 1111 1111 1111 refused", "4111 1111"),
    ("detail: Key (email)=(jo smith) already exists.", "jo smith"),
    ("Failing row contains (1, Jo Smith, null).", "Jo Smith"),
    ('Last message (from #PID<0.9.0>): {:bill, %{name: "Jo \\"J\\" Smith", "street" => "Elm 5"}}', "Smith"),
    ('** (RuntimeError) boom\nLast message: {:bill, "Elm 5"}', "Elm 5"),
]
ORDINARY = [
    "15:47:25.415 request_id=GOsFyuS1a7arzXEAAAAh user_id=142 [info] Sent 200 in 12ms",
    "GET /api/clinics/bayview-eye/patients/23e98c1e-09b9-4d5b-90c3-97529077bc49",
    "    (acme 0.1.0) lib/acme/orders.ex:44: Acme.Orders.total/1",
    "** (DBConnection.ConnectionError) tcp connect (db.internal:5432): connection refused - :econnrefused",
    "connection not available and request was dropped from queue after 3886ms",
    "** (EXIT) no process: the process is not alive",
    "#PID<0.1234.0> running AcmeWeb.Endpoint (connection #PID<0.1233.0>, stream id 1) terminated",
    "ERROR 42703 (undefined_column) column o0.discount does not exist",
    "Running AcmeWeb.Endpoint with Bandit 1.12.5 at :::4000 (http)",
    "2026-11-24T15:48:00.123456789Z",
    "Last message (from #PID<0.9.0>): {:reserve, 7}",
    'Last message: %Phoenix.Socket.Message{event: "event", payload: %{"event" => "save", "type" => "click"}, ref: 4}',
    "Out of memory: Killed process 315 (beam.smp) total-vm:2097152kB, anon-rss:240000kB",
    "== Running 20261124154500 Acme.Repo.Migrations.AddDiscount.change/0 forward",
]


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_a_secret_is_masked(text: str, secret: str) -> None:
    """Passwords, tokens, credentials in URLs, addresses, numbers and rows of data are replaced."""
    masked = mask(text)
    assert secret not in masked
    assert MASK in masked


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_is_untouched(text: str) -> None:
    """Ids, paths, frames, durations, sizes and versions stay as they are."""
    assert mask(text) == text


def test_what_stands_around_a_secret_stays() -> None:
    """Only the secret goes: what it was for can still be read."""
    assert mask("postgres://app:hunter2@db:5432/app?x=1") == f"postgres://app:{MASK}@db:5432/app?x=1"
    assert mask("password=hunter22; next") == f"password={MASK}; next"
    assert mask("detail: Key (email)=(a b) exists") == f"detail: Key (email)=({MASK}) exists"


def test_filtered_parameters_stay_filtered() -> None:
    """What Phoenix has filtered is left alone."""
    text = '%{"password" => "[FILTERED]", "id" => 1}'
    assert mask(text) == text


def test_a_healthy_recording_is_left_as_it_is() -> None:
    """No line of an ordinary day is masked."""
    rows = recorded("phoenix/healthy", "fly.txt").decode().split("\n")
    plain = [re.sub(r"\x1b\[[\d;]*m", "", row) for row in rows]
    assert [row for row in plain if mask(row) != row] == []


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(max_size=200))
def test_masking_twice_is_masking_once(text: str) -> None:
    """What was masked stays as it is."""
    once = mask(text)
    assert mask(once) == once


def test_an_identifier_has_one_mask() -> None:
    """The same address has the same mask, another one another; a plain id has none."""
    assert mask_id("u_1042") == "u_1042"
    one = mask_id("jo@example.com")
    assert "jo" not in one
    assert one == mask_id("jo@example.com")
    assert one != mask_id("jane@example.com")


def test_masking_takes_little_time_for_long_text() -> None:
    """Text made to slow patterns down is masked all the same."""
    for text in ("a@" * 4000, "1 " * 4000, "password=" * 900, "a" * 8000, "http://" + "a:" * 4000, "eyJ" + "a." * 4000):
        assert len(mask(text)) <= 2 * len(text)
