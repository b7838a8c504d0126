"""The page of one interaction."""

from spanmart.web.interaction import page

BLUEPRINTS = (page.blueprint,)
