"""The dashboard: views of the filtered interactions, and what keeps them live."""

from spanmart.web.dashboard import blueprint, vega

BLUEPRINTS = (
    blueprint.blueprint,
    vega.blueprint,
)
