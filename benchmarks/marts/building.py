"""The process that builds marts: `python -m benchmarks.marts.building FOLDER`."""

import json
import os
import sys
import time
from pathlib import Path

from benchmarks.processes import peak_rss_mb
from spanmart.warehouse import Refresher, Warehouse

if __name__ == "__main__":
    with Warehouse.open(Path(sys.argv[1])) as warehouse:
        refresher = Refresher(warehouse)
        started = time.perf_counter()
        refresher.refresh(full=True)
        seconds = time.perf_counter() - started
    cpu_s = time.process_time()
    print(json.dumps({"seconds": seconds, "cpu_s": cpu_s, "peak_rss_mb": peak_rss_mb(os.getpid())}))
