"""Writes a ledger of made-up calls, as a year of an app's use would leave it, by SQL alone.

Users, sessions and errors come as they do in life. Few users make most of the calls; traffic grows, follows
the hour and the day of the week, and has rush hours; failures come in waves. Forms have gaps, streams break
off, prompts get new versions, exporters send a batch twice, and feedback arrives late.

Chance is a hash of the call's number and the seed: the same seed makes the same ledger with the same DuckDB.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import pyarrow as pa

from benchmarks.prose import Writer
from spanmart.warehouse import Warehouse

_SQL = Path(__file__).with_name("sql")
# 6 MB of prose, so that a text is hardly ever like one of its neighbours.
_PASSAGES, _PASSAGE_LENGTH = 65_536, 90
_CALLS_AT_ONCE = 250_000  # a few hundred MB
_STACK_TRACE = """Traceback (most recent call last):
  File "/srv/app/generation.py", line {line}, in generate
    answer = client.chat.completions.create(**request)
  File "/srv/venv/lib/python3.12/site-packages/openai/_base_client.py", line 1204, in post
    return cast(ResponseT, self.request(cast_to, opts, stream=stream, stream_cls=stream_cls))
"""

_AUDIENCES = ["nurses", "new staff", "drivers", "shop assistants", "warehouse staff", "shift leads"]
_TONES = ["plain", "formal", "encouraging", "playful"]
_CATEGORIES = ["safety", "onboarding", "sales", "compliance", "leadership", "finance", "customer service"]

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Ledger:
    """How many calls to make up, and which of all possible histories."""

    calls: int
    seed: int = 1
    spans_a_request: int = 500

    def write(self, warehouse: Warehouse, progress: Progress) -> None:
        """Fill an empty warehouse's raw tables, a bounded number of rows at a time."""
        with warehouse.cursor() as cursor:
            # Commits follow each other in the ledger: a reader of some skips the others.
            cursor.execute("set preserve_insertion_order = true")
            # DuckDB takes the calls of a piece for few, and would compare each with every hour.
            cursor.execute("set asof_loop_join_threshold = 0")
            for name, value in self._variables().items():
                _set(cursor, name, value)
            cursor.register("prose", _prose())
            cursor.execute("set variable passages = (select list(passage) from prose)")
            cursor.execute(_statement("world"))
            for from_seq, upto_seq, calls in self._pieces(cursor):
                _write_piece(cursor, from_seq, upto_seq)
                progress(f"{calls:,} of {self.calls:,} calls are in the ledger")
            cursor.execute("checkpoint landing")

    def _pieces(self, cursor: duckdb.DuckDBPyConnection) -> Iterator[tuple[int, int, int]]:
        """Ranges of deliveries, and how many calls have been made when each has arrived."""
        ends = cursor.execute("select end_call from deliveries order by ingest_seq").fetchall()
        deliveries = max(1, _CALLS_AT_ONCE // self.spans_a_request)
        for start in range(0, len(ends), deliveries):
            upto = min(start + deliveries, len(ends))
            yield start + 1, upto, ends[upto - 1][0]

    def _variables(self) -> dict[str, object]:
        return {
            "seed": self.seed,
            "calls": self.calls,
            "users": max(20, self.calls // 200),
            "spans_a_request": self.spans_a_request,
            "audiences": _AUDIENCES,
            "tones": _TONES,
            "categories": _CATEGORIES,
            "stack_trace": _STACK_TRACE,
        }


def _write_piece(cursor: duckdb.DuckDBPyConnection, from_seq: int, upto_seq: int) -> None:
    _set(cursor, "from_seq", from_seq)
    _set(cursor, "upto_seq", upto_seq)
    cursor.begin()
    for name in ("arriving", "spans", "feedback", "batches"):
        cursor.execute(_statement(name))
    cursor.commit()


def _set(cursor: duckdb.DuckDBPyConnection, variable: str, value: object) -> None:
    cursor.execute(f"set variable {variable} = $value", {"value": value})


@cache
def _statement(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")


def _prose() -> pa.Table:
    text = Writer(random.Random("prose")).text(_PASSAGES * _PASSAGE_LENGTH)
    passages = [text[at : at + _PASSAGE_LENGTH] for at in range(0, len(text), _PASSAGE_LENGTH)]
    return pa.table({"passage": passages[:_PASSAGES]})
