"""Errors in the shape in which the OpenAI API sends them."""

from collections.abc import Mapping
from typing import Any


class ApiError(Exception):
    """An answer other than 200: status, the `error` object of the body, and headers beside the usual ones."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        type: str,
        code: str | None = None,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})
        self.body: dict[str, Any] = {
            "error": {"message": message, "type": type, "param": param, "code": code}
        }


def invalid_request(message: str, param: str | None = None, code: str | None = None) -> ApiError:
    """Return the 400 for a request that cannot be answered as it stands."""
    return ApiError(400, message, type="invalid_request_error", param=param, code=code)
