"""Who may send: whoever shows a token with the scope `ingest`, where tokens are asked for."""

from datetime import UTC, datetime

from spanmart.collector.otlp.refusal import Refusal
from spanmart.warehouse.accounts.tokens import Scope, Tokens, bearer

HOW = "Send the header `Authorization: Bearer <token>` with a token of scope ingest"
MAKE = "`spanmart token create --scope ingest NAME` makes one"


class IngestGate:
    """Checks every request, whichever way it comes; without tokens, everybody may send."""

    def __init__(self, tokens: Tokens | None = None) -> None:
        self._tokens = tokens

    def check(self, authorization: str | None) -> None:
        """Let the bearer of this Authorization header in, or raise Refusal; takes microseconds.

        A token that was revoked or has expired is refused from that moment on.
        """
        if self._tokens is None:
            return
        secret = bearer(authorization)
        if secret is None:
            raise Refusal.unauthenticated(f"This receiver asks for a token. {HOW}; {MAKE}.")
        token = self._tokens.find(secret)
        if token is None:
            raise Refusal.unauthenticated(f"The token is not known here. {HOW}; {MAKE}.", "invalid_token")
        state = token.state(datetime.now(UTC))
        if state != "active":
            message = f"The token {token.name!r} is {state}. {HOW} that still counts; {MAKE}."
            raise Refusal.unauthenticated(message, "invalid_token")
        if Scope.INGEST not in token.scopes:
            has = ", ".join(sorted(token.scopes))
            message = f"The token {token.name!r} has the scope {has} and not ingest. {MAKE} that has."
            raise Refusal.without_scope(message, Scope.INGEST)
        self._tokens.note_use(token)
