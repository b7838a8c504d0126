"""Where spanmart's time goes: CPU by thread from the kernel, divided among our lines by sampled stacks.

py-spy sees Python's threads only. The kernel counts all, so DuckDB's own workers, which no sampler of Python
shows, have a line of their own.
"""

import re
import subprocess
import threading
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

from benchmarks.ingest.bench import WARM_UP_S, Bench
from benchmarks.ingest.environments import environment
from benchmarks.ingest.load import Outcome, send
from benchmarks.processes import thread_cpu_s

_HERTZ = 100
_SHOWN = 30
_STACK = re.compile(r"thread \((\d+)\): ([^;]*);(.*) (\d+)")
_OURS = re.compile(r"([^;]+) \(((?:collector|warehouse|web|cli)/[\w/]+\.py:\d+)\)")
_WAITING = re.compile(
    r"(?:^|;)(?:_worker|\S*select|\S*wait|\S*get) \((?:concurrent/|selectors|threading|queue)[^;]*$"
)
_NUMBER = re.compile(r"[-_ ]?\d+$")
_NATIVE = "threads that are not Python's (DuckDB, gRPC)"


def profile(bench: Bench) -> str:
    """Load spanmart over HTTP as usual, sample it meanwhile, and return two tables."""
    stacks = bench.work / "stacks.txt"
    py_spy = environment("py-spy", bench.cache) / "bin" / "py-spy"
    with bench.started() as receiver:
        load = bench.batches(receiver.http_port)
        send(replace(load, seconds=WARM_UP_S))
        command = [str(py_spy), "record", "--pid", str(receiver.pid), "--rate", str(_HERTZ), "--threads"]
        command += ["--duration", str(max(1, int(bench.seconds))), "--format", "raw", "--output", str(stacks)]
        sampling = threading.Thread(target=_sample, args=(command,))
        before = thread_cpu_s(receiver.pid)
        outcome = send(load, sampling.start)
        after = thread_cpu_s(receiver.pid)
        sampling.join()
    used = {thread: cpu - before.get(thread, 0.0) for thread, cpu in after.items()}
    names, samples = _read(stacks)
    return _tables(used, names, samples, outcome)


def _sample(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"py-spy failed: {done.stderr.strip() or done.stdout.strip()}")


def _read(stacks: Path) -> tuple[dict[int, str], dict[int, Counter[str]]]:
    """Names of threads, and for each thread the samples by the innermost line of ours."""
    names: dict[int, str] = {}
    samples: dict[int, Counter[str]] = defaultdict(Counter)
    for line in stacks.read_text().splitlines():
        found = _STACK.fullmatch(line)
        if found and not _WAITING.search(found[3]):
            thread = int(found[1])
            names[thread] = _NUMBER.sub("", found[2]) or found[2]
            ours = _OURS.findall(found[3])
            where = f"{ours[-1][1]} {ours[-1][0]}" if ours else "not in our code"
            samples[thread][where] += int(found[4])
    return names, samples


def _tables(
    used: dict[int, float], names: dict[int, str], samples: dict[int, Counter[str]], outcome: Outcome
) -> str:
    threads: dict[str, float] = defaultdict(float)
    lines: dict[str, float] = defaultdict(float)
    for thread, cpu in used.items():
        name = names.get(thread, _NATIVE)
        threads[name] += cpu
        for where, count in samples.get(thread, {}).items():
            lines[f"{name}: {where}"] += cpu * count / samples[thread].total()
    spans = outcome.acknowledged
    head = f"{outcome.rate:,.0f} spans/s while sampled, {spans:,} spans, {sum(used.values()):.1f} s of CPU"
    return "\n\n".join([head, _table("thread", threads, spans), _table("line of ours", lines, spans)])


def _table(title: str, costs: dict[str, float], spans: int) -> str:
    total = sum(costs.values()) or 1
    rows = [
        f"{cpu / spans * 1e6:8.1f}  {cpu / total:6.1%}  {where}"
        for where, cpu in sorted(costs.items(), key=lambda cost: -cost[1])[:_SHOWN]
        if cpu / total >= 0.002
    ]
    return "\n".join([f"µs/span    share  {title}", *rows])
