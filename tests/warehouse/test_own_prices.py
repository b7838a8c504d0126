"""A folder's own prices: what the file may say, what that does to the list, and what is told of a mistake."""

import re
from datetime import date
from pathlib import Path

import pytest

from spanmart.warehouse.errors import OwnPricesInvalid
from spanmart.warehouse.prices.custom_prices import OwnPrices
from spanmart.warehouse.prices.genai_catalog import find_provider
from spanmart.warehouse.prices.price_list import PriceList
from spanmart.warehouse.prices.price_rows import STANDARD, whole_prices

DOCS = Path(__file__).parents[2] / "docs" / "configuration.md"
TODAY = date(2026, 11, 20)
LISTED = {"cache_read_mtok": "1.25", "input_mtok": "2.5", "output_mtok": "10"}
IN_HOUSE = """
[[model]]
provider = "openai"
model = "in-house"
input_mtok = 0.5
"""


def prices(
    text: str, provider: str, model: str, *, context: str = STANDARD, day: date = TODAY, tokens: int = 1000
) -> dict[str, str]:
    """What a model costs on a day, of what a span can count."""
    rates = {
        row.usage_key: row.usd_per_unit
        for row in PriceList(OwnPrices(text)).rows
        if (row.provider, row.model, row.price_context) == (provider, model, context)
        and row.valid_from <= day < row.valid_to
        and row.input_tokens_above < tokens <= row.input_tokens_upto
    }
    return {
        price: f"{usd.normalize():f}" for price, usd in sorted(whole_prices(rates).items()) if "mtok" in price
    }


def matched(text: str, provider: str, model: str, tier: str = "") -> tuple[str | None, str | None, str]:
    name = PriceList(OwnPrices(text)).matcher.match(provider, model, tier)
    return name.price_provider, name.price_model, name.price_context


def test_no_file_is_the_list_of_genai_prices() -> None:
    assert prices("", "openai", "gpt-4o") == LISTED


def test_a_model_of_ones_own_has_its_price_under_its_name_in_any_case() -> None:
    assert prices(IN_HOUSE, "openai", "in-house") == {"input_mtok": "0.5"}
    assert matched(IN_HOUSE, "openai", "In-House") == ("openai", "in-house", STANDARD)
    assert matched(IN_HOUSE, "anthropic", "in-house") == (None, None, STANDARD)


def test_a_pattern_stands_for_many_names() -> None:
    text = IN_HOUSE.replace("in-house", "ft:gpt-4o*:acme:*")
    assert matched(text, "openai", "ft:gpt-4o-2024-08-06:acme::a1b2")[1] == "ft:gpt-4o*:acme:*"
    assert matched(text, "openai", "ft:gpt-4o-2024-08-06:other::a1b2")[1] != "ft:gpt-4o*:acme:*"


def test_an_own_price_counts_instead_of_the_listed_one_for_all_its_names_and_tiers() -> None:
    text = IN_HOUSE.replace("in-house", "gpt-4o")
    assert prices(text, "openai", "gpt-4o") == {"input_mtok": "0.5"}
    assert prices(text, "openai", "gpt-4o", context="service_tier=priority") == {"input_mtok": "0.5"}
    assert matched(text, "openai", "gpt-4o-2024-08-06") == ("openai", "gpt-4o", STANDARD)


def test_an_own_price_may_be_for_some_time_and_for_one_tier() -> None:
    text = f"""{IN_HOUSE.replace("in-house", "gpt-4o")}
service_tier = "priority"
valid_from = 2026-11-01
valid_to = 2026-12-01
"""
    tier = "service_tier=priority"
    assert prices(text, "openai", "gpt-4o") == LISTED
    listed = prices("", "openai", "gpt-4o", context=tier)
    assert prices(text, "openai", "gpt-4o", context=tier, day=date(2026, 10, 31)) == listed
    assert prices(text, "openai", "gpt-4o", context=tier, day=date(2026, 11, 1)) == {"input_mtok": "0.5"}
    assert prices(text, "openai", "gpt-4o", context=tier, day=date(2026, 12, 1)) == listed


