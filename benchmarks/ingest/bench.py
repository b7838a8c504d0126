"""What all scenarios share: how long to measure, where to put files, and how to run a receiver."""

import itertools
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.ingest import payloads
from benchmarks.ingest.load import Load
from benchmarks.ingest.measuring import Account, Run, account, measure, running
from benchmarks.ingest.receivers.peers import PEERS, Peer
from benchmarks.ingest.receivers.receiver import CannotStart
from benchmarks.ingest.receivers.spanmart import QUIET_S, Spanmart

BATCH = 512  # spans a request, the default of OpenTelemetry's batch processors
REQUESTS = 32  # different requests: 16,384 different texts
WARM_UP_S = 1.0


@dataclass
class Bench:
    """One call of the command."""

    seconds: float  # that each run sends
    rounds: int
    patience_s: float  # for peers that answer long before or long after they have stored
    cache: Path
    work: Path
    peers: tuple[str, ...] = ()
    _folders: "itertools.count[int]" = field(default_factory=itertools.count)
    _broken: dict[str, str] = field(default_factory=dict)  # peers that cannot be had, and why

    def payloads(self, requests: int = REQUESTS, spans: int = BATCH) -> str:
        """A file with so many requests of so many spans."""
        return str(payloads.payloads(self.cache, requests, spans))

    def batches(self, port: int, connections: int = 8, protocol: str = "http") -> Load:
        """The usual load: full batches on `connections` connections, each as fast as it is answered."""
        return Load(port, self.payloads(), connections, self.seconds, protocol)

    def spanmart(
        self,
        plan: Callable[[Spanmart], Load],
        refresh_seconds: float = QUIET_S,
        meanwhile: Callable[[Spanmart], AbstractContextManager[object]] = nullcontext,
    ) -> tuple[Run, Account]:
        """Start spanmart, warm it up, measure one load, stop it and balance its ledger."""
        with self.started(refresh_seconds) as receiver:
            load = plan(receiver)
            warm_up = measure(receiver, replace(load, seconds=WARM_UP_S))
            with meanwhile(receiver):
                run = measure(receiver, load)
            receiver.stop()
            return run, account([warm_up.outcome, run.outcome], *receiver.counted())

    @contextmanager
    def started(self, refresh_seconds: float = QUIET_S) -> Iterator[Spanmart]:
        """A spanmart on a new folder, stopped and deleted in the end."""
        receiver = Spanmart(self._folder("spanmart"), refresh_seconds=refresh_seconds)
        try:
            with running(receiver):
                yield receiver
        finally:
            shutil.rmtree(receiver.folder, ignore_errors=True)

    @contextmanager
    def peer(self, name: str) -> Iterator[Peer | None]:
        """A peer on a new folder; None where it is not wanted or cannot be had, which is said once."""
        if name not in self.peers or name in self._broken:
            yield None
            return
        receiver = PEERS[name](self._folder(name), self.cache)
        try:
            receiver.start()
        except CannotStart as error:
            self._broken[name] = str(error)
            yield None
        else:
            yield receiver
        finally:
            receiver.kill()
            shutil.rmtree(receiver.folder, ignore_errors=True)

    def absent(self, name: str) -> str:
        """Why there is no figure of a peer."""
        return self._broken.get(name, "not wanted")

    def say(self, text: str) -> None:
        """Tell the person who waits; standard output belongs to the table."""
        print(text, file=sys.stderr, flush=True)

    def _folder(self, name: str) -> Path:
        return self.work / f"{name}-{next(self._folders)}"
