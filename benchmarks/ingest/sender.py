"""The sender's process: `python -m benchmarks.ingest.sender`, spoken to by `load.send`."""

import gc
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

from benchmarks.ingest import payloads
from benchmarks.ingest.load import Load
from benchmarks.ingest.tally import Tally


def _main() -> None:
    # Each imports what the other needs not.
    from benchmarks.ingest.grpc_load import GrpcSender  # noqa: PLC0415
    from benchmarks.ingest.http_load import HttpSender  # noqa: PLC0415

    load = Load(**json.loads(sys.stdin.readline()))
    made = payloads.load(Path(load.payloads))
    tally = Tally()
    sender: HttpSender | GrpcSender = (
        GrpcSender(load, made, tally) if load.protocol == "grpc" else HttpSender(load, made, tally)
    )
    gc.freeze()
    print("ready", flush=True)
    sys.stdin.readline()
    cpu, started = time.process_time(), time.perf_counter()
    sender.run()
    print(json.dumps(asdict(tally.outcome(started, time.process_time() - cpu))), flush=True)


if __name__ == "__main__":
    _main()
