"""Who sells models, and what else they are called: the lists by which the marts bring names to one form.

They stand in the dbt project, with the other rules.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml

from spanmart.warehouse.dbt.paths import dbt_project_dir


@cache
def _variables() -> dict[str, Any]:
    project = (dbt_project_dir() / "dbt_project.yml").read_text(encoding="utf-8")
    variables: dict[str, Any] = yaml.safe_load(project)["vars"]
    return variables


@cache
def sellers() -> Mapping[str, str]:
    """Of every name that a seller goes by, the one that the marts have."""
    listed = _variables()["sellers"].items()
    return {name: seller for seller, others in listed for name in (seller, *others)}


@cache
def list_self_hosted() -> frozenset[str]:
    """What serves models on machines of one's own, at no price that anybody lists."""
    return frozenset(_variables()["self_hosted"])
