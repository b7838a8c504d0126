"""Where things are on this server."""

LOGIN = "/login"
API = "/api/ai-interactions"
EXPORT = f"{API}/export"
DASHBOARD = "/admin-dashboard"
HOME = f"{DASHBOARD}?tab=ai-insights"
INTERACTIONS = f"{DASHBOARD}/interactions"
ACCOUNT = f"{DASHBOARD}/account"
TOKENS = f"{DASHBOARD}/tokens"
ACCOUNTS = f"{DASHBOARD}/accounts"
AUDIT = f"{DASHBOARD}/audit"

# Pages for admins, by the names that views of the dashboard have.
ADMIN_VIEWS = {"tokens": TOKENS, "accounts": ACCOUNTS, "audit": AUDIT}
