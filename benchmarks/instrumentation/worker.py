"""One contender in a process of its own: `python -m benchmarks.instrumentation.worker NAME`.

Says in a line of JSON what switching on took and what is recorded; then, for each line that it reads, makes
one round of calls and says what was added to them, in microseconds of the calling thread's CPU.

What is added is small beside what the client itself takes, and two processes differ by more than that. So
this one forks before it switches anything on, and its twin makes the same calls in turn with it.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing import Pipe
from statistics import median
from typing import Any

import openai
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

from benchmarks.instrumentation import fake_api
from benchmarks.instrumentation.contenders import CONTENDERS

CHUNKS = 200
CALLS = 10  # a batch; as many streams of no chunks, and one of all of them
BATCHES = 15  # a round, of each kind
QUESTION = "How long may a fire door be held open, and by what? " * 30
MESSAGES: list[Any] = [
    {"role": "system", "content": "You write training material for a hospital. Be brief. " * 10},
    {"role": "user", "content": "What is a fire door?"},
    {"role": "assistant", "content": "A door that holds back fire and smoke for a given time. " * 5},
    {"role": "user", "content": QUESTION},
]


class Exporter(SpanExporter):
    """Keeps the spans until it is told to forget, then none."""

    def __init__(self) -> None:
        self.kept: list[ReadableSpan] | None = []

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Keep or forget them."""
        if self.kept is not None:
            self.kept += spans
        return SpanExportResult.SUCCESS


class Batches:
    """The work that is timed."""

    def __init__(self) -> None:
        self._long, self._empty = fake_api.client(CHUNKS), fake_api.client(0)

    def calls(self) -> None:
        """Calls that are answered whole."""
        for _ in range(CALLS):
            self._long.chat.completions.create(model="gpt-4o-mini", messages=MESSAGES, temperature=0.2)

    def streams(self) -> None:
        """Streams that end as they begin."""
        for _ in range(CALLS):
            _read(self._empty)

    def stream(self) -> None:
        """One long stream."""
        _read(self._long)


KINDS = ("calls", "streams", "stream")


def main(name: str) -> None:
    """Serve until standard input ends."""
    batches = Batches()
    for kind in KINDS:  # the client's own modules are loaded by its first calls
        getattr(batches, kind)()
    twin = forked_twin(batches)
    exporter, provider = Exporter(), TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(exporter))
    began = time.process_time()
    CONTENDERS[name](provider, exporter)
    switching_on_s = time.process_time() - began
    batches.calls()
    batches.stream()
    provider.force_flush()
    print(json.dumps({"instrument_ms": switching_on_s * 1e3, **recorded(exporter.kept or [])}), flush=True)
    exporter.kept = None
    for _ in sys.stdin:
        print(json.dumps(one_round(batches, twin)), flush=True)


def forked_twin(batches: Batches) -> Callable[[str], float]:
    """A process like this one that stays bare: gives what a kind of batch takes it."""
    ours, its = Pipe()
    if os.fork() == 0:
        ours.close()
        with suppress(EOFError, KeyboardInterrupt):
            while True:
                its.send(timed(batches, its.recv()))
        os._exit(0)
    its.close()

    def ask(kind: str) -> float:
        ours.send(kind)
        return float(ours.recv())

    return ask


def one_round(batches: Batches, twin: Callable[[str], float]) -> dict[str, float]:
    """What was added to a call and to a chunk, and what they take without."""
    added: dict[str, list[float]] = {kind: [] for kind in KINDS}
    without: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for _ in range(BATCHES):
        for kind in KINDS:
            without[kind].append(twin(kind))
            added[kind].append(timed(batches, kind) - without[kind][-1])
    return {
        "call_us": median(added["calls"]) / CALLS,
        "chunk_us": (median(added["stream"]) - median(added["streams"]) / CALLS) / CHUNKS,
        "bare_call_us": median(without["calls"]) / CALLS,
        "bare_chunk_us": (median(without["stream"]) - median(without["streams"]) / CALLS) / CHUNKS,
    }


def timed(batches: Batches, kind: str) -> float:
    """Microseconds of this thread's CPU that a batch takes."""
    work = getattr(batches, kind)
    began = time.thread_time_ns()
    work()
    return (time.thread_time_ns() - began) / 1e3


def recorded(spans: Sequence[ReadableSpan]) -> dict[str, Any]:
    """How many spans there are, and how many of them have both question and answer, which are the same."""
    texts = [json.dumps(dict(span.attributes or {}), default=str) for span in spans]
    return {"spans": len(spans), "with_content": sum(text.count(QUESTION[:50]) >= 2 for text in texts)}


def _read(client: openai.OpenAI) -> None:
    stream = client.chat.completions.create(
        model="gpt-4o-mini", messages=MESSAGES, stream=True, stream_options={"include_usage": True}
    )
    for _ in stream:
        pass


if __name__ == "__main__":
    with suppress(BrokenPipeError, KeyboardInterrupt):
        main(sys.argv[1])
