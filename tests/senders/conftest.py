"""The receivers alone, for tests that need no more."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from spanmart.collector import OtlpGrpcServer, OtlpHttpServer
from spanmart.warehouse import Warehouse
from support.otlp import rows

Stored = Callable[[str], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    with Warehouse.open(tmp_path_factory.mktemp("senders") / "data") as opened:
        yield opened


@pytest.fixture(scope="module")
def http_port(warehouse: Warehouse) -> Iterator[int]:
    server = OtlpHttpServer(warehouse.landing, "127.0.0.1", 0)
    server.start()
    yield server.port
    server.stop()


@pytest.fixture(scope="module")
def grpc_port(warehouse: Warehouse) -> Iterator[int]:
    server = OtlpGrpcServer(warehouse.landing, "127.0.0.1", 0)
    server.start()
    yield server.port
    server.stop()


@pytest.fixture
def stored(warehouse: Warehouse) -> Stored:
    """Rows of a raw table that have landed since the test began."""
    before = warehouse.landing.committed_seq

    def read(table: str) -> list[dict[str, Any]]:
        with warehouse.cursor() as cursor:
            return rows(cursor, f"from landing.raw.{table} where ingest_seq > {before} order by ingest_seq")

    return read
