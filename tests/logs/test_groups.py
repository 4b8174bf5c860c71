"""When two errors are one."""

import pytest
from tests.reading import read

from smokejumper.logs.layout import Layout

CONSOLE = Layout("console")
FRAME = "    (acme 0.1.0) lib/acme/orders.ex:44: Acme.Orders.total/1"
SERVER = "    (phoenix 1.8.9) lib/phoenix/router.ex:428: Phoenix.Router.__call__/5"


def signatures(*messages: str) -> list[str]:
    """The signature of each message, read on its own."""
    found: list[str] = []
    for message in messages:
        digest = read(f"12:00:00.000 request_id=GOsGmje-4D9ECs4AAA01 [error] {message}\n".encode(), CONSOLE)
        assert len(digest.groups) == 1, list(digest.groups.values())
        found += digest.groups
    return found


def error(banner: str, *frames: str) -> str:
    """An error as Bandit's log has it."""
    return "\n".join([banner, *(frames or (FRAME,)), SERVER])


SAME = {
    "pids, references and ids": (
        error("** (RuntimeError) #PID<0.12.0> lost #Reference<0.1.2.3> of order 12"),
        error("** (RuntimeError) #PID<0.999.1> lost #Reference<0.9.8.7> of order 777"),
    ),
    "uuids and tokens": (
        error("** (RuntimeError) no session 23e98c1e-09b9-4d5b-90c3-97529077bc49"),
        error("** (RuntimeError) no session 00000000-1111-4222-8333-444444444444"),
    ),
    "dumps of structs": (
        error("** (RuntimeError) bad order %Acme.Order{id: 1, items: [%{n: 1}]}"),
        error("** (RuntimeError) bad order %Acme.Order{id: 2, items: []}"),
    ),
    "MatchError, old and new": (
        error("** (MatchError) no match of right hand side value: {:error, :gone}"),
        error("** (MatchError) no match of right hand side value:\n\n    {:error, :other}\n"),
    ),
    "CaseClauseError, old and new": (
        error("** (CaseClauseError) no case clause matching: %{a: 1}"),
        error("** (CaseClauseError) no case clause matching:\n\n    %{b: 2}\n"),
    ),
    "BadMapError, old and new": (
        error("** (BadMapError) expected a map, got: nil"),
        error("** (BadMapError) expected a map, got:\n\n    []\n"),
    ),
    "KeyError, old and new": (
        error("** (KeyError) key :total not found in: %{id: 1}"),
        error("** (KeyError) key :total not found in:\n\n    %{id: 2, x: 1}\n"),
        error("** (KeyError) key :total not found in: nil\n\nIf you are using the dot syntax, such as m.f, make"),
    ),
    "anonymous functions": (
        error("** (RuntimeError) x", "    (acme 0.1.0) lib/a.ex:3: Acme.Orders.-all/0-fun-0-/1"),
        error("** (RuntimeError) x", "    (acme 0.1.0) lib/a.ex:9: Acme.Orders.-all/0-fun-3-/1"),
    ),
    "arguments and arity": (
        error(
            "** (FunctionClauseError) no function clause matching in Acme.Orders.total/2",
            "    (acme 0.1.0) lib/a.ex:3: Acme.Orders.total(%{id: 1}, [1, 2])",
        ),
        error(
            "** (FunctionClauseError) no function clause matching in Acme.Orders.total/2",
            "    (acme 0.1.0) lib/a.ex:3: Acme.Orders.total/2",
        ),
    ),
    "lines and releases": (
        error("** (RuntimeError) x", "    (acme 0.1.0) lib/acme/orders.ex:44: Acme.Orders.total/1"),
        error("** (RuntimeError) x", "    (acme 0.2.0) lib/acme/orders.ex:51: Acme.Orders.total/1"),
    ),
    "queue times": (
        error(
            "** (DBConnection.ConnectionError) connection not available and request was dropped from queue after 3886ms"
        ),
        error(
            "** (DBConnection.ConnectionError) connection not available and request was dropped from queue after 102ms."
        ),
    ),
    "arguments of a call that timed out": (
        error("** (exit) exited in: GenServer.call(Acme.Cache, {:get, 12}, 5000)\n    ** (EXIT) time out"),
        error("** (exit) exited in: GenServer.call(Acme.Cache, {:get, 99, %{}}, 5000)\n    ** (EXIT) time out"),
    ),
}
DIFFERENT = {
    "types": (error("** (KeyError) x"), error("** (RuntimeError) x")),
    "keys": (
        error("** (KeyError) key :total not found in: %{}"),
        error("** (KeyError) key :price not found in: %{}"),
    ),
    "places": (
        error("** (RuntimeError) x", FRAME),
        error("** (RuntimeError) x", "    (acme 0.1.0) lib/acme/carts.ex:4: Acme.Carts.total/1"),
    ),
    "sqlstates": (
        error("** (Postgrex.Error) ERROR 40P01 (deadlock_detected) deadlock detected"),
        error("** (Postgrex.Error) ERROR 23505 (unique_violation) duplicate key"),
    ),
    "callees": (
        error("** (exit) exited in: GenServer.call(Acme.Cache, :x, 5000)\n    ** (EXIT) time out"),
        error("** (exit) exited in: GenServer.call(Acme.Rates, :x, 5000)\n    ** (EXIT) time out"),
    ),
    "reasons": (
        error("** (exit) exited in: GenServer.call(Acme.Cache, :x, 5000)\n    ** (EXIT) time out"),
        error("** (exit) exited in: GenServer.call(Acme.Cache, :x, 5000)\n    ** (EXIT) no process: the process is"),
    ),
}


@pytest.mark.parametrize("what", SAME)
def test_values_do_not_part_errors(what: str) -> None:
    """Errors that differ in values, releases and versions of Elixir only have one signature."""
    assert len(set(signatures(*SAME[what]))) == 1


@pytest.mark.parametrize("what", DIFFERENT)
def test_other_failures_are_other_groups(what: str) -> None:
    """Errors of another type, key, place, SQLSTATE, callee or reason have a signature of their own."""
    assert len(set(signatures(*DIFFERENT[what]))) == len(DIFFERENT[what])


def test_cowboy_and_bandit_have_one_signature() -> None:
    """The same exception has the same signature on either server."""
    cowboy = "\n".join(
        (
            "#PID<0.1.0> running AcmeWeb.Endpoint (connection #PID<0.2.0>, stream id 1) terminated",
            "Server: host:80 (http)",
            "Request: GET /orders/12?x=1",
            "** (exit) an exception was raised:",
            "    ** (KeyError) key :total not found in: %{}",
            f"    {FRAME}",
            f"    {SERVER}",
        )
    )
    assert len(set(signatures(cowboy, error("** (KeyError) key :total not found in: %{}")))) == 1
