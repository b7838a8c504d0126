"""One interaction: everything that is known of it, and the form to give feedback."""

from functools import partial
from typing import Any

from flask import Blueprint, Response, redirect, render_template
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.wrappers import Response as AnyResponse

from spanmart.warehouse.storage.feedback_event import Feedback, GivenFeedback
from spanmart.web.caller import author
from spanmart.web.dashboard.links import Links
from spanmart.web.http.etags import answer_revalidated, etag_of
from spanmart.web.http.parameters import check, read_form, read_query
from spanmart.web.interaction.conversation import read_conversation
from spanmart.web.interaction.text_diff import compare
from spanmart.web.interaction.variables import list_variables, mark
from spanmart.web.services import services
from spanmart.web.urls import INTERACTIONS

blueprint = Blueprint("detail", __name__, url_prefix=INTERACTIONS)


class DetailQuery(BaseModel):
    """What the page was reached with."""

    model_config = ConfigDict(extra="forbid")

    feedback_seq: int | None = Field(
        default=None, description="ingest_seq of feedback just given on this page."
    )


class FeedbackForm(BaseModel):
    """The form's fields, which are text."""

    model_config = ConfigDict(extra="forbid")

    user_feedback: GivenFeedback
    comment: str | None = None
    quality_score: float | None = None
    final_text: str | None = None


@blueprint.get("/<interaction_id>")
def interaction(interaction_id: str) -> Response:
    """Show the interaction."""
    query = read_query(DetailQuery)
    return answer_revalidated(
        lambda: Response(render_template("interaction.html", **_content(interaction_id, query)))
    )


@blueprint.get("/<interaction_id>/fragment")
def fragment(interaction_id: str) -> Response:
    """Send only what changes when the marts do."""
    query = read_query(DetailQuery)
    return answer_revalidated(
        lambda: Response(render_template("views/interaction.html", **_content(interaction_id, query)))
    )


@blueprint.post("/<interaction_id>/feedback")
def give_feedback(interaction_id: str) -> AnyResponse:
    """Store the feedback and lead back to the interaction."""
    form = read_form(FeedbackForm)
    feedback = check(Feedback, form.model_dump())
    ingest_seq = services().give_feedback(interaction_id, feedback, author())
    return redirect(f"{INTERACTIONS}/{interaction_id}?feedback_seq={ingest_seq}#feedback", 303)


def _content(interaction_id: str, query: DetailQuery) -> dict[str, Any]:
    fragment_path = f"{INTERACTIONS}/{interaction_id}/fragment"
    if query.feedback_seq:
        fragment_path += f"?feedback_seq={query.feedback_seq}"
    etag = etag_of(fragment_path)
    found = services().interactions.get_by_id(interaction_id)
    interactions = services().interactions
    is_judged = found["user_feedback"] != "no_feedback"
    final_text = interactions.get_final_text(interaction_id) if is_judged else None
    variables = list_variables(found)
    status = services().status
    return {
        "interaction": found,
        "span": interactions.get_span(interaction_id),
        "cost": interactions.explain_cost(interaction_id),
        "neighbours": interactions.get_neighbours(interaction_id),
        "variables": variables,
        "mark": partial(mark, variables=variables),
        "conversation": read_conversation(found),
        "edit": compare(found["ai_response"] or "", final_text) if final_text is not None else None,
        "feedback_seq": query.feedback_seq,
        "feedback_shown": bool(query.feedback_seq and status and status.refreshed_seq >= query.feedback_seq),
        "link": Links("log", {}),
        "fragment": fragment_path,
        "etag": etag,
        "status": status,
    }
