"""The HTTP API, and what it is described by."""

from spanmart.web.api import audit, export, feedback, health, interactions, openapi

BLUEPRINTS = (
    interactions.blueprint,
    export.blueprint,
    feedback.blueprint,
    audit.blueprint,
    health.blueprint,
    openapi.blueprint,
)
