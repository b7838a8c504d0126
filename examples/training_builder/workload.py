"""When the work is done: a burst with many users at once, then one interaction after another at a rate."""

import itertools
import logging
import random
import threading
from typing import TYPE_CHECKING

from .session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from .command import Options
    from .provider import Provider


log = logging.getLogger("training_builder")

_DONE = object()


class Budget:
    """A number of interactions that several threads use up together; None is without end."""

    def __init__(self, number: int | None) -> None:
        self._left = number
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Take one; False if none is left."""
        with self._lock:
            if self._left is None:
                return True
            if self._left == 0:
                return False
            self._left -= 1
            return True

    def give_back(self) -> None:
        """Return one that was not needed after all."""
        with self._lock:
            if self._left is not None:
                self._left += 1

    @property
    def spent(self) -> bool:
        """Whether none is left."""
        return self._left == 0


class Workload:
    """Sessions of users against one provider. `made` counts interactions; `stop` is set when all is done."""

    def __init__(self, provider: "Provider", options: "Options", stop: threading.Event) -> None:
        self.made = 0
        self._provider = provider
        self._options = options
        self._stop = stop
        self._numbers = itertools.count()
        self._lock = threading.Lock()

    def run(self) -> None:
        """Do the burst, then go on at the rate, until the total is reached or `stop` is set."""
        total, burst = self._options.total, self._options.burst or self._provider.burst
        burst = burst if total is None else min(burst, total)
        self._at_once(Budget(burst))
        log.info("%d interactions made", self.made)
        if not self._options.once:
            self._at_rate(Budget(None if total is None else total - burst))
        self._stop.set()

    def _at_once(self, budget: Budget) -> None:
        number = self._options.workers or self._provider.workers
        users = [threading.Thread(target=self._use_up, args=(budget,), daemon=True) for _ in range(number)]
        for user in users:
            user.start()
        for user in users:
            user.join()

    def _at_rate(self, budget: Budget) -> None:
        mean_s = 60 / self._options.rate
        pauses = random.Random(self._options.seed)
        self._use_up(budget, lambda: self._stop.wait(min(pauses.expovariate(1 / mean_s), 4 * mean_s)))

    def _use_up(self, budget: Budget, pause: "Callable[[], object]" = lambda: None) -> None:
        """Work through one session after another, with a pause before each interaction."""
        while not (budget.spent or self._stop.is_set()):
            steps = Session(self._provider, self._options.seed, next(self._numbers)).steps()
            while budget.take():
                pause()
                if self._stop.is_set():
                    return
                if next(steps, _DONE) is _DONE:
                    budget.give_back()
                    break
                with self._lock:
                    self.made += 1
