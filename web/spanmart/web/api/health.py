"""Whether the process lives, and whether its answers can be trusted to be there."""

from flask import Blueprint, Response
from spectree import Response as Answers

from spanmart.web.api.openapi import document
from spanmart.web.api.schemas import Health, Readiness
from spanmart.web.caller import Right, caller
from spanmart.web.http.responses import json_response
from spanmart.web.services import services

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@document(resp=Answers(HTTP_200=Health), tags=["health"])
def healthz() -> Response:
    """Say that the process answers."""
    return json_response({"status": "ok"})


@blueprint.get("/readyz")
@document(resp=Answers(HTTP_200=Readiness, HTTP_503=Readiness), tags=["health"])
def readyz() -> Response:
    """Say whether the marts are built, how far the first build is, and how fresh they are."""
    built, status = services().interactions.are_built(), services().status
    body = {
        "status": "ready" if built else "building",
        "progress": status.progress if status else None,
        "refreshed_at": f"{status.refreshed_at:%Y-%m-%dT%H:%M:%SZ}"
        if status and status.refreshed_at
        else None,
        "refreshed_seq": status.refreshed_seq if status else None,
        "set_aside": status.set_aside if status else 0,
        # It may tell of what is in the calls.
        "error": status.error if status and Right.READ in caller().rights else None,
    }
    return json_response(body, 200 if built else 503)
