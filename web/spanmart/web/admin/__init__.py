"""Pages for admins: tokens, accounts, the audit log."""

from spanmart.web.admin import accounts, audit, tokens

BLUEPRINTS = (
    tokens.blueprint,
    accounts.blueprint,
    audit.blueprint,
)
