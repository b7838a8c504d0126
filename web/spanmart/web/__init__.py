"""The web: pages for admins and an API for scripts, both thin over `spanmart.warehouse.Interactions`."""

from spanmart.web.app import create_app
from spanmart.web.server import WebServer
from spanmart.web.settings import Oidc, Site

__all__ = ["Oidc", "Site", "WebServer", "create_app"]
