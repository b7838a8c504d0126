"""What a request works with: the questions, the state of the refresh, and what the filters can be set to."""

import secrets
from typing import TYPE_CHECKING, Any

from flask import Flask, current_app

from spanmart.warehouse.accounts.audit_log import AuditLog
from spanmart.warehouse.interactions import Interactions
from spanmart.web.login_attempts import LoginAttempts

if TYPE_CHECKING:
    from spanmart.warehouse.accounts.audit_log import Author
    from spanmart.warehouse.accounts.tokens import Tokens
    from spanmart.warehouse.accounts.users import Users
    from spanmart.warehouse.refresh import Refresher, RefreshStatus
    from spanmart.warehouse.storage.database import Warehouse
    from spanmart.warehouse.storage.feedback_event import Feedback

_KEY = "spanmart"


class Services:
    """The parts of the warehouse that the web uses; one for each application, shared by all its threads."""

    def __init__(
        self,
        warehouse: "Warehouse",
        refresher: "Refresher | None",
        tokens: "Tokens",
        users: "Users",
        otlp_endpoint: str,
    ) -> None:
        self.interactions = Interactions(warehouse)
        self.tokens = tokens
        self.users = users
        self.audit = AuditLog(warehouse)
        self.attempts = LoginAttempts()
        self.otlp_endpoint = otlp_endpoint
        self._refresher = refresher
        # Versions of the marts start anew with each process, and a browser may have seen the one before.
        self._process = secrets.token_hex(4)
        self._choices: tuple[str | None, dict[str, list[str]]] = (None, {})
        self._unread: tuple[str | None, dict[str, Any]] = (None, {})

    def install(self, app: Flask) -> None:
        """Let `services()` find this in the application's requests."""
        app.extensions[_KEY] = self

    @property
    def status(self) -> "RefreshStatus | None":
        """The state of the refresh, or None if nothing refreshes the marts here."""
        return self._refresher.status if self._refresher else None

    @property
    def version(self) -> str | None:
        """Changes whenever a page could look different; None if that cannot be told."""
        status = self.status
        return f"{self._process}-{status.version}-{status.error is not None}" if status else None

    def give_feedback(self, interaction_id: str, feedback: "Feedback", by: "Author") -> int:
        """Land the feedback and note who gave it; return its ingest_seq."""
        ingest_seq = self.interactions.submit_feedback(interaction_id, **feedback.model_dump())
        self.audit.record(by, "give feedback", interaction_id, feedback.user_feedback)
        return ingest_seq

    def choices(self) -> dict[str, list[str]]:
        """The values that filters can be set to, asked for once a version of the marts."""
        version, choices = self._choices
        if version is None or version != self.version:
            version, choices = self.version, self.interactions.get_choices()
            self._choices = (version, choices)
        return choices

    def unread_spans(self) -> dict[str, Any]:
        """What looks like calls and is read by nobody, asked for once a version of the marts."""
        version, unread = self._unread
        if version is None or version != self.version:
            version, unread = self.version, self.interactions.get_unread_spans()
            self._unread = (version, unread)
        return unread


def services() -> Services:
    """The services of the application that handles the current request."""
    found: Services = current_app.extensions[_KEY]
    return found
