"""A whole price list, as it would come into force now, and whose price in it a called name has."""

import csv
import hashlib
from collections.abc import Collection
from dataclasses import astuple, dataclass, fields
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TextIO

from spanmart.warehouse.errors import OwnPricesInvalid
from spanmart.warehouse.prices.custom_prices import OwnPrices
from spanmart.warehouse.prices.genai_catalog import (
    MATCHING,
    find_model,
    find_provider,
    list_catalog_rows,
    read_catalog_version,
)
from spanmart.warehouse.prices.overrides import overlaid
from spanmart.warehouse.prices.price_rows import STANDARD, PriceRow, contexts_of_tier
from spanmart.warehouse.prices.sellers import sellers


@dataclass(frozen=True)
class PricedName:
    """Whose price a called name has; no provider and no model where nobody knows it."""

    provider: str
    model_used: str
    service_tier: str
    price_provider: str | None
    price_model: str | None
    price_context: str


class Matcher:
    """Finds whose price a name has. `priced`: the providers, models and contexts that have prices."""

    def __init__(self, own: OwnPrices, priced: Collection[tuple[str, str, str]]) -> None:
        self._own = own
        self._priced = priced
        self._models = {(provider, model) for provider, model, _ in priced}

    def match(self, provider: str, model: str, service_tier: str) -> PricedName:
        """The called name with whose price it has."""
        found = self.find(*(self._own.alias_of(find_provider(provider), model) or (provider, model)))
        if found is None:
            return PricedName(provider, model, service_tier, None, None, STANDARD)
        contexts = (name for name in contexts_of_tier(service_tier) if (*found, name) in self._priced)
        return PricedName(provider, model, service_tier, *found, next(contexts, STANDARD))

    def find(self, provider: str, model: str) -> tuple[str, str] | None:
        """Provider and model of the list that a name means: an own one, or as genai-prices matches."""
        own = self._own.model_of(find_provider(provider), model)
        return own if own in self._models else find_model(provider, model)


class PriceList:
    """The prices of the installed genai-prices with a folder's own laid over them."""

    def __init__(self, own: OwnPrices) -> None:
        """Raises OwnPricesInvalid where the own prices are for what is not listed."""
        self.own = own
        self.version = read_catalog_version()
        self.rows = overlaid(list_catalog_rows(), own)
        self.matcher = Matcher(own, {(row.provider, row.model, row.price_context) for row in self.rows})
        self._refuse_strangers()

    @classmethod
    def read(cls, folder: Path, named: Path | None = None) -> "PriceList":
        """The list with the own prices of a data folder; see `OwnPrices.read`. Raises OwnPricesInvalid."""
        own = OwnPrices.read(folder, named)
        return _make(own.text, own.path)

    @cached_property
    def digest(self) -> str:
        """Changes when a price does, or a rule by which names are matched."""
        rules = (self.version, MATCHING, sorted(sellers().items()), self.own.models, self.own.aliases)
        digest = hashlib.sha256(repr(rules).encode())
        for row in self.rows:
            digest.update(repr(row).encode())
        return digest.hexdigest()

    def write(self, file: TextIO) -> None:
        """Write the list as CSV."""
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(field.name for field in fields(PriceRow))
        writer.writerows((*astuple(row)[:-1], f"{row.usd_per_unit.normalize():f}") for row in self.rows)

    def _refuse_strangers(self) -> None:
        models = {(row.provider, row.model) for row in self.rows}
        for number, discount in enumerate(self.own.discounts):
            if not any(discount.fits(*model) for model in models):
                raise OwnPricesInvalid(
                    f"{self.own.place(('discount', number))}: no model {discount.model!r} "
                    f"of {discount.provider!r} is listed"
                )
        for number, alias in enumerate(self.own.aliases):
            if self.matcher.find(alias.price_provider, alias.price_model) is None:
                raise OwnPricesInvalid(
                    f"{self.own.place(('alias', number, 'price_model'))}: there is no price for "
                    f"{alias.price_model!r} of {alias.price_provider!r}"
                )


@lru_cache(maxsize=4)
def _make(own_prices: str, path: Path) -> PriceList:
    return PriceList(OwnPrices(own_prices, path))
