"""How Elixir prints: what stands before a message, frames, exits, SQLSTATEs."""

import pytest

from smokejumper.logs import elixir
from smokejumper.model.errors import Frame


@pytest.mark.parametrize(
    ("line", "meta", "level", "text"),
    [
        ("15:47:25.415 [info] x", {}, "info", "x"),
        ("15:47:25.415 request_id=A1 [info] x", {"request_id": "A1"}, "info", "x"),
        ("2026-11-24 15:47:25.415 tenant=a request_id=A1 [error] x", {"tenant": "a", "request_id": "A1"}, "error", "x"),
        ("2026-11-24T15:47:25.415Z [info] x", {}, "info", "x"),
        ("15:47:25.415 [info] request_id=A1 user_id=7 Sent", {"request_id": "A1", "user_id": "7"}, "info", "Sent"),
        ("15:47:25,415 [warn] x", {}, "warning", "x"),
        ("15:47:25.415 [info]  x", {}, "info", "x"),
        ("15:47:25.415 name=Jo Smith request_id=A1 [info] x", {"name": "Jo Smith", "request_id": "A1"}, "info", "x"),
        ("[debug] x", {}, "debug", "x"),
        ("15:47:25.415 [info] a=1 stays", {}, "info", "a=1 stays"),
    ],
)
def test_what_stands_before_a_message_is_read(line: str, meta: dict[str, str], level: str, text: str) -> None:
    """Date, clock, metadata before or behind the level, and the level, in every layout in use."""
    found = elixir.prefix(line)
    assert found is not None
    assert (found.meta, found.level, found.text) == (meta, level, text)


@pytest.mark.parametrize(
    "line", ["", "    (acme 0.1.0) lib/a.ex:1: A.b/1", "** (KeyError) x", "[os_mon] x", "12 apples", "Sent"]
)
def test_a_line_that_goes_on_has_no_prefix(line: str) -> None:
    """What belongs to the message before is not taken for a beginning."""
    assert elixir.prefix(line) is None


def test_users_and_tenants_are_named_by_their_usual_keys() -> None:
    """The usual keys of metadata name a user and a tenant; nil is nobody."""
    assert elixir.identity({"current_user_id": "u_1", "tenant": "a"}) == ("u_1", "a")
    assert elixir.identity({"user_id": "nil", "org_id": "7"}) == (None, "7")
    assert elixir.identity({"request_id": "x"}) == (None, None)


@pytest.mark.parametrize(
    ("line", "frame"),
    [
        (
            "    (acme 0.1.0) lib/acme/orders.ex:44: Acme.Orders.total/1",
            Frame("acme", "lib/acme/orders.ex", 44, "Acme.Orders.total/1"),
        ),
        (
            "        (stdlib 4.2) gen_server.erl:1121: :gen_server.try_dispatch/4",
            Frame("stdlib", "gen_server.erl", 1121, ":gen_server.try_dispatch/4"),
        ),
        ("    :erlang.div(0, 0)", Frame(None, None, None, ":erlang.div(0, 0)")),
        (
            "    (acme 0.1.0) Acme.Orders.total(%{id: 1}, nil)",
            Frame("acme", None, None, "Acme.Orders.total(%{id: 1}, nil)"),
        ),
        (
            "    (acme 0.1.0) lib/a.ex:3: anonymous fn/1 in Acme.Orders.all/0",
            Frame("acme", "lib/a.ex", 3, "anonymous fn/1 in Acme.Orders.all/0"),
        ),
        (
            "    lib/a.ex:3: anonymous fn(%{id: nil}) in Acme.Orders.all/0",
            Frame(None, "lib/a.ex", 3, "anonymous fn(%{id: nil}) in Acme.Orders.all/0"),
        ),
        ('    (acme 0.1.0) lib/a.ex:3: Acme."odd name"/1', Frame("acme", "lib/a.ex", 3, 'Acme."odd name"/1')),
        (
            "    (acme 0.1.0) lib/a.ex:3: Acme.Orders.valid?/1",
            Frame("acme", "lib/a.ex", 3, "Acme.Orders.valid?/1"),
        ),
        ("    lib/acme/x.ex:7: Acme.X.run/0", Frame(None, "lib/acme/x.ex", 7, "Acme.X.run/0")),
        ("    (acme 0.1.0) lib/a.ex: Acme.X.run/0", Frame("acme", "lib/a.ex", None, "Acme.X.run/0")),
        ("    lib/acme/x.ex:7:in `Acme.X.run/0'", Frame(None, "lib/acme/x.ex", 7, "Acme.X.run/0")),
    ],
)
def test_frames_of_every_shape_are_read(line: str, frame: Frame) -> None:
    """With and without application, file, line and arguments; Erlang's, anonymous and quoted ones; Google Cloud's."""
    assert elixir.frame(line) == frame


