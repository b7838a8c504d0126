"""How long the pages wait for what they show."""

from collections.abc import Callable
from datetime import datetime, timedelta

from benchmarks.figure import Figure
from benchmarks.marts.bench import Bench
from benchmarks.waiting import waiting
from spanmart.warehouse import Interactions, Warehouse

NEWEST_CALL = "select max(created_at) from marts.interactions"
COST_BY_DAY_AND_MODEL = """
select day, model_used, sum(estimated_cost_usd) as usd from marts.costs_daily group by all order by all
"""


def pages(bench: Bench) -> list[Figure]:
    """Milliseconds of each page's queries, warm."""
    with Warehouse.open(bench.warehouse(bench.rows)) as warehouse:
        return [waiting("pages", name, query).at_most(100) for name, query in _queries(warehouse).items()]


def _queries(warehouse: Warehouse) -> dict[str, Callable[[], object]]:
    interactions = Interactions(warehouse)

    def fetch(statement: str) -> list[tuple[datetime, ...]]:
        with warehouse.cursor() as cursor:
            return cursor.execute(statement).fetchall()

    [[newest]] = fetch(NEWEST_CALL)
    month = {"start_date": newest - timedelta(days=30)}
    filtered = {**month, "model": "gpt-4o-2024-08-06", "status": "partial"}
    return {
        "metrics of 30 days": lambda: interactions.get_metrics(month),
        "totals of 30 days": lambda: interactions.get_totals(month),
        "steps of 30 days": lambda: interactions.get_over_time(month),
        "steps of all time": interactions.get_over_time,
        "distributions of 30 days": lambda: interactions.get_distributions(month),
        "prompt versions of 30 days": lambda: interactions.get_prompt_versions(month),
        "costs of 30 days": lambda: interactions.get_costs(month),
        "sessions": interactions.get_sessions,
        "users of 30 days": lambda: interactions.get_users(month),
        "log of 30 days, filtered": lambda: interactions.get_all(filtered),
        "log of all time": interactions.get_all,
        "failures": interactions.get_failures,
        "data quality": interactions.get_data_quality_issues,
        "cost by day and model": lambda: fetch(COST_BY_DAY_AND_MODEL),
    }
