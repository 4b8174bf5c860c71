"""Runs what asks live sources to its end, whatever hangs meanwhile."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Thread
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class _Detached(ThreadPoolExecutor):
    """Threads that nobody waits for: a name server that hangs holds one, and must not hold the program's end."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = fn(*args, **kwargs)
            except BaseException as wrong:  # noqa: BLE001 - whoever waits for it is told
                future.set_exception(wrong)
            else:
                future.set_result(result)

        Thread(target=work, daemon=True).start()
        return future


def run(asked: Coroutine[Any, Any, T]) -> T:
    """Run to the end; Ctrl-C ends it at once."""
    with asyncio.Runner() as runner:
        runner.get_loop().set_default_executor(_Detached())
        return runner.run(asked)