@pytest.mark.parametrize(
    "line", ["    ** (EXIT) time out", "Last message: :tick", "    query: SELECT 1", "", "  Parameters: %{}"]
)
def test_other_lines_are_no_frames(line: str) -> None:
    """Indented text is not a frame."""
    assert elixir.frame(line) is None


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("Acme.Orders.total/1", "Acme.Orders.total/1"),
        ("Acme.Orders.total(%{id: 1, tags: [1, 2]}, nil)", "Acme.Orders.total/2"),
        ("Acme.Orders.total()", "Acme.Orders.total/0"),
        (':erlang.apply("a, (b", {1, 2})', ":erlang.apply/2"),
        ("anonymous fn(nil) in Acme.Orders.total/1", "anonymous fn/1 in Acme.Orders.total/1"),
        ("anonymous fn({1, 2}, [3, 4]) in Acme.Orders.total/1", "anonymous fn/2 in Acme.Orders.total/1"),
    ],
)
def test_arguments_are_counted(printed: str, expected: str) -> None:
    """A call printed with its arguments is the function with that arity."""
    assert elixir.arity(printed) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("exited in: GenServer.call(A, :x, 5000)\n    ** (EXIT) time out", "timeout"),
        ("exited in: GenServer.call(A, :x, 5000)\n    ** (EXIT) no process: the process is not alive", "noproc"),
        ("exited in: A.b()\n    ** (EXIT) exited in: C.d()\n        ** (EXIT) time out", "timeout"),
        ("exited in: A.b()\n    ** (EXIT) shutdown: :x", "shutdown"),
        (":killed", "killed"),
        ("exited in: A.b()\n    ** (EXIT) {:bad, 1}", "other"),
    ],
)
def test_the_innermost_reason_of_an_exit_counts(text: str, reason: str) -> None:
    """Of nested exits the last one says why."""
    assert elixir.exit_reason(text) == reason


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("** (Postgrex.Error) ERROR 40P01 (deadlock_detected) deadlock detected", "40P01"),
        ("** (Postgrex.Error) ERROR (undefined_column): column x", "42703"),
        ("** (Postgrex.Error) FEHLER 42703 (undefined_column) Spalte x", "42703"),
        ('postgres: pg_code: "23505"', "23505"),
        ("** (KeyError) ERROR 40P01 (deadlock_detected) x", None),
    ],
)
def test_the_sqlstate_is_found(text: str, code: str | None) -> None:
    """With its code or only its name, in any language of the server; nowhere else than in Postgres' errors."""
    assert elixir.sqlstate(text) == code


def test_libraries_are_not_the_users_own() -> None:
    """A frame is the user's by its application, and without one by its file and module."""
    own = [elixir.frame(f"    {line}") for line in ("(acme 0.1.0) lib/a.ex:1: A.b/1", "lib/acme/a.ex:1: Acme.A.b/1")]
    other = [
        elixir.frame(f"    {line}")
        for line in (
            "(phoenix 1.8.9) lib/phoenix/router.ex:428: Phoenix.Router.__call__/5",
            "lib/phoenix/router.ex:428: Phoenix.Router.__call__/5",
            "lib/ecto/adapters/sql.ex:9: Ecto.Adapters.SQL.raise_sql_call_error/1",
            "lib/enum.ex:1: Enum.map/2",
            "gen_server.erl:1: :gen_server.loop/7",
        )
    ]
    assert all(frame is not None and elixir.own(frame) for frame in own)
    assert not any(frame is None or elixir.own(frame) for frame in other)
