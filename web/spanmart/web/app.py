"""The Flask application: one blueprint a concern, guarded and answering errors in one way."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from flask import Flask

from spanmart.web import errors, formatting, health, openapi, security
from spanmart.web.api import export, feedback, interactions
from spanmart.web.pages import dashboard, detail
from spanmart.web.services import Services

if TYPE_CHECKING:
    from spanmart.warehouse import Refresher, Warehouse

MAX_BODY_BYTES = 4 * 1024 * 1024
OTLP_ENDPOINT = "http://localhost:4318"


def create_app(
    warehouse: "Warehouse",
    refresher: "Refresher | None" = None,
    *,
    allowed_hosts: Collection[str] = (),
    otlp_endpoint: str = OTLP_ENDPOINT,
) -> Flask:
    """Make the WSGI application over an open warehouse.

    Without a refresher the pages cannot say how fresh they are. Requests whose Host names neither loopback
    nor one of `allowed_hosts` are refused. `otlp_endpoint` is what an empty page tells people to send to.
    """
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    Services(warehouse, refresher, otlp_endpoint).install(app)
    security.guard(app, allowed_hosts)
    errors.answer_errors(app)
    formatting.register(app)
    for blueprint in (
        interactions.blueprint,
        export.blueprint,
        feedback.blueprint,
        dashboard.blueprint,
        detail.blueprint,
        health.blueprint,
        openapi.blueprint,
    ):
        app.register_blueprint(blueprint)
    return app
