"""The warehouse: the data folder, what lands in it, the marts built from it, and the questions asked of them.

Names are looked up when first used, so that importing one part does not pull in dbt or DuckDB for another.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spanmart.warehouse.accounts.audit_log import AuditLog
    from spanmart.warehouse.accounts.tokens import Scope, Tokens
    from spanmart.warehouse.accounts.users import Role, Users
    from spanmart.warehouse.interactions import Interactions
    from spanmart.warehouse.refresh import Refresher
    from spanmart.warehouse.storage.batch import Batch, LogEvent
    from spanmart.warehouse.storage.database import Warehouse
    from spanmart.warehouse.storage.landing import Landing

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
    "AuditLog": "accounts.audit_log",
    "Batch": "storage.batch",
    "Interactions": "interactions",
    "Landing": "storage.landing",
    "LogEvent": "storage.batch",
    "Refresher": "refresh",
    "Role": "accounts.users",
    "Scope": "accounts.tokens",
    "Tokens": "accounts.tokens",
    "Users": "accounts.users",
    "Warehouse": "storage.database",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
