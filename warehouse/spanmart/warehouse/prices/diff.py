"""What a price list would change before it is in force: its prices, and the cost of the calls in the marts.

The list that would be may come from another process, which has another genai-prices installed than the one
that holds the folder: it then comes as files.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Self

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from spanmart.warehouse.dbt.runner import DbtRunner
from spanmart.warehouse.errors import WarehouseError
from spanmart.warehouse.prices.price_changes import PriceChange, price_changes
from spanmart.warehouse.prices.price_list import PricedName, PriceList
from spanmart.warehouse.prices.price_lists import rates_table
from spanmart.warehouse.prices.price_rows import PriceRow

if TYPE_CHECKING:
    from spanmart.warehouse.storage.database import Warehouse

Called = tuple[str, str, str]

CALLED = """
select distinct coalesce(provider, ''), model_used, coalesce(service_tier, '')
from marts.interactions where model_used is not null order by all
"""
RATES_IN_FORCE = """
select provider, model, price_context, valid_from, valid_to, time_from::varchar, time_to::varchar,
       input_tokens_above, input_tokens_upto, usage_key, usd_per_unit
from app.price_rates where price_list = (select max(price_list) from app.price_lists)
"""
NAMES_IN_FORCE = """
select distinct price_provider, price_model, price_context from app.price_names
where price_provider is not null and price_list = (select max(price_list) from app.price_lists)
"""
CANDIDATE = """
create or replace temp table candidate_{table} as from app.price_{table} limit 0;
insert into candidate_{table} by name select 0 as price_list, * from arriving
"""


@dataclass(frozen=True)
class Candidate:
    """A list that is not in force, and what the called names mean in it."""

    rates: pa.Table
    names: pa.Table

    @classmethod
    def of(cls, prices: PriceList, called: Iterable[Called]) -> Self:
        """The list with the names that were called matched to its models."""
        names = [prices.matcher.match(*name) for name in called]
        columns = {
            field.name: pa.array([getattr(name, field.name) for name in names], pa.string())
            for field in fields(PricedName)
        }
        return cls(rates_table(prices.rows), pa.table(columns))

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read what another process has written."""
        return cls(pq.read_table(folder / "rates.parquet"), pq.read_table(folder / "names.parquet"))

    @property
    def called(self) -> set[tuple[str, str, str]]:
        """Provider, model and context of the prices that the called names would have."""
        names = (PricedName(**row) for row in self.names.to_pylist())
        return {
            (name.price_provider, name.price_model, name.price_context)
            for name in names
            if name.price_provider and name.price_model
        }

    def write(self, folder: Path) -> None:
        """Write it for another process."""
        pq.write_table(self.rates, folder / "rates.parquet")
        pq.write_table(self.names, folder / "names.parquet")


@dataclass(frozen=True)
class Repriced:
    """Calls of one model whose cost would change; None: it had, or would have, no price."""

    provider: str | None
    model_used: str
    calls: int
    old_usd: Decimal | None
    new_usd: Decimal | None


@dataclass(frozen=True)
class PriceDiff:
    """All that would change: prices that calls in the marts have or would have, other prices, and calls."""

    called_prices: Sequence[PriceChange]
    other_prices: Sequence[PriceChange]
    calls: Sequence[Repriced]


def list_called_names(warehouse: "Warehouse") -> list[Called]:
    """Provider, model and tier of every call in the marts; none where there are no marts yet."""
    with warehouse.cursor() as cursor:
        try:
            return cursor.execute(CALLED).fetchall()
        except duckdb.CatalogException:
            return []


def diff(warehouse: "Warehouse", candidate: Candidate) -> PriceDiff:
    """What the candidate would change. Raises WarehouseError."""
    with warehouse.cursor() as cursor:
        in_force = [PriceRow(*row) for row in cursor.execute(RATES_IN_FORCE).fetchall()]
        would_be = [PriceRow(**row) for row in candidate.rates.to_pylist()]
        changes = price_changes(in_force, would_be)
        called = {*cursor.execute(NAMES_IN_FORCE).fetchall(), *candidate.called}
        return PriceDiff(
            called_prices=[change for change in changes if change.of in called],
            other_prices=[change for change in changes if change.of not in called],
            calls=_reprice(cursor, DbtRunner(warehouse), candidate) if candidate.names.num_rows else [],
        )


def _reprice(cursor: duckdb.DuckDBPyConnection, dbt: DbtRunner, candidate: Candidate) -> list[Repriced]:
    try:
        for table, rows in (("rates", candidate.rates), ("names", candidate.names)):
            cursor.register("arriving", rows)
            cursor.execute(CANDIDATE.format(table=table))
        return [Repriced(*row) for row in cursor.execute(dbt.compiled("repriced_calls")).fetchall()]
    except duckdb.Error as error:
        raise WarehouseError(f"The calls in the marts could not be priced: {error}") from error
