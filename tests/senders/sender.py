"""Programs that send with a real SDK, each in a process of its own, and what they say of their batches."""

import json
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest

from support.running import PATIENCE_S

HERE = Path(__file__).parent
INSTALLED = HERE / "javascript" / "node_modules"

Signal = Literal["spans", "log_events"]


@dataclass(frozen=True)
class Sender:
    """One SDK with one protocol."""

    language: Literal["javascript", "python"]
    protocol: Literal["json", "protobuf", "grpc"]

    def __str__(self) -> str:
        return f"{self.language}-{self.protocol}"

    def command(self, program: str, http_port: int, grpc_port: int, compression: str = "none") -> list[str]:
        """The command line of `program`, sending to the port that takes its protocol."""
        port = grpc_port if self.protocol == "grpc" else http_port
        arguments = [self.protocol, f"http://127.0.0.1:{port}", compression]
        if self.language == "python":
            return [sys.executable, str(HERE / "python" / f"{program}.py"), *arguments]
        return [_node(), str(HERE / "javascript" / f"{program}.mjs"), *arguments]


SENDERS = [
    Sender("javascript", "json"),
    Sender("javascript", "protobuf"),
    Sender("javascript", "grpc"),
    Sender("python", "protobuf"),
    Sender("python", "grpc"),
]


def _node() -> str:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not installed: the JavaScript SDK is not tested")
    if not INSTALLED.is_dir():
        pytest.skip("the JavaScript SDK is not installed: run `make senders`, which needs npm")
    return node


@dataclass(frozen=True)
class Outcome:
    """A batch that an exporter is done with: acknowledged, or given up for a reason.

    Spans and the feedback events on them have the same ids: `<trace_id>-<span_id>`.
    """

    signal: Signal
    ids: list[str]
    given_up: str | None


@dataclass
class Outcomes:
    """All batches of a sender."""

    batches: list[Outcome] = field(default_factory=list)

    def acknowledged(self, signal: Signal) -> set[str]:
        return self._ids(signal, given_up=False)

    def given_up(self, signal: Signal) -> set[str]:
        return self._ids(signal, given_up=True)

    @property
    def reasons(self) -> set[str]:
        """Why batches were given up."""
        return {batch.given_up for batch in self.batches if batch.given_up is not None}

    def _ids(self, signal: Signal, *, given_up: bool) -> set[str]:
        fitting = [batch for batch in self.batches if batch.signal == signal]
        return {one for batch in fitting if (batch.given_up is not None) == given_up for one in batch.ids}


class SendingOn:
    """A program that sends until it is told to end."""

    def __init__(self, command: list[str]) -> None:
        self.outcomes = Outcomes()
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self) -> "SendingOn":
        return self

    def __exit__(self, *raised: object) -> None:
        self._process.kill()
        self._process.wait(PATIENCE_S)

    def wait_for_acknowledged(self, batches: int) -> None:
        """Wait until so many more batches of each signal are acknowledged, from now on."""
        while not self._lines.empty():
            self._next()
        missing: dict[Signal, int] = {"spans": batches, "log_events": batches}
        while any(count > 0 for count in missing.values()):
            outcome = self._next()
            assert outcome, "the sender ended by itself"
            if outcome.given_up is None:
                missing[outcome.signal] -= 1

    def end(self) -> Outcomes:
        """Let it send what it has, and return what became of everything."""
        assert self._process.stdin
        self._process.stdin.close()
        while self._next():
            pass
        assert self._process.wait(PATIENCE_S) == 0
        return self.outcomes

    def _next(self) -> Outcome | None:
        line = self._lines.get(timeout=PATIENCE_S)
        if line is None:
            return None
        outcome = Outcome(**json.loads(line))
        self.outcomes.batches.append(outcome)
        return outcome

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(None)


def send_once(command: list[str], described: dict[str, Any]) -> tuple[list[str], Outcomes]:
    """Run `send_once` to its end; the ids of the spans it made, and what became of its batches."""
    done = subprocess.run(
        command,
        input=json.dumps(described),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr
    *batches, made = map(json.loads, done.stdout.splitlines())
    return made["spans"], Outcomes(list(_outcomes(batches)))


def _outcomes(batches: list[dict[str, Any]]) -> Iterator[Outcome]:
    for batch in batches:
        yield Outcome(**batch)
