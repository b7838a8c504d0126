"""Export of all that fits the filters, in the log's order, as a stream whose memory does not grow with it.

Rows are read page by page in one snapshot, and written by DuckDB and Arrow: no value becomes a Python object.
"""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import duckdb
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from spanmart.warehouse.columns import TEXT_COLUMNS, Column, as_csv, as_parquet, json_object
from spanmart.warehouse.filters import Filters, Where, compose
from spanmart.warehouse.reports.listing import WITH_TEXTS, Selection, select_places
from spanmart.warehouse.reports.paging import Sort

ExportFormat = Literal["csv", "json", "parquet"]

# Rows of one time lie near each other, but in no order: the more are read at once, the less is read twice.
ROWS_A_READ = 20_000
ROWS_A_PAGE = 5_000


PLACES = "select i.rowid as place from marts.interactions as i where {where} order by {order_by}"


@dataclass(frozen=True)
class Encoding:
    """How rows of some columns are selected and written in a format, and the media type it is sent as."""

    media_type: str
    project: Callable[[Sequence[Column]], str]
    write: Callable[[Iterator[pa.Table]], Iterator[bytes]]


def export(
    connection: duckdb.DuckDBPyConnection,
    filters: Filters,
    sort: Sort,
    encoding: Encoding,
    columns: Sequence[Column] = WITH_TEXTS,
) -> Iterator[bytes]:
    """Yield the file in pieces."""
    with_texts = any(column in TEXT_COLUMNS for column in columns)
    selection = Selection(encoding.project(columns), with_texts)
    return encoding.write(_pages(connection, compose(filters), sort, selection))


def _pages(
    connection: duckdb.DuckDBPyConnection, where: Where, sort: Sort, selection: Selection
) -> Iterator[pa.Table]:
    """Tables of at most ROWS_A_PAGE rows; the first comes even when it is empty, for it has the schema.

    All rows are put in order once, as eight bytes each: where they are.
    """
    statement = PLACES.format(where=where.sql, order_by=sort.order_by)
    places = connection.execute(statement, where.parameters).to_arrow_table()
    for start in range(0, max(places.num_rows, 1), ROWS_A_READ):
        some = places.slice(start, ROWS_A_READ)
        rows = select_places(connection, some, sort, selection).to_arrow_table()
        for first in range(0, max(rows.num_rows, 1), ROWS_A_PAGE):
            yield rows.slice(first, ROWS_A_PAGE)


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


def _each(written: Callable[[Column], str]) -> Callable[[Sequence[Column]], str]:
    return lambda columns: ", ".join(f"{written(column)} as {column.name}" for column in columns)


def _record(columns: Sequence[Column]) -> str:
    return f"{json_object(columns)} as record"


ENCODINGS: Mapping[ExportFormat, Encoding] = {
    "csv": Encoding("text/csv; charset=utf-8", _each(as_csv), _write_csv),
    "json": Encoding("application/json", _record, _write_json),
    "parquet": Encoding("application/vnd.apache.parquet", _each(as_parquet), _write_parquet),
}
