"""The instrumentation scope under which everything recorded here is known."""

from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version

SCOPE = "spanmart.instrumentation"
SCHEMA_URL = "https://opentelemetry.io/schemas/1.37.0"


@lru_cache(maxsize=1)
def get_version() -> str:
    """The installed version, or nothing where the package runs from a folder."""
    try:
        return version("spanmart")
    except PackageNotFoundError:
        return ""
