"""What goes on beside a measurement."""

import threading
from typing import Self


class Beside:
    """A thread for as long as a block lasts. Its work is `go_on`, which ends soon after `stopping` is set."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self._thread = threading.Thread(target=self.go_on, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._thread.join()

    def go_on(self) -> None:
        """Do the work."""
        raise NotImplementedError
