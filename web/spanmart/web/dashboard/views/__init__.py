"""The views of the dashboard, in the order of its navigation."""

from spanmart.web.dashboard.view import View
from spanmart.web.dashboard.views import costs, data_quality, failures, log, metrics, sessions, users

VIEWS: dict[str, View] = {
    module.VIEW.name: module.VIEW for module in (metrics, log, failures, data_quality, costs, sessions, users)
}
