"""What a view of the dashboard is. One is added by a module in `views` and a template of its name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from spanmart.web.dashboard.links import Links
from spanmart.web.dashboard.query import DashboardQuery


@dataclass(frozen=True)
class View:
    """One page of figures or lists about the filtered interactions.

    `content` gives its template, `views/<name>.html`, what it shows. `keeps` are parameters
    of its own besides the filters, that stay when one of those changes.
    """

    name: str
    title: str
    content: Callable[[DashboardQuery, Links], dict[str, Any]]
    keeps: tuple[str, ...] = ()