def test_outside_its_days_a_tier_that_is_not_listed_costs_what_it_did() -> None:
    text = f"""{IN_HOUSE.replace("in-house", "gpt-4o")}
service_tier = "reserved"
valid_from = 2026-12-01
"""
    assert matched(text, "openai", "gpt-4o", "reserved") == ("openai", "gpt-4o", "service_tier=reserved")
    assert prices(text, "openai", "gpt-4o", context="service_tier=reserved") == LISTED


def test_an_own_price_may_depend_on_the_size_of_the_input() -> None:
    text = IN_HOUSE.replace("0.5", "{ base = 1, tiers = [{ start = 2000, price = 1.5 }] }")
    assert prices(text, "openai", "in-house", tokens=2000) == {"input_mtok": "1"}
    assert prices(text, "openai", "in-house", tokens=2001) == {"input_mtok": "1.5"}


def test_a_discount_is_off_every_listed_price_on_its_days_and_no_own_one() -> None:
    text = f"""{IN_HOUSE}
[[discount]]
provider = "openai"
percent = 12.5
valid_from = 2026-11-01
"""
    assert prices(text, "openai", "gpt-4o") == {
        "cache_read_mtok": "1.09375",
        "input_mtok": "2.1875",
        "output_mtok": "8.75",
    }
    assert prices(text, "openai", "gpt-4o", day=date(2026, 10, 31)) == LISTED
    assert prices(text, "openai", "in-house") == {"input_mtok": "0.5"}
    assert prices(text, "azure", "openai/gpt-4o") == LISTED


def test_a_discount_is_off_what_its_provider_sells_of_anothers_too() -> None:
    text = '[[discount]]\nprovider = "azure.ai.openai"\nmodel = "*gpt-4*"\npercent = 10'
    assert prices(text, "azure", "openai/gpt-4o")["input_mtok"] == "2.25"
    assert prices(text, "openai", "gpt-4o") == LISTED
    assert matched(text, "azure", "gpt-4o") == ("azure", "openai/gpt-4o", STANDARD)


def test_of_several_entries_that_fit_the_last_counts() -> None:
    discount = '[[discount]]\nprovider = "openai"\npercent = {}\n'
    both = discount.format(50) + discount.format(10)
    assert prices(both, "openai", "gpt-4o")["input_mtok"] == "2.25"
    assert prices(IN_HOUSE + IN_HOUSE.replace("0.5", "0.7"), "openai", "in-house") == {"input_mtok": "0.7"}


def test_an_alias_gives_a_name_the_price_of_another() -> None:
    text = """
[[alias]]
provider = "azure"
model = "prod-*"
price_provider = "openai"
price_model = "gpt-4o-2024-08-06"
"""
    assert matched(text, "azure.ai.openai", "prod-chat", "priority") == (
        "openai",
        "gpt-4o",
        "service_tier=priority",
    )
    assert matched(text, "openai", "prod-chat") == (None, None, STANDARD)


@pytest.mark.parametrize(
    ("provider", "written", "called"),
    [
        ("openai", "openai/my-*", "my-model"),
        ("google", "gemini/my-model", "my-model"),
        ("aws.bedrock", "us.anthropic.claude-mine-20250929-v1:0", "claude-mine-20250929"),
        ("bedrock", "anthropic.claude-mine*", "claude-mine-20250929"),
    ],
)
def test_a_file_may_name_models_as_senders_do(provider: str, written: str, called: str) -> None:
    entry = f'provider = "{provider}"\nmodel = "{written}"\n'
    seller = find_provider(provider)
    assert matched(f"[[model]]\n{entry}input_mtok = 1", seller, called)[:2] == (seller, written)
    alias = matched(
        f'[[alias]]\n{entry}price_provider = "litellm"\nprice_model = "openai/gpt-4o"', seller, called
    )
    assert alias[:2] == ("openai", "gpt-4o")


def test_an_alias_may_point_to_a_model_of_ones_own() -> None:
    text = f"""{IN_HOUSE}
[[alias]]
model = "house"
price_provider = "openai"
price_model = "in-house"
"""
    assert matched(text, "", "house") == ("openai", "in-house", STANDARD)


