from collections.abc import Iterator

import pytest

from spanmart.collector import OtlpGrpcServer, OtlpHttpServer
from spanmart.warehouse import Warehouse
from support.otlp import rows

# Small, so that tests need not send 64 MiB to exceed it.
LIMIT = 1024 * 1024


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    opened = Warehouse.open(tmp_path_factory.mktemp("folder"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def http_port(warehouse: Warehouse) -> Iterator[int]:
    server = OtlpHttpServer(warehouse.landing, "127.0.0.1", 0, max_body_bytes=LIMIT)
    server.start()
    yield server.port
    server.stop()


@pytest.fixture(scope="module")
def grpc_port(warehouse: Warehouse) -> Iterator[int]:
    server = OtlpGrpcServer(warehouse.landing, "127.0.0.1", 0, max_body_bytes=LIMIT)
    server.start()
    yield server.port
    server.stop()


class Stored:
    """What has been landed since the test began."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._before = warehouse.landing.committed_seq

    def __call__(self, table: str = "spans") -> list[dict[str, object]]:
        cursor = self._warehouse.cursor()
        try:
            return rows(
                cursor, f"from landing.raw.{table} where ingest_seq > {self._before} order by ingest_seq"
            )
        finally:
            cursor.close()


@pytest.fixture
def stored(warehouse: Warehouse) -> Stored:
    return Stored(warehouse)
