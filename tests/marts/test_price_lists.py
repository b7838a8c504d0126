"""Price lists come and go: costs follow the newest one, and what was booked stays."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from spanmart.warehouse import Refresher, Warehouse
from spanmart.warehouse.errors import OwnPricesInvalid
from spanmart.warehouse.prices import price_list
from spanmart.warehouse.prices.price_lists import PriceLists
from support.marts import Marts
from support.spans import DAY, NOON, failed, span

LISTED = Decimal("0.00021")  # 1,000 tokens into gpt-4o-mini and 100 out of it
FIGURES = ("estimated_cost_usd", "cost_at_current_prices_usd", "booked_cost_usd")


def price(model: str = "gpt-4o-mini", input_mtok: int = 1, days: str = "") -> str:
    named = f'[[model]]\nprovider = "openai"\nmodel = "{model}"\n'
    return f"{named}input_mtok = {input_mtok}\noutput_mtok = 0\n{days}\n"


def figures(marts: Marts, number: int = 1) -> tuple[Any, ...]:
    row = marts.interaction(number)
    return tuple(row[figure] for figure in FIGURES)


def test_a_new_list_changes_the_estimate_and_not_what_was_booked(marts: Marts) -> None:
    marts.build(span(1))
    assert figures(marts) == (LISTED, LISTED, LISTED)
    marts.write_prices(price(input_mtok=1))
    assert marts.refresher.refresh().changed
    marts.build(span(2))
    assert figures(marts, 1) == (Decimal("0.001"), Decimal("0.001"), LISTED)
    assert figures(marts, 2) == (Decimal("0.001"),) * 3
    [days] = marts.query(f"select {', '.join(FIGURES)} from costs_daily")
    assert tuple(days.values()) == (Decimal("0.002"), Decimal("0.002"), LISTED + Decimal("0.001"))


def test_prices_that_change_are_no_rebuild_and_no_reader_misses_a_call_meanwhile(
    open_marts: Callable[..., Marts],
) -> None:
    marts = open_marts(rows_per_refresh=2)
    marts.build(*(span(number) for number in range(5)), failed(5))
    seen: set[tuple[Any, ...]] = set()
    work = marts.refresher._dbt.refresh

    def reading(variables: dict[str, Any], progress: Callable[[str], None]) -> object:
        def read(node: str) -> None:
            for mart in ("costs_daily", "metrics_hourly", "quality_daily"):
                [sums] = marts.query(f"select sum(interactions), sum(estimated_cost_usd) from {mart}")
                seen.add(tuple(sums.values()))
            progress(node)

        return work(variables, read)

    marts.refresher._dbt.refresh = reading  # type: ignore[method-assign, assignment]
    marts.write_prices(price(input_mtok=1))
    report = marts.refresher.refresh()
    assert (report.changed, report.full) == (True, False)
    # Two calls at a time.
    assert seen == {(6, done * Decimal("0.001") + (5 - done) * LISTED) for done in (0, 2, 4)} | {
        (6, 5 * Decimal("0.001"))
    }
    assert not marts.refresher.refresh().changed


def test_what_was_booked_survives_deleted_marts(open_marts: Callable[..., Marts]) -> None:
    marts = open_marts()
    marts.build(span(1), span(2, attributes={"gen_ai.response.model": "in-house"}))
    marts.write_prices(price() + price("in-house"))
    marts.build()
    marts.build(span(3, attributes={"gen_ai.response.model": "in-house"}))
    before = [figures(marts, number) for number in (1, 2, 3)]
    assert before[1] == (Decimal("0.001"), Decimal("0.001"), None)
    marts.close()
    (marts.warehouse.folder / "marts.duckdb").unlink()

    anew = open_marts()
    anew.build()
    assert [figures(anew, number) for number in (1, 2, 3)] == before


def test_a_name_means_in_each_list_what_it_meant_when_it_was_first_called(
    marts: Marts, monkeypatch: pytest.MonkeyPatch
) -> None:
    marts.build(span(1))
    # As if the next genai-prices took the name for another model's.
    monkeypatch.setattr(price_list, "read_catalog_version", lambda: "99.0")
    monkeypatch.setattr(price_list, "find_model", lambda *_: ("openai", "gpt-4o"))
    price_list._make.cache_clear()
    marts.refresher = Refresher(marts.warehouse)
    assert marts.refresher.refresh().changed
    price_list._make.cache_clear()
    estimated, _, booked = figures(marts)
    assert (estimated, booked) == (Decimal("0.0035"), LISTED)


def test_a_span_sent_again_is_booked_when_its_newest_version_landed(marts: Marts) -> None:
    marts.build(failed(1))
    marts.write_prices(price(input_mtok=1))
    marts.build()
    marts.build(span(1))
    assert figures(marts) == (Decimal("0.001"),) * 3


def test_todays_price_is_that_of_today_whenever_the_call_was(marts: Marts) -> None:
    marts.write_prices(
        price(input_mtok=1, days="valid_to = 2026-09-22")
        + price(input_mtok=2, days="valid_from = 2026-09-22\nvalid_to = 2027-01-01")
        + price(input_mtok=3, days="valid_from = 2027-01-01")
    )
    now = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)
    marts.refresher = Refresher(marts.warehouse, prices=PriceLists(marts.warehouse, clock=lambda: now))
    marts.build(span(1, start=NOON), span(2, start=NOON + DAY))
    assert figures(marts, 1)[:2] == (Decimal("0.001"), Decimal("0.002"))
    assert figures(marts, 2)[:2] == (Decimal("0.002"), Decimal("0.002"))

    now = datetime(2027, 1, 1, tzinfo=UTC)
    assert marts.refresher.refresh().changed
    assert figures(marts, 1)[:2] == (Decimal("0.001"), Decimal("0.003"))
    now = datetime(2027, 1, 2, tzinfo=UTC)
    assert not marts.refresher.refresh().changed


def test_a_model_whose_price_has_ended_has_none_today(marts: Marts) -> None:
    marts.write_prices(price("in-house", days="valid_to = 2026-12-24"))
    now = datetime(2026, 12, 23, tzinfo=UTC)
    marts.refresher = Refresher(marts.warehouse, prices=PriceLists(marts.warehouse, clock=lambda: now))
    marts.build(span(1, attributes={"gen_ai.response.model": "in-house"}))
    assert figures(marts)[:2] == (Decimal("0.001"), Decimal("0.001"))
    now = datetime(2026, 12, 24, tzinfo=UTC)
    marts.build()
    assert figures(marts)[:2] == (Decimal("0.001"), None)


def test_a_file_that_says_nothing_new_rebuilds_nothing(marts: Marts) -> None:
    marts.build(span(1))
    marts.write_prices("# no prices yet\n")
    assert not marts.refresher.refresh().changed
    assert len(PriceLists(marts.warehouse).all()) == 1


def test_a_file_that_becomes_wrong_changes_nothing_and_is_named_in_the_log(
    marts: Marts, caplog: pytest.LogCaptureFixture
) -> None:
    marts.write_prices(price(input_mtok=1))
    marts.build()
    marts.write_prices(price(input_mtok=-1))
    marts.build(span(1))
    assert figures(marts) == (Decimal("0.001"),) * 3
    assert "prices.toml, line 4, [[model]] 1, input_mtok" in caplog.text


def test_a_file_that_is_wrong_from_the_start_stops_the_start(tmp_path: Path) -> None:
    with Warehouse.open(tmp_path) as warehouse:
        (tmp_path / "prices.toml").write_text("[[modle]]")
        with pytest.raises(OwnPricesInvalid, match=r"prices.toml, line 1, modle: unknown key"):
            Refresher(warehouse)


def test_the_thread_sees_a_changed_file_where_nothing_lands(marts: Marts) -> None:
    marts.build(span(1))
    version = marts.refresher.status.version
    marts.refresher = Refresher(marts.warehouse, seconds=0.05)
    marts.refresher.start()
    marts.write_prices(price(input_mtok=2))
    try:
        with marts.refresher._changed:
            assert marts.refresher._changed.wait_for(
                lambda: marts.refresher.status.version > version and not marts.refresher.status.running, 120
            )
    finally:
        marts.refresher.stop()
    assert figures(marts)[0] == Decimal("0.002")
