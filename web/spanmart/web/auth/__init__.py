"""Who may come in: logging in, here or by OpenID Connect, and what each request needs."""

from spanmart.web.auth import account, login

BLUEPRINTS = (
    login.blueprint,
    account.blueprint,
)
