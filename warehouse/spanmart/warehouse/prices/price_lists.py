"""Which price list is in force, and which were: recorded in app.duckdb, for that cannot be rebuilt."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from spanmart.warehouse.errors import OwnPricesInvalid
from spanmart.warehouse.prices.custom_prices import file_of
from spanmart.warehouse.prices.price_list import PriceList
from spanmart.warehouse.prices.price_rows import PriceRow

if TYPE_CHECKING:
    from spanmart.warehouse.storage.database import Warehouse

BEGINNING = datetime(1970, 1, 1)

NEWEST = "select price_list, in_force_from, digest from app.price_lists order by price_list desc limit 1"
LISTS = """
select price_list, in_force_from, genai_prices, own_prices, digest,
       count(distinct provider), count(distinct (provider, model))
from app.price_lists join app.price_rates using (price_list)
group by all order by price_list
"""
INSERT_LIST = "insert into app.price_lists values (?, ?, ?, ?, ?)"
INSERT_RATES = "insert into app.price_rates by name select ? as price_list, * from arriving"
LAST_CHANGE = """
select max(day)
from (select unnest([valid_from, valid_to]) as day from app.price_rates where price_list = ?)
where day <= ?
"""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RecordedList:
    """A list that is or was in force, for calls that landed from a moment on, UTC."""

    number: int
    in_force_from: datetime
    genai_prices: str
    own_prices: str
    digest: str
    providers: int
    models: int


@dataclass(frozen=True)
class ActivePrices:
    """What the marts are priced by. `day` is the last on which a price changed: today's are of that day."""

    number: int
    day: date

    def __str__(self) -> str:
        """Changes when any cost may."""
        return f"{self.number}-{self.day:%Y%m%d}"


class PriceLists:
    """The price lists of an open warehouse; `own_prices` names another file than the folder's prices.toml."""

    def __init__(
        self,
        warehouse: "Warehouse",
        own_prices: Path | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._named = own_prices
        self._file = file_of(warehouse.folder, own_prices)
        self._warehouse = warehouse
        self._clock = clock
        self._stamp: tuple[date, int, int] | None = None

    def all(self) -> Sequence[RecordedList]:
        """Every list that is or was in force, the newest last."""
        with self._warehouse.cursor() as cursor:
            return [RecordedList(*row) for row in cursor.execute(LISTS).fetchall()]

    @property
    def changed(self) -> bool:
        """Whether the file or the day is another than when they were looked at last."""
        return self._stamp != self._stamp_now()

    def activate(self) -> ActivePrices:
        """Take up what is installed and what the file says now, if it is new. Raises OwnPricesInvalid."""
        stamp = self._stamp_now()
        self._record(PriceList.read(self._warehouse.folder, self._named))
        self._stamp = stamp
        return self._take_over_today()

    def settle(self) -> ActivePrices:
        """The list in force, with what the file says now; a wrong file is logged, and changes nothing."""
        if (stamp := self._stamp_now()) != self._stamp:
            try:
                return self.activate()
            except OwnPricesInvalid as error:
                log.error("Prices stay as they were. %s", error)
                self._stamp = stamp
        return self._take_over_today()

    def _now(self) -> datetime:
        return self._clock().replace(tzinfo=None)

    def _stamp_now(self) -> tuple[date, int, int]:
        today = self._now().date()
        try:
            status = self._file.stat()
        except OSError:
            return today, 0, 0
        return today, status.st_mtime_ns, status.st_size

    def _record(self, prices: PriceList) -> None:
        """Write the list down, unless it is the one in force."""
        with self._warehouse.cursor() as cursor:
            newest, since, digest = cursor.execute(NEWEST).fetchone() or (0, None, None)
            if digest == prices.digest:
                return
            number = newest + 1
            # Each later than the one before, whatever the clock says.
            since = max(self._now(), since + timedelta(microseconds=1)) if since else BEGINNING
            cursor.begin()
            cursor.execute(INSERT_LIST, [number, since, prices.version, prices.own.text, prices.digest])
            cursor.register("arriving", rates_table(prices.rows))
            cursor.execute(INSERT_RATES, [number])
            cursor.commit()
        if newest:
            log.info("Price list %d is in force: all costs are computed anew, booked ones stay", number)

    def _take_over_today(self) -> ActivePrices:
        with self._warehouse.cursor() as cursor:
            [(number, *_)] = cursor.execute(NEWEST).fetchall()
            [(day,)] = cursor.execute(LAST_CHANGE, [number, self._now().date()]).fetchall()
        return ActivePrices(number, day)


def rates_table(rows: Sequence[PriceRow]) -> pa.Table:
    """The rows as columns; DuckDB casts times of day, of which Arrow knows none that ends a day."""
    types = {"usd_per_unit": pa.decimal128(38, 24)}
    return pa.table(
        {
            field.name: pa.array([getattr(row, field.name) for row in rows], types.get(field.name))
            for field in fields(PriceRow)
        }
    )