def test_the_example_of_the_documentation_is_valid() -> None:
    [example] = re.findall(r"```toml\n(.*?)```", DOCS.read_text().split("## Own prices")[1], re.DOTALL)
    own = PriceList(OwnPrices(example)).own
    assert (len(own.models), len(own.discounts), len(own.aliases)) == (2, 1, 1)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[model]\n", r"prices.toml is not TOML: .*line 1"),
        ("[[models]]\n", r"prices.toml, line 1, models: unknown key"),
        ("\n[model]\n", r"line 2, model: write it as \[\[...\]\]"),
        (
            f"{IN_HOUSE}ouput_mtok = 1\n",
            r"line 2, \[\[model\]\] 1: unknown key 'ouput_mtok'. Did you mean 'output_mtok'",
        ),
        (
            IN_HOUSE * 2 + "output_mtok = -1\n",
            r"line 11, \[\[model\]\] 2, output_mtok: .*greater.*not -1",
        ),
        (IN_HOUSE.replace("0.5", '"free"'), r"line 5, \[\[model\]\] 1, input_mtok: .*decimal.*not 'free'"),
        (IN_HOUSE.replace("0.5", "1e7"), r"input_mtok: .*less than or equal to 100000"),
        (IN_HOUSE.replace("0.5", "nan"), r"input_mtok: .*finite"),
        (
            IN_HOUSE.replace("input_mtok", "cache_read_mtok"),
            r"line 2, \[\[model\]\] 1: Missing ancestor price",
        ),
        ('[[model]]\nprovider = "openai"\nmodel = "x"\n', r"line 1, \[\[model\]\] 1: it has no price"),
        (
            '[[model]]\nmodel = "x"\ninput_mtok = 1\n',
            r"line 1, \[\[model\]\] 1, provider: this key is missing",
        ),
        ("model = ['x']\n", r"line 1, \[\[model\]\] 1: .*dictionary"),
        (f"{IN_HOUSE}valid_to = 1960-01-01\n", r"line 2, \[\[model\]\] 1: valid_to, the first day"),
        (f"{IN_HOUSE}valid_from = 2026\n", r"line 6, \[\[model\]\] 1, valid_from: "),
        ('[[discount]]\nprovider = "openai"\npercent = 101\n', r"line 3, \[\[discount\]\] 1, percent: "),
        (
            '[[discount]]\nprovider = "opnai"\npercent = 1\n',
            r"line 1, \[\[discount\]\] 1: no model '\*' of 'opnai'",
        ),
        (
            '[[alias]]\nmodel = "a"\nprice_provider = "openai"\nprice_model = "gpt-9o"\n',
            r"line 4, \[\[alias\]\] 1, price_model: there is no price for 'gpt-9o' of 'openai'",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, told: str) -> None:
    with pytest.raises(OwnPricesInvalid, match=told):
        PriceList(OwnPrices(text))


def test_every_mistake_is_told(tmp_path: Path) -> None:
    (tmp_path / "prices.toml").write_text(IN_HOUSE.replace("0.5", "-1") * 2)
    with pytest.raises(OwnPricesInvalid) as told:
        OwnPrices.read(tmp_path)
    assert [line.split(": ")[0] for line in str(told.value).splitlines()] == [
        f"{tmp_path}/prices.toml, line {line}, [[model]] {number}, input_mtok"
        for number, line in ((1, 5), (2, 10))
    ]


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    assert OwnPrices.read(tmp_path).text == ""
    with pytest.raises(OwnPricesInvalid, match=r"There is no file .*mine.toml"):
        OwnPrices.read(tmp_path, tmp_path / "mine.toml")


def test_what_is_not_a_price_changes_no_digest() -> None:
    assert PriceList(OwnPrices("# later\n")).digest == PriceList(OwnPrices()).digest
    assert PriceList(OwnPrices(IN_HOUSE)).digest != PriceList(OwnPrices()).digest


def test_prices_stay_exact() -> None:
    text = IN_HOUSE.replace("0.5", "0.123456789012345678")
    assert prices(text, "openai", "in-house") == {"input_mtok": "0.123456789012345678"}
