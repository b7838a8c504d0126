"""The dbt project described as one page: every model, column and test, and what comes from what.

It is read off an empty warehouse of its own, so that it needs no data and nobody who holds some need wait.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from spanmart.warehouse.dbt.runner import DbtRunner, Progress
from spanmart.warehouse.storage.database import Warehouse


def describe_project(progress: Progress) -> bytes:
    """The page as HTML that needs nothing from elsewhere. Raises DbtFailed."""
    with TemporaryDirectory(prefix="spanmart-docs-") as folder, Warehouse.open(Path(folder)) as warehouse:
        dbt = DbtRunner(warehouse)
        dbt.rebuild({}, progress)
        return dbt.describe(progress)
