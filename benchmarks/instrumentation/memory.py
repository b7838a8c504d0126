"""`python -m benchmarks.instrumentation.memory`: the memory of a process that makes very many calls.

Half of the calls are streams that break: cut off, left half read, closed early. Whatever is kept of a call
after it has ended shows as growth. Prints a line for each tenth of the calls; the exit status is 1 if the
process has grown after the first tenth.
"""

import argparse
import gc
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import cycle, islice
from pathlib import Path

import openai
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from benchmarks.instrumentation import fake_api
from spanmart.instrumentation import Prompt, instrument, interaction
from spanmart.instrumentation.export.batch_processors import BoundedSpanProcessor, QueueLimits
from spanmart.instrumentation.export.exporters import QuietSpanExporter

GROWTH_MB = 8  # that an allocator may take without anything being kept
WAYS = ("whole", "cut", "streamed", "left open", "whole", "closed", "refusing", "endless")
PROMPT = Prompt("p", "1", "{{text}}", required=("text",))


class Nowhere(SpanExporter):
    """Takes every span and keeps none."""

    def export(self, spans: object) -> SpanExportResult:
        """Forget them."""
        return SpanExportResult.SUCCESS


def main() -> int:
    """Make the calls, and say how the memory went."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--calls", type=int, default=100_000)
    calls = parser.parse_args().calls
    waiting = QueueLimits("OTEL_BSP")
    provider = TracerProvider()
    provider.add_span_processor(BoundedSpanProcessor(QuietSpanExporter(Nowhere, "nowhere", waiting), waiting))
    instrument(tracer_provider=provider)
    resident = []
    for made in make(calls, pause_every=max(1, calls // 10)):
        provider.force_flush()
        gc.collect()
        resident.append(resident_mb())
        print(f"{made:>9,} calls  {resident[-1]:>7.1f} MB", flush=True)
    growth = max(resident) - resident[0]
    print(f"grown by {growth:.1f} MB after the first tenth; at most {GROWTH_MB} are allowed")
    return 0 if growth <= GROWTH_MB else 1


def make(calls: int, pause_every: int) -> Iterator[int]:
    """Make calls of every kind in turn; yields how many there were after each `pause_every`."""
    client = fake_api.client(chunks=8)
    for number, way in enumerate(islice(cycle(WAYS), calls), start=1):
        with suppress(openai.APIError, fake_api.NetworkError):
            call(client, way, f"{number} " + "word " * 200)
        if number % pause_every == 0:
            yield number


def call(client: openai.OpenAI, way: str, text: str) -> None:
    """One call that ends in its way."""
    model = way if way in ("cut", "refusing", "endless") else "gpt-4o-mini"
    with interaction("memory", prompt=PROMPT, variables={"text": text}) as begun:
        answer = client.chat.completions.create(
            model=model,
            messages=begun.messages(),  # type: ignore[arg-type]
            stream=way not in ("whole", "refusing"),
        )
    if not isinstance(answer, openai.Stream):
        return
    for read, _ in enumerate(answer):
        if read == 4 and way in ("left open", "closed", "endless"):
            break
    if way == "closed":
        answer.close()


def resident_mb() -> float:
    """The memory that the process holds now."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS:"))


if __name__ == "__main__":
    sys.exit(main())
