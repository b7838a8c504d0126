"""The audit log, for admins."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response
from spectree import Response as Answers

from spanmart.warehouse.accounts.audit_log import Entry, place_of_older
from spanmart.web.api.openapi import document
from spanmart.web.api.schemas import AuditPage, AuditQuery
from spanmart.web.http.parameters import read_query
from spanmart.web.http.responses import json_response
from spanmart.web.services import services

blueprint = Blueprint("audit", __name__)


@blueprint.get("/api/audit-log")
@document(query=AuditQuery, resp=Answers(HTTP_200=AuditPage), tags=["administration"])
def list_entries() -> Response:
    """Read who changed users, tokens and feedback, the newest first."""
    query = read_query(AuditQuery)
    entries = services().audit.newest(query.limit, query.before)
    body = {
        "items": [_write_json(entry) for entry in entries],
        "next_before": place_of_older(entries, query.limit),
    }
    return json_response(body)


def _write_json(entry: Entry) -> dict[str, Any]:
    return {**asdict(entry), "happened_at": f"{entry.happened_at:%Y-%m-%dT%H:%M:%S.%fZ}"}
