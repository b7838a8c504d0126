"""A folder's own prices, from a file: models of one's own, other prices than the listed, discounts, aliases.

Prices have the names and units of genai-prices: `input_mtok` is US dollars for a million input tokens. Of
several entries that fit, the last counts.
"""

import tomllib
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Self

from genai_prices.types import ModelPrice, TieredPrices
from genai_prices.types import Tier as ListedTier
from genai_prices.validation import validate_model_price
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    model_validator,
)

from spanmart.warehouse.errors import OwnPricesInvalid
from spanmart.warehouse.prices.genai_catalog import find_provider
from spanmart.warehouse.prices.price_rows import FIRST_DAY, LAST_DAY, UNITS, context_of
from spanmart.warehouse.prices.sellers import sellers
from spanmart.warehouse.prices.toml_places import place_of
from spanmart.warehouse.storage.data_folder import OWN_PRICES

# Above any price there is, and low enough that no sum of costs overflows, nor one of their squares.
HIGHEST_PRICE = 100_000

Name = Annotated[str, Field(min_length=1, max_length=500)]
Provider = Annotated[Name, AfterValidator(find_provider)]
# Names of models mean the same in any case of letters.
Model = Annotated[Name, AfterValidator(str.lower)]
Usd = Annotated[Decimal, Field(ge=0, le=HIGHEST_PRICE, decimal_places=18)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Tier(_Entry):
    """What it costs where the input is larger than `start`."""

    start: int = Field(gt=0)
    price: Usd


class TieredPrice(_Entry):
    """A price that depends on the size of the input."""

    base: Usd
    tiers: tuple[Tier, ...] = Field(min_length=1)

    def as_listed(self) -> TieredPrices:
        """The same in genai-prices' words."""
        return TieredPrices(self.base, [ListedTier(tier.start, tier.price) for tier in self.tiers])


class Dated(_Entry):
    """Counts from the beginning of the day `valid_from`, UTC, to that of `valid_to`."""

    valid_from: date = FIRST_DAY
    valid_to: date = LAST_DAY

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.valid_from >= self.valid_to:
            raise ValueError("valid_to, the first day on which it no longer counts, must be after valid_from")
        return self


class OwnPrice(Dated):
    """The price of a model of one's own, or the price that counts instead of the listed one."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[
        str,
        Annotated[
            Annotated[Usd, Tag("price")] | Annotated[TieredPrice, Tag("tiers")],
            Discriminator(lambda value: "tiers" if isinstance(value, dict | TieredPrice) else "price"),
        ],
    ] = Field(init=False)

    provider: Provider
    model: Model
    service_tier: Name | None = None

    @model_validator(mode="before")
    @classmethod
    def _keys_known(cls, given: Any) -> Any:  # noqa: ANN401 - anything may stand in a file
        known = {*cls.model_fields, *UNITS._all_price_keys}
        if unknown := [key for key in given if isinstance(given, dict) and key not in known]:
            raise ValueError(unknown_key(unknown[0], known))
        return given

    @model_validator(mode="after")
    def _check_has_price(self) -> Self:
        if not self.__pydantic_extra__:
            raise ValueError("it has no price, such as input_mtok = 0.5; 0 is a price too")
        validate_model_price(set(self.__pydantic_extra__), UNITS)
        return self

    @property
    def price(self) -> ModelPrice:
        """What it costs, in genai-prices' words."""
        given = self.__pydantic_extra__.items()
        return ModelPrice(
            **{key: price.as_listed() if isinstance(price, TieredPrice) else price for key, price in given}
        )

    @property
    def price_context(self) -> str | None:
        """The context that it is for; None where it is for all."""
        return context_of({"service_tier": self.service_tier}) if self.service_tier else None


class Discount(Dated):
    """A share off the listed prices of a provider, or of those of its models that a pattern fits."""

    provider: Provider
    model: Model = "*"
    percent: Decimal = Field(gt=0, le=100, decimal_places=4)

    def fits(self, provider: str, model: str) -> bool:
        """Whether it is off the price of that model."""
        return self.provider == provider and _fits([model], self)


class Alias(_Entry):
    """Whose price a name has that genai-prices does not know, or takes for another."""

    provider: Provider | None = None
    model: Model
    price_provider: Provider
    price_model: Model


class _File(_Entry):
    model: tuple[OwnPrice, ...] = ()
    discount: tuple[Discount, ...] = ()
    alias: tuple[Alias, ...] = ()


class OwnPrices:
    """What a file says; nothing where there is none."""

    def __init__(self, text: str = "", path: Path = Path(OWN_PRICES)) -> None:
        """Check the text; raises OwnPricesInvalid."""
        self.text = text
        self.path = path
        try:
            said = _File.model_validate(tomllib.loads(text, parse_float=Decimal))
        except tomllib.TOMLDecodeError as error:
            raise OwnPricesInvalid(f"{path} is not TOML: {error}") from error
        except ValidationError as error:
            told = [f"{self.place(wrong['loc'])}: {_describe_error(wrong)}" for wrong in error.errors()]
            raise OwnPricesInvalid("\n".join(told)) from None
        self.models, self.discounts, self.aliases = said.model, said.discount, said.alias

    @classmethod
    def read(cls, folder: Path, named: Path | None = None) -> Self:
        """Read the named file, or the folder's own, which need not be there. Raises OwnPricesInvalid."""
        path = file_of(folder, named)
        try:
            return cls(path.read_text(encoding="utf-8"), path)
        except FileNotFoundError:
            if named:
                raise OwnPricesInvalid(f"There is no file {path} of own prices.") from None
            return cls("", path)
        except (OSError, UnicodeDecodeError) as error:
            raise OwnPricesInvalid(f"{path} cannot be read: {error}") from error

    @classmethod
    def recorded(cls, text: str) -> Self:
        """What a list that was in force once said; nothing, should a newer spanmart not understand it."""
        try:
            return cls(text)
        except OwnPricesInvalid:
            return cls()

    def place(self, location: tuple[str | int, ...]) -> str:
        """Where in the file that is, for a person."""
        return f"{self.path}, {place_of(self.text, location)}"

    def model_of(self, provider: str, model: str) -> tuple[str, str] | None:
        """The own model that a called name means, if any."""
        names = _list_spellings(provider, model)
        found = (own for own in reversed(self.models) if own.provider == provider and _fits(names, own))
        return next(((own.provider, own.model) for own in found), None)

    def alias_of(self, provider: str, model: str) -> tuple[str, str] | None:
        """Whose price a called name has, if the file says so."""
        names = _list_spellings(provider, model)
        found = (
            alias
            for alias in reversed(self.aliases)
            if alias.provider in (None, provider) and _fits(names, alias)
        )
        return next(((alias.price_provider, alias.price_model) for alias in found), None)


def file_of(folder: Path, named: Path | None) -> Path:
    """Where the own prices of a data folder are, or would be."""
    return named or folder / OWN_PRICES


def unknown_key(key: str, known: set[str]) -> str:
    """Say that a key is unknown, and which it may have been meant for."""
    close = get_close_matches(key, known, n=1)
    return f"unknown key {key!r}. " + (f"Did you mean {close[0]!r}?" if close else f"Known: {sorted(known)}")


def _list_spellings(provider: str, model: str) -> list[str]:
    """All that a file may have for a model that the marts name so: it was written by what senders send."""
    before = [f"{name}/" for name, seller in sellers().items() if seller == provider]
    names = [model, *(f"{start}{model}" for start in before)]
    if provider == "aws":
        in_bedrock = model.replace("claude", "anthropic.claude", 1)
        names += [
            f"{region}{in_bedrock}{version}"
            for region in ("", "us.", "eu.", "apac.")
            for version in ("", "-v1:0", "-v2:0")
        ]
    return names


def _fits(names: Iterable[str], entry: OwnPrice | Alias | Discount) -> bool:
    return any(fnmatchcase(name.lower(), entry.model) for name in names)


def _describe_error(wrong: Any) -> str:  # noqa: ANN401 - pydantic's dictionary of details
    match wrong["type"]:
        case "missing":
            return "this key is missing"
        case "value_error":
            return str(wrong["ctx"]["error"])
        case "extra_forbidden":
            return "unknown key"
        case "tuple_type":
            return "write it as [[...]], for there may be several"
    return f"{wrong['msg']}, not {wrong['input']!r}"
