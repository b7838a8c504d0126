"""The threads that run the application. They are daemons: a page that takes long keeps no process alive."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import TypeVar

Result = TypeVar("Result")


class Threads:
    """A fixed number of threads, and what waits for them in the order in which it came."""

    def __init__(self, name: str, count: int) -> None:
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._threads = [
            threading.Thread(target=self._work, name=f"{name}-{number}", daemon=True)
            for number in range(count)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    async def run(self, work: Callable[[], Result]) -> Result:
        """What the work gives or raises; work that is cancelled before its turn is not done."""
        return await asyncio.wrap_future(self.submit(work))

    def submit(self, work: Callable[[], Result]) -> "Future[Result]":
        future: Future[Result] = Future()

        def do() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = work()
            except BaseException as error:  # noqa: BLE001 - it is raised to whoever waits for the work
                future.set_exception(error)
            else:
                future.set_result(result)

        self._jobs.put(do)
        return future

    def end(self) -> None:
        """Let each thread end after its work, without waiting for that."""
        for _ in self._threads:
            self._jobs.put(None)

    def _work(self) -> None:
        while job := self._jobs.get():
            job()
