"""JSON as the API sends it."""

import json

from flask import Response


def json_response(body: object, status: int = 200) -> Response:
    """Write the body; a NaN in it is our mistake, and must not reach a client that cannot read it."""
    return Response(
        json.dumps(body, ensure_ascii=False, allow_nan=False), status, content_type="application/json"
    )
