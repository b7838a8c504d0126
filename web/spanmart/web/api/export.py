"""Export: everything that fits the filters, streamed as a file."""

from flask import Blueprint, Response
from spectree import Response as Answers

from spanmart.warehouse.queries.lists.export import ENCODINGS
from spanmart.web.api.openapi import document
from spanmart.web.api.schemas import ExportQuery, Interaction
from spanmart.web.http.errors import Problem
from spanmart.web.http.parameters import read_query
from spanmart.web.services import services

blueprint = Blueprint("export", __name__, url_prefix="/api/ai-interactions")


@blueprint.get("/export")
@document(
    query=ExportQuery,
    resp=Answers(HTTP_200=Interaction, HTTP_503=Problem),
    tags=["interactions"],
)
def export_interactions() -> Response:
    """Download all interactions that fit, with their whole texts, as CSV, JSON or Parquet."""
    query = read_query(ExportQuery)
    columns = query.columns.split(",") if query.columns else ()
    pieces = services().interactions.export(query, query.format, query.sort, columns)
    response = Response(pieces, content_type=ENCODINGS[query.format].media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="ai-interactions.{query.format}"'
    return response
