"""Recorded OpenAI traffic, made again by the real client: the span says what the recording says."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openai
import pytest

from support.recorded_calls import METHODS, arguments
from support.replay_server import Exchange, recorded_exchanges

from .conftest import Api, Recorded
from .surfaces import HAS_RESPONSES

RECORDINGS = Path(__file__).parents[3] / "shared" / "recordings"

EXCHANGES = (
    {exchange.key: exchange for exchange in recorded_exchanges(RECORDINGS / "exchanges")}
    if RECORDINGS.is_dir()
    else {}
)
TRUTH: dict[str, Any] = json.loads((RECORDINGS / "truth.json").read_text()) if EXCHANGES else {}

pytestmark = pytest.mark.skipif(
    not EXCHANGES, reason="no recorded exchanges: there is no ../shared/recordings beside the checkout"
)


def make(api: Api, exchange: Exchange) -> None:
    method = METHODS[exchange.path](api.client)
    result = method(**arguments(method, exchange.request, exchange.key))
    if exchange.request.get("stream"):
        list(result)


async def make_async(api: Api, exchange: Exchange) -> None:
    method = METHODS[exchange.path](api.async_client)
    result = await method(**arguments(method, exchange.request, exchange.key))
    if exchange.request.get("stream"):
        async for _ in result:
            pass


def said(recorded: Recorded) -> dict[str, Any]:
    """The span in the words of `truth.json`."""
    attributes = recorded.attributes
    output = recorded.messages()[0]["parts"] if "gen_ai.output.messages" in attributes else []
    return {
        "endpoint": {"embeddings": "embeddings"}.get(
            attributes["gen_ai.operation.name"],
            "responses" if attributes.get("openai.api.type") == "responses" else "chat/completions",
        ),
        "stream": attributes.get("gen_ai.request.stream", False),
        "request_model": attributes.get("gen_ai.request.model"),
        "http_status": attributes.get("http.response.status_code"),
        "response_id": attributes.get("gen_ai.response.id"),
        "response_model": attributes.get("gen_ai.response.model"),
        "response_status": attributes.get("gen_ai.response.status"),
        "input_tokens": attributes.get("gen_ai.usage.input_tokens"),
        "cached_input_tokens": attributes.get("gen_ai.usage.cache_read.input_tokens"),
        "output_tokens": attributes.get("gen_ai.usage.output_tokens"),
        "reasoning_tokens": attributes.get("gen_ai.usage.reasoning.output_tokens"),
        "finish_reason": next(iter(attributes.get("gen_ai.response.finish_reasons", ())), None),
        "text": "".join(part["content"] for part in output if part["type"] == "text") or None,
        "tool_calls": [part["name"] for part in output if part["type"] == "tool_call"] or None,
        "error_message": recorded.span.status.description,
    }


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("key", TRUTH)
def test_the_span_says_what_the_recording_says(
    key: str, is_async: bool, recorded: Recorded, api: Callable[..., Api]
) -> None:
    exchange, truth = EXCHANGES[key], TRUTH[key]
    if exchange.path == "responses" and not HAS_RESPONSES:
        pytest.skip("an older client")
    connected = api(exchange)
    try:
        if is_async:
            asyncio.run(make_async(connected, exchange))
        else:
            make(connected, exchange)
    except openai.APIStatusError as error:
        assert error.status_code == truth["http_status"]
    told = said(recorded)
    assert {field: told[field] for field in truth} == truth
    assert told["error_message"] == truth.get("error_message")
    request_id = exchange.headers.get("x-request-id")
    assert recorded.attributes.get("spanmart.response.request_id") == request_id
