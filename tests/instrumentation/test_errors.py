"""Calls that fail, and what their spans say of it."""

import asyncio
import socket
from collections.abc import Callable

import openai
import pytest
from opentelemetry.trace import StatusCode

from support import openai_bodies as bodies
from support.replay_server import Exchange

from .conftest import Api, Recorded, chat
from .surfaces import CHAT, RESPONSES, needs_responses


@needs_responses
def test_a_failed_response_is_an_error_though_its_http_status_is_200(
    recorded: Recorded, api: Callable[..., Api]
) -> None:
    body = bodies.response_body(
        status="failed", error={"code": "server_error", "message": "The model broke."}
    )
    api(Exchange("responses", body)).client.responses.create(**RESPONSES)
    assert recorded.span.status.status_code is StatusCode.ERROR
    assert recorded.span.status.description == "The model broke."
    assert recorded.attributes["error.type"] == recorded.attributes["spanmart.error.code"] == "server_error"
    assert recorded.attributes["http.response.status_code"] == 200


@pytest.mark.parametrize(
    ("status", "code", "error_type"),
    [
        (400, "context_length_exceeded", "openai.BadRequestError"),
        (401, "invalid_api_key", "openai.AuthenticationError"),
        (404, "model_not_found", "openai.NotFoundError"),
        (429, "rate_limit_exceeded", "openai.RateLimitError"),
        (500, None, "openai.InternalServerError"),
    ],
)
@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_an_error_is_told_in_openais_own_words(
    status: int,
    code: str | None,
    error_type: str,
    is_async: bool,
    recorded: Recorded,
    api: Callable[..., Api],
) -> None:
    body = bodies.error_body("This is what went wrong.", code)
    connected = api(Exchange("chat/completions", body, status=status, headers={"x-request-id": "req_1"}))
    with pytest.raises(openai.APIStatusError) as raised:
        if is_async:
            asyncio.run(connected.async_client.chat.completions.create(**CHAT))
        else:
            chat(connected)
    assert recorded.span.status.status_code is StatusCode.ERROR
    assert recorded.span.status.description == "This is what went wrong."
    attributes = recorded.attributes
    assert attributes["error.type"] == error_type
    assert attributes["http.response.status_code"] == status
    assert attributes["spanmart.response.request_id"] == "req_1"
    assert attributes.get("spanmart.error.code") == code
    (event,) = recorded.span.events
    assert event.name == "exception"
    assert event.attributes is not None
    assert event.attributes["exception.type"] == error_type
    assert event.attributes["exception.message"] == str(raised.value)
    trace = str(event.attributes["exception.stacktrace"])
    assert trace.startswith("Traceback (most recent call last):")
    assert "test_an_error_is_told_in_openais_own_words" in trace  # the app's own frames are in it
    assert "_base_client.py" in trace


def test_a_body_that_is_no_json_leaves_the_clients_message(
    recorded: Recorded, api: Callable[..., Api]
) -> None:
    with pytest.raises(openai.InternalServerError) as raised:
        chat(api(Exchange("chat/completions", b"<html>Bad gateway</html>", status=502)))
    assert recorded.span.status.description == str(raised.value)


def test_a_call_with_retries_is_one_span_that_counts_them(
    recorded: Recorded, api: Callable[..., Api]
) -> None:
    busy = Exchange(
        "chat/completions", bodies.error_body("Slow down."), status=429, headers={"retry-after-ms": "1"}
    )
    chat(api(busy, busy, Exchange("chat/completions", bodies.chat_body()), max_retries=3))
    assert recorded.attributes["http.request.resend_count"] == 2
    assert recorded.span.status.status_code is StatusCode.UNSET


def test_a_call_that_fails_after_all_retries_counts_them(recorded: Recorded, api: Callable[..., Api]) -> None:
    busy = Exchange(
        "chat/completions", bodies.error_body("Slow down."), status=429, headers={"retry-after-ms": "1"}
    )
    with pytest.raises(openai.RateLimitError):
        chat(api(busy, max_retries=2))
    assert recorded.attributes["http.request.resend_count"] == 2


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_a_timeout_is_an_error(is_async: bool, recorded: Recorded, api: Callable[..., Api]) -> None:
    connected = api(Exchange("chat/completions", bodies.chat_body(), stall_after=0), timeout=0.2)
    with pytest.raises(openai.APITimeoutError):
        if is_async:
            asyncio.run(connected.async_client.chat.completions.create(**CHAT))
        else:
            chat(connected)
    assert recorded.attributes["error.type"] == "openai.APITimeoutError"
    assert recorded.span.status.description == "Request timed out."
    assert "http.response.status_code" not in recorded.attributes


def test_a_refused_connection_is_an_error(recorded: Recorded) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"
    with pytest.raises(openai.APIConnectionError):
        openai.OpenAI(base_url=address, api_key="k", max_retries=0).chat.completions.create(**CHAT)
    assert recorded.attributes["error.type"] == "openai.APIConnectionError"
    assert recorded.span.status.description == "Connection error."


def test_a_cancelled_call_is_one_span(recorded: Recorded, api: Callable[..., Api]) -> None:
    connected = api(Exchange("chat/completions", bodies.chat_body(), stall_after=0))

    async def cancelled() -> None:
        task = asyncio.create_task(connected.async_client.chat.completions.create(**CHAT))
        while not connected.server.received:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    assert recorded.attributes["error.type"] == "asyncio.exceptions.CancelledError"
