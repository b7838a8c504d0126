"""Export of all that fits the filters, in the log's order, as a stream whose memory does not grow with it.

Rows are read page by page in one snapshot, and written by DuckDB and Arrow: no value becomes a Python object.
"""

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import duckdb
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from spanmart.warehouse.columns import Column, as_csv, as_parquet, json_object
from spanmart.warehouse.filters import Filters, compose
from spanmart.warehouse.reports.listing import WITH_TEXTS, Selection, select_page
from spanmart.warehouse.reports.paging import Cursor, Sort

ExportFormat = Literal["csv", "json", "parquet"]

ROWS_A_PAGE = 5_000


@dataclass(frozen=True)
class Encoding:
    """How a format is selected and written, and the media type it is sent as."""

    media_type: str
    selection: Selection
    write: Callable[[Iterator[pa.Table]], Iterator[bytes]]


def export(
    connection: duckdb.DuckDBPyConnection, filters: Filters, sort: Sort, encoding: Encoding
) -> Iterator[bytes]:
    """Yield the file in pieces."""
    return encoding.write(_pages(connection, filters, sort, encoding.selection))


def _pages(
    connection: duckdb.DuckDBPyConnection, filters: Filters, sort: Sort, selection: Selection
) -> Iterator[pa.Table]:
    """Tables of at most ROWS_A_PAGE rows; the first comes even when it is empty, for it has the schema."""
    where = after = compose(filters)
    while True:
        page = select_page(connection, after, sort, ROWS_A_PAGE, selection).to_arrow_table()
        places = page.select([page.num_columns - 2, page.num_columns - 1])
        yield page.select(range(page.num_columns - 2))
        if page.num_rows < ROWS_A_PAGE:
            return
        interaction_id, value = (column[-1].as_py() for column in places.columns)
        after = Cursor(sort, value, interaction_id).narrow(where)


def _write_csv(pages: Iterator[pa.Table]) -> Iterator[bytes]:
    for number, page in enumerate(pages):
        sink = io.BytesIO()
        pa_csv.write_csv(page, sink, pa_csv.WriteOptions(include_header=number == 0))
        yield sink.getvalue()


def _write_json(pages: Iterator[pa.Table]) -> Iterator[bytes]:
    yield b"["
    separator = "\n"
    for page in pages:
        records = page.column(0).to_pylist()
        if records:
            yield (separator + ",\n".join(records)).encode()
            separator = ",\n"
    yield b"\n]\n"


def _write_parquet(pages: Iterator[pa.Table]) -> Iterator[bytes]:
    """A row group a page; what the writer has put out is handed on and forgotten."""
    sink = _Drain()
    first = next(pages)
    with pq.ParquetWriter(sink, first.schema, compression="zstd") as writer:
        writer.write_table(first)
        yield sink.drain()
        for page in pages:
            writer.write_table(page.cast(first.schema))
            yield sink.drain()
    yield sink.drain()


class _Drain(io.RawIOBase):
    """A file that only grows at its end and gives up its content as it goes."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._written = 0

    def writable(self) -> bool:
        return True

    def write(self, content: bytes | memoryview) -> int:  # type: ignore[override]
        self._pieces.append(bytes(content))
        self._written += len(content)
        return len(content)

    def tell(self) -> int:
        return self._written

    def drain(self) -> bytes:
        """What was written since the last call."""
        content = b"".join(self._pieces)
        self._pieces.clear()
        return content


def _columns(written: Callable[[Column], str]) -> Selection:
    return Selection(
        ", ".join(f"{written(column)} as {column.name}" for column in WITH_TEXTS), with_texts=True
    )


ENCODINGS: Mapping[ExportFormat, Encoding] = {
    "csv": Encoding("text/csv; charset=utf-8", _columns(as_csv), _write_csv),
    "json": Encoding(
        "application/json", Selection(f"{json_object(WITH_TEXTS)} as record", with_texts=True), _write_json
    ),
    "parquet": Encoding("application/vnd.apache.parquet", _columns(as_parquet), _write_parquet),
}
