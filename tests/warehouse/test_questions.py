"""Questions that are under way when the warehouse closes."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from spanmart.warehouse import Warehouse
from spanmart.warehouse.queries.snapshot import snapshot

ENDLESS = "select count(*) from range(4000000000) as a, range(1000000) as b where a.range * b.range % 7 = 3"


def test_a_question_that_takes_long_does_not_keep_the_files_open(tmp_path: Path) -> None:
    warehouse = Warehouse.open(tmp_path)
    warehouse.questions.may_be_asked = True  # it reads no mart
    asked = threading.Event()

    def ask() -> None:
        with snapshot(warehouse) as connection:
            asked.set()
            connection.execute(ENDLESS)

    with ThreadPoolExecutor() as threads:
        asking = threads.submit(ask)
        asking.add_done_callback(lambda _: asked.set())
        asked.wait()
        warehouse.close()
        with pytest.raises(duckdb.InterruptException):
            asking.result()
    Warehouse.open(tmp_path).close()
