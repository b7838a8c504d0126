"""The audit log, the newest entries first."""

from flask import Blueprint, Response, render_template

from spanmart.warehouse.accounts.audit_log import place_of_older
from spanmart.web.api.schemas import AuditQuery
from spanmart.web.http.parameters import read_query
from spanmart.web.services import services
from spanmart.web.urls import AUDIT

blueprint = Blueprint("audit_log", __name__)


@blueprint.get(AUDIT)
def audit() -> Response:
    """Show who changed what."""
    query = read_query(AuditQuery)
    entries = services().audit.newest(query.limit, query.before)
    before = place_of_older(entries, query.limit)
    older = f"{AUDIT}?limit={query.limit}&before={before}" if before else None
    return Response(render_template("audit.html", entries=entries, query=query, older=older))
