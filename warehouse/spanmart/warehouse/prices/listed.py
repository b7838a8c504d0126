"""The prices that the installed genai-prices lists, as rows, and which of its models a name means.

genai-prices holds prices as rules: dated, by time of day, varied by context. Evaluated at one moment of each
period, every rule becomes rows.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from importlib.metadata import version
from itertools import pairwise

from genai_prices.data_snapshot import find_provider_by_id, get_snapshot
from genai_prices.types import ModelInfo, ModelPrice, StartDateConstraint, TimeOfDateConstraint

from spanmart.warehouse.prices.rows import (
    FIRST_DAY,
    LAST_DAY,
    STANDARD,
    WHOLE_DAY,
    PricedModel,
    PriceRow,
    context_of,
    rows_of_price,
)

# Names that the GenAI conventions give to providers, where genai-prices knows them by others.
PROVIDERS = {
    "azure.ai.inference": "azure",
    "azure.ai.openai": "azure",
    "gcp.gen_ai": "google",
    "gcp.gemini": "google",
    "gcp.vertex_ai": "google",
    "aws.bedrock": "aws",
    "mistral_ai": "mistral",
    "x_ai": "x-ai",
}


def listed_version() -> str:
    """The version of the installed genai-prices."""
    return version("genai-prices")


@cache
def listed_rows() -> Sequence[PriceRow]:
    """Every price of the installed genai-prices."""
    return tuple(_listed_rows())


def _listed_rows() -> Iterator[PriceRow]:
    providers = {provider.id: provider for provider in get_snapshot().providers}
    for seller in providers.values():
        for model in seller.models:
            for context, when in _contexts(model).items():
                yield from _rows_of(model, PricedModel(seller.id, model.id, context), when)
        for maker in seller.fallback_model_providers or ():
            for model in providers[maker].models:
                # Others' models are sold at their standard prices alone.
                yield from _rows_of(model, PricedModel(seller.id, f"{maker}/{model.id}", STANDARD), {})


def provider_listed(name: str) -> str:
    """The name by which genai-prices knows a provider; the same name where it does not."""
    name = PROVIDERS.get(name.lower(), name.lower())
    found = find_provider_by_id(get_snapshot().providers, name) if name else None
    return found.id if found else name


def model_listed(provider: str, model: str) -> tuple[str, str] | None:
    """Provider and model under which the rows of that name stand; None where it is unknown."""
    snapshot = get_snapshot()
    try:
        seller, match = snapshot.find_provider_model(
            model, None, PROVIDERS.get(provider, provider) or None, None
        )
    except LookupError:
        return None
    maker = next(
        maker for maker in snapshot.providers if any(match is candidate for candidate in maker.models)
    )
    return seller.id, match.id if maker is seller else f"{maker.id}/{match.id}"


def _contexts(model: ModelInfo) -> dict[str, dict[str, str]]:
    variants = [variant.when for variant in model.price_variants or ()]
    return {context_of(when): when for when in ({}, *variants)}


def _rows_of(model: ModelInfo, priced: PricedModel, when: dict[str, str]) -> Iterator[PriceRow]:
    days, times = _periods(model)
    for valid, at in ((day, time_) for day in days for time_ in times):
        moment = datetime.combine(valid[0], time.fromisoformat(at[0]), UTC)
        yield from rows_of_price(model.get_prices(moment, when), priced, valid, at)


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
