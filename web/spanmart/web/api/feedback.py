"""Feedback: stored in the ledger before it is acknowledged, shown with the next refresh."""

from flask import Blueprint, Response
from spectree import Response as Answers

from spanmart.warehouse.storage.feedback_event import Feedback
from spanmart.web.api.openapi import document
from spanmart.web.api.schemas import AcceptedFeedback
from spanmart.web.caller import author
from spanmart.web.http.errors import Problem
from spanmart.web.http.parameters import read_json
from spanmart.web.http.responses import json_response
from spanmart.web.services import services

blueprint = Blueprint("feedback", __name__, url_prefix="/api/ai-interactions")


@blueprint.post("/<interaction_id>/feedback")
@document(
    json=Feedback,
    resp=Answers(
        HTTP_202=AcceptedFeedback,
        HTTP_403=Problem,
        HTTP_404=Problem,
        HTTP_413=Problem,
        HTTP_415=Problem,
        HTTP_503=Problem,
    ),
    tags=["feedback"],
)
def give_feedback(interaction_id: str) -> Response:
    """Say what the user did with a response."""
    feedback = read_json(Feedback)
    ingest_seq = services().give_feedback(interaction_id, feedback, author())
    body = {"interaction_id": interaction_id, **feedback.model_dump(), "ingest_seq": ingest_seq}
    return json_response(body, 202)
