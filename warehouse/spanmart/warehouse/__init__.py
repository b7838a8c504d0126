"""The warehouse: the data folder, what lands in it, the marts built from it, and the questions asked of them.

Names are looked up when first used, so that importing one part does not pull in dbt or DuckDB for another.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spanmart.warehouse.audit import AuditLog
    from spanmart.warehouse.batch import Batch, LogEvent
    from spanmart.warehouse.database import Warehouse
    from spanmart.warehouse.interactions import Interactions
    from spanmart.warehouse.landing import Landing
    from spanmart.warehouse.refresh import Refresher
    from spanmart.warehouse.tokens import Scope, Tokens
    from spanmart.warehouse.users import Role, Users

__all__ = [
    "AuditLog",
    "Batch",
    "Interactions",
    "Landing",
    "LogEvent",
    "Refresher",
    "Role",
    "Scope",
    "Tokens",
    "Users",
    "Warehouse",
]

_HOME = {
    "AuditLog": "audit",
    "Batch": "batch",
    "Interactions": "interactions",
    "Landing": "landing",
    "LogEvent": "batch",
    "Refresher": "refresh",
    "Role": "users",
    "Scope": "tokens",
    "Tokens": "tokens",
    "Users": "users",
    "Warehouse": "database",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
