"""The prices that the installed genai-prices lists, as rows, and which of its models a name means.

genai-prices holds prices as rules: dated, by time of day, varied by context. Evaluated at one moment of each
period, every rule becomes rows.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from importlib.metadata import version
from itertools import pairwise

from genai_prices.data_snapshot import find_provider_by_id, get_snapshot
from genai_prices.types import (
    ModelInfo,
    ModelPrice,
    Provider,
    StartDateConstraint,
    TimeOfDateConstraint,
)

from spanmart.warehouse.prices.price_rows import (
    FIRST_DAY,
    LAST_DAY,
    STANDARD,
    WHOLE_DAY,
    PricedModel,
    PriceRow,
    context_of,
    rows_of_price,
)
from spanmart.warehouse.prices.sellers import list_self_hosted, sellers

# Changes when the rules below do by which a name means a model: the list is another one then.
MATCHING = 2

# What genai-prices has a unit for and no price: OpenAI's containers of 1 GB that run code, $0.03 each since
# 2025-05 (https://platform.openai.com/docs/pricing), sold with the models whose searches of files it lists.
CONTAINERS_KCOUNT = {"openai": Decimal(30)}

# Whose clients ask others too: what they do not sell themselves is somebody else's.
OF_ANY_SELLER = frozenset({"", "openai", "anthropic"})
# Whose names mean models of their own; others sell those of many.
MAKERS = (
    "anthropic",
    "cohere",
    "deepseek",
    "google",
    "mistral",
    "openai",
    "perplexity",
    "voyageai",
    "x-ai",
)


def read_catalog_version() -> str:
    """The version of the installed genai-prices."""
    return version("genai-prices")


@cache
def list_catalog_rows() -> Sequence[PriceRow]:
    """Every price of the installed genai-prices."""
    return tuple(_iterate_rows())


def _iterate_rows() -> Iterator[PriceRow]:
    providers = {provider.id: provider for provider in get_snapshot().providers}
    for seller in providers.values():
        for model in seller.models:
            for context, when in _contexts(model).items():
                yield from _rows_of(model, PricedModel(seller.id, model.id, context), when)
        for maker in seller.fallback_model_providers or ():
            for model in providers[maker].models:
                # Others' models are sold at their standard prices alone.
                yield from _rows_of(model, PricedModel(seller.id, f"{maker}/{model.id}", STANDARD), {})


def find_provider(name: str) -> str:
    """The name by which genai-prices knows a provider; the same name where it does not."""
    name = sellers().get(name.lower(), name.lower())
    found = find_provider_by_id(get_snapshot().providers, name) if name else None
    return found.id if found else name


def find_model(provider: str, model: str) -> tuple[str, str] | None:
    """Provider and model under which the rows of that name stand; None where it is unknown.

    A seller whom nobody knows, or whose client asks anybody, does not hide whose model it is.
    """
    name = find_provider(provider)
    seller = find_provider_by_id(get_snapshot().providers, name) if name else None
    if seller and (found := _find_at_seller(seller, model)):
        return found
    if name in list_self_hosted() or (seller and name not in OF_ANY_SELLER):
        return None
    return _find_by_maker(model)


def _find_at_seller(seller: Provider, model: str) -> tuple[str, str] | None:
    """The seller's model of that name, or of that name after a maker's, for the marts leave those out."""
    as_called = seller.find_model(model, all_providers=get_snapshot().providers)
    # There all names have a maker; the list has some without, at other prices.
    if as_called and seller.id != "openrouter":
        return _name_at_seller(seller, as_called)
    spelt = (seller.find_model(spelling) for spelling in _add_maker(seller.id, model))
    found = {match.id for match in spelt if match}
    if len(found) == 1:
        return seller.id, found.pop()
    return _name_at_seller(seller, as_called) if as_called else None


def _find_by_maker(model: str) -> tuple[str, str] | None:
    """The only maker's model of that name."""
    snapshot = get_snapshot()
    try:
        # So it also reads who sells it before the name, as own prices may have it.
        return _name_at_seller(*snapshot.find_provider_model(model, None, "litellm", None))
    except LookupError:
        makers = (find_provider_by_id(snapshot.providers, maker) for maker in MAKERS)
        found = [(maker, match) for maker in makers if maker and (match := maker.find_model(model))]
        return _name_at_seller(*found[0]) if len(found) == 1 else None


def _name_at_seller(seller: Provider, match: ModelInfo) -> tuple[str, str]:
    if any(match is model for model in seller.models):
        return seller.id, match.id
    maker = next(maker for maker in get_snapshot().providers if any(match is model for model in maker.models))
    return seller.id, f"{maker.id}/{match.id}"


def _add_maker(seller: str, model: str) -> list[str]:
    if seller == "aws":
        return [model.replace("claude", "anthropic.claude", 1)]
    return [f"{before}{model}" for before in _list_prefixes(seller)]


@cache
def _list_prefixes(seller: str) -> Sequence[str]:
    """What stands before the names of models at sellers that have those of several makers."""
    if seller == "fireworks":
        return ("accounts/fireworks/models/",)
    [models] = [provider.models for provider in get_snapshot().providers if provider.id == seller]
    return sorted({model.id.rpartition("/")[0] + "/" for model in models if "/" in model.id})


def _contexts(model: ModelInfo) -> dict[str, dict[str, str]]:
    variants = [variant.when for variant in model.price_variants or ()]
    return {context_of(when): when for when in ({}, *variants)}


def _rows_of(model: ModelInfo, priced: PricedModel, when: dict[str, str]) -> Iterator[PriceRow]:
    days, times = _periods(model)
    for valid, at in ((day, time_) for day in days for time_ in times):
        moment = datetime.combine(valid[0], time.fromisoformat(at[0]), UTC)
        price = _add_containers(model.get_prices(moment, when), priced.provider)
        yield from rows_of_price(price, priced, valid, at)


def _add_containers(price: ModelPrice, seller: str) -> ModelPrice:
    containers = CONTAINERS_KCOUNT.get(seller)
    if (
        containers is None
        or price.storage_searches_kcount is None
        or price.code_executions_kcount is not None
    ):
        return price
    return ModelPrice(**{**vars(price), "code_executions_kcount": containers})


def _periods(model: ModelInfo) -> tuple[list[tuple[date, date]], list[tuple[str, str]]]:
    """The spans of days and of times of day within which no price of the model changes."""
    days, times = {FIRST_DAY, LAST_DAY}, set(WHOLE_DAY)
    prices = [] if isinstance(model.prices, ModelPrice) else model.prices
    for conditional in (*prices, *(model.price_variants or ())):
        if isinstance(conditional.constraint, StartDateConstraint):
            days.add(conditional.constraint.start_date)
        elif isinstance(conditional.constraint, TimeOfDateConstraint):
            times |= {_utc(conditional.constraint.start_time), _utc(conditional.constraint.end_time)}
    return list(pairwise(sorted(days))), list(pairwise(sorted(times)))


def _utc(moment: time) -> str:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return datetime.combine(date(2000, 1, 2), aware).astimezone(UTC).time().isoformat("seconds")
