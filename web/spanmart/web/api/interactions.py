"""Reading interactions: the list, the metrics, the newest failures and gaps, and one by its id."""

from flask import Blueprint, Response
from spectree import Response as Answers

from spanmart.warehouse.queries.filters import Filters
from spanmart.web.api.openapi import document
from spanmart.web.api.schemas import (
    DataQualityQuery,
    Interaction,
    InteractionItems,
    InteractionPage,
    ListQuery,
    Metrics,
    NewestQuery,
)
from spanmart.web.http.errors import Problem
from spanmart.web.http.etags import answer_revalidated
from spanmart.web.http.parameters import read_query
from spanmart.web.http.responses import json_response
from spanmart.web.services import services

blueprint = Blueprint("interactions", __name__, url_prefix="/api/ai-interactions")


@blueprint.get("")
@document(
    query=ListQuery,
    resp=Answers(HTTP_200=InteractionPage, HTTP_409=Problem, HTTP_503=Problem),
    tags=["interactions"],
)
def list_interactions() -> Response:
    """List the interactions that fit, a page at a time."""
    query = read_query(ListQuery)
    return answer_revalidated(
        lambda: json_response(services().interactions.get_all(query, query.sort, query.limit, query.cursor))
    )


@blueprint.get("/metrics")
@document(
    query=Filters,
    resp=Answers(HTTP_200=Metrics, HTTP_503=Problem),
    tags=["interactions"],
)
def get_metrics() -> Response:
    """Measure the interactions that fit."""
    filters = read_query(Filters)
    return answer_revalidated(lambda: json_response(services().interactions.get_metrics(filters)))


@blueprint.get("/failures")
@document(
    query=NewestQuery,
    resp=Answers(HTTP_200=InteractionItems, HTTP_503=Problem),
    tags=["interactions"],
)
def list_failures() -> Response:
    """List the newest failed calls with error details and input."""
    query = read_query(NewestQuery)
    return answer_revalidated(lambda: json_response(services().interactions.get_failures(query.limit, query)))


@blueprint.get("/data-quality-issues")
@document(
    query=DataQualityQuery,
    resp=Answers(HTTP_200=InteractionItems, HTTP_503=Problem),
    tags=["interactions"],
)
def list_data_quality_issues() -> Response:
    """List the newest calls that lacked a variable which their prompt requires."""
    query = read_query(DataQualityQuery)
    return answer_revalidated(
        lambda: json_response(
            services().interactions.get_data_quality_issues(query.limit, query, query.variable)
        )
    )


@blueprint.get("/<interaction_id>")
@document(
    resp=Answers(HTTP_200=Interaction, HTTP_404=Problem, HTTP_503=Problem),
    tags=["interactions"],
)
def get_interaction(interaction_id: str) -> Response:
    """Read one interaction with its whole texts."""
    return answer_revalidated(lambda: json_response(services().interactions.get_by_id(interaction_id)))
