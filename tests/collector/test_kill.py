"""What was acknowledged survives the death of the process."""

import signal
import subprocess
import sys

from spanmart.warehouse import Warehouse
from support.otlp import make_span, send, span_id, trace_request

SERVE = """
import sys, threading
from pathlib import Path
from spanmart.collector import OtlpHttpServer
from spanmart.warehouse import Warehouse

server = OtlpHttpServer(Warehouse.open(Path(sys.argv[1])).landing, "127.0.0.1", 0)
server.start()
print(server.port, flush=True)
threading.Event().wait()
"""


def test_every_acknowledged_span_is_there_after_kill_9(tmp_path):
    for number in range(1, 4):
        process = subprocess.Popen([sys.executable, "-c", SERVE, tmp_path], stdout=subprocess.PIPE, text=True)
        assert process.stdout
        try:
            port = int(process.stdout.readline())
            answer = send(port, "/v1/traces", trace_request(make_span(number)).SerializeToString())
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
            process.stdout.close()
        assert answer.status == 200

    warehouse = Warehouse.open(tmp_path)
    with warehouse.cursor() as cursor:
        found = cursor.execute(
            "select span_id, ingest_seq from landing.raw.spans order by ingest_seq"
        ).fetchall()
    warehouse.close()
    assert found == [(span_id(number).hex(), number) for number in range(1, 4)]
