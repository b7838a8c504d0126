"""Export of all that fits the filters, in the log's order, as a stream whose memory does not grow with it.

Rows are read page by page in one snapshot, and written by DuckDB and Arrow: no value becomes a Python object.
"""

import ctypes
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from spanmart.warehouse.queries import json_text
from spanmart.warehouse.queries.columns import TEXT_COLUMNS, Column, as_csv, as_parquet, json_object
from spanmart.warehouse.queries.filters import Filters, Where, compose
from spanmart.warehouse.queries.lists.interaction_list import WITH_TEXTS, Selection, page_of
from spanmart.warehouse.queries.pagination import Sort

ExportFormat = Literal["csv", "json", "parquet"]

# To find texts, all of their keys are read, so for many rows at once. Rows are read few at once, for memory:
# those of one time lie near each other.
ROWS_A_LOOK_UP = 500_000
ROWS_A_READ = 8_000
ROWS_A_PAGE = 4_000
RECORD = "record"

PLACES = """
select i.rowid as place, i.interaction_key from marts.interactions as i where {where} order by {order_by}
"""
PLACES_OF_TEXTS = """
select rowid as place, interaction_key from marts.interaction_texts
where interaction_key in (select interaction_key from places)
"""
# A part of a table that has none of the places is not read.
RANGES = "select min(place), max(place) from {places} group by place // 122880 order by 1"
AMONG = "({ranges}) and rowid in (select place from {places})"


@dataclass(frozen=True)
class Encoding:
    """How rows of some columns are selected and written in a format, and the media type it is sent as."""

    media_type: str
    project: Callable[[Sequence[Column]], str]
    # The columns that hold JSON, and how deep it may be.
    json_texts: Callable[[Sequence[Column]], Mapping[str, int]]
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
    pages = _pages(connection, compose(filters), sort, selection)
    return encoding.write(_sound(page, encoding.json_texts(columns)) for page in pages)


def _pages(
    connection: duckdb.DuckDBPyConnection, where: Where, sort: Sort, selection: Selection
) -> Iterator[pa.Table]:
    """Tables of at most ROWS_A_PAGE rows; the first comes even when it is empty, for it has the schema.

    All rows are put in order once, as sixteen bytes each: where they are, and the keys of their texts.
    """
    statement = PLACES.format(where=where.sql, order_by=sort.order_by)
    all_places = connection.execute(statement, where.parameters).to_arrow_table()
    for places in _slices(all_places, ROWS_A_LOOK_UP):
        connection.register("places", places)
        texts = connection.execute(PLACES_OF_TEXTS).to_arrow_table() if selection.with_texts else None
        for some in _slices(places, ROWS_A_READ):
            among, among_texts = _among(connection, "places", some), ""
            if texts is not None:
                here = pc.is_in(texts["interaction_key"], some["interaction_key"])
                among_texts = _among(connection, "texts", texts.filter(here))
            found = page_of(among, among_texts, sort, selection)
            yield from _slices(connection.execute(found).to_arrow_table(), ROWS_A_PAGE)
            _give_freed_memory_back()


def _sound(page: pa.Table, json_texts: Mapping[str, int]) -> pa.Table:
    """The page with JSON that everybody can read."""
    for name, levels in json_texts.items():
        place = page.schema.get_field_index(name)
        texts = json_text.sound_column(page.column(place), levels)
        page = page.set_column(place, page.schema.field(place), texts)
    return page


def _give_freed_memory_back() -> None:
    """Left to itself, glibc keeps what each of DuckDB's threads frees: most of a gigabyte after an export."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "malloc_trim"):
        libc.malloc_trim(0)


def _slices(table: pa.Table, rows: int) -> Iterator[pa.Table]:
    for start in range(0, max(table.num_rows, 1), rows):
        yield table.slice(start, rows)


def _among(connection: duckdb.DuckDBPyConnection, name: str, places: pa.Table) -> str:
    """SQL for a row being in one of these places, which DuckDB is to know by the name."""
    connection.register(name, places)
    ranges = connection.execute(RANGES.format(places=name)).fetchall()
    within = " or ".join(f"rowid between {first} and {last}" for first, last in ranges)
    return AMONG.format(ranges=within or "false", places=name)


def _write_csv(pages: Iterator[pa.Table]) -> Iterator[bytes]:
    for number, page in enumerate(pages):
        sink = io.BytesIO()
        pa_csv.write_csv(page, sink, pa_csv.WriteOptions(include_header=number == 0))
        yield sink.getvalue()


def _write_json(pages: Iterator[pa.Table]) -> Iterator[bytes]:
    yield b"["
    separator = "\n"
    for page in pages:
        if page.num_rows:
            records = pa.ListArray.from_arrays([0, page.num_rows], page.column(0).combine_chunks())
            [joined] = pc.binary_join(records, ",\n")
            yield separator.encode() + joined.as_buffer()
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


def _names_of_json(columns: Sequence[Column]) -> Mapping[str, int]:
    return {column.name: json_text.MOST_LEVELS for column in columns if column.kind == "json"}


def _record(columns: Sequence[Column]) -> str:
    return f"{json_object(columns)} as {RECORD}"


ENCODINGS: Mapping[ExportFormat, Encoding] = {
    "csv": Encoding("text/csv; charset=utf-8", _each(as_csv), _names_of_json, _write_csv),
    "json": Encoding(
        "application/json", _record, lambda _: {RECORD: json_text.LEVELS_OF_RECORD}, _write_json
    ),
    "parquet": Encoding("application/vnd.apache.parquet", _each(as_parquet), _names_of_json, _write_parquet),
}
