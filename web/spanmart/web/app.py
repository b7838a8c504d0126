"""The Flask application: one blueprint a concern, guarded and answering errors in one way."""

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from spanmart.warehouse.accounts.tokens import Tokens
from spanmart.warehouse.accounts.users import Users
from spanmart.web import admin, api, auth, dashboard, formatting, interaction
from spanmart.web.auth import authorization
from spanmart.web.http import compression, errors, etags, security
from spanmart.web.services import Services
from spanmart.web.settings import Site

if TYPE_CHECKING:
    from spanmart.warehouse import Refresher, Warehouse

MAX_BODY_BYTES = 4 * 1024 * 1024
SESSION_LASTS = timedelta(days=7)


def create_app(
    warehouse: "Warehouse",
    refresher: "Refresher | None" = None,
    site: Site | None = None,
    *,
    tokens: Tokens | None = None,
    users: Users | None = None,
) -> Flask:
    """Make the WSGI application over an open warehouse.

    Without a refresher the pages cannot say how fresh they are. A process that has made `tokens` and `users`
    already gives them, so that what is revoked or removed there holds here at once.
    """
    site = site or Site()
    tokens, users = tokens or Tokens(warehouse), users or Users(warehouse)
    app = Flask(__name__)
    app.config.update(_configuration(site))
    app.secret_key = users.session_key
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if site.behind_proxy:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=0)  # type: ignore[method-assign]
    Services(warehouse, refresher, tokens, users, site.otlp_endpoint).install(app)
    security.guard(app, site)
    authorization.guard(app, site)
    errors.answer_errors(app)
    # The last to be registered is the first to see an answer.
    compression.compress_answers(app)
    etags.tag_other_answers(app)
    formatting.register(app)
    for part in (api, dashboard, interaction, auth, admin):
        for blueprint in part.BLUEPRINTS:
            app.register_blueprint(blueprint)
    if site.oidc:
        from spanmart.web.auth import oidc  # noqa: PLC0415 - what it stands on is an extra

        oidc.install(app, site.oidc, https=site.https)
    return app


def _configuration(site: Site) -> dict[str, object]:
    return {
        "MAX_CONTENT_LENGTH": MAX_BODY_BYTES,
        # A browser takes a cookie of this prefix from this host alone, over TLS alone, for the whole site.
        "SESSION_COOKIE_NAME": "__Host-spanmart" if site.https else "spanmart",
        "SESSION_COOKIE_SECURE": site.https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": SESSION_LASTS,
        "SESSION_REFRESH_EACH_REQUEST": False,
    }
