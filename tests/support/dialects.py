"""One exchange with a model as each dialect describes it, with the names that its instrumentations use."""

import json
from typing import Any

from support.spans import NANOSECONDS, NOON, Row, any_span, messages

ASKED = "gpt-4o-mini"
ANSWERED = "gpt-4o-mini-2024-07-18"
SYSTEM = "Be brief."
PROMPT = "Say hello"
ANSWER = "Hello!"
TOKENS = {"input": 1000, "cached": 400, "output": 100, "reasoning": 60}
CHAT = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": PROMPT}]
USAGE = {
    "prompt_tokens": TOKENS["input"],
    "completion_tokens": TOKENS["output"],
    "prompt_tokens_details": {"cached_tokens": TOKENS["cached"]},
    "completion_tokens_details": {"reasoning_tokens": TOKENS["reasoning"]},
}


def response_id(number: int) -> str:
    return f"chatcmpl-{number}"


def gen_ai(number: int = 1, *, attributes: dict[str, Any] | None = None, **changes: Any) -> Row:
    """The current conventions, as the official instrumentation has them."""
    usual = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": ASKED,
        "gen_ai.response.model": ANSWERED,
        "gen_ai.response.id": response_id(number),
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.input_tokens": TOKENS["input"],
        "gen_ai.usage.cache_read.input_tokens": TOKENS["cached"],
        "gen_ai.usage.output_tokens": TOKENS["output"],
        "gen_ai.usage.reasoning.output_tokens": TOKENS["reasoning"],
        "gen_ai.input.messages": messages(("system", SYSTEM), ("user", PROMPT)),
        "gen_ai.output.messages": messages(("assistant", ANSWER), finish_reason="stop"),
        "user.id": "ada",
        "session.id": "s1",
    }
    scope = "opentelemetry.instrumentation.genai.openai"
    return any_span(number, {**usual, **(attributes or {})}, **{"scope": scope, **changes})


def gen_ai_events(number: int = 1, *, attributes: dict[str, Any] | None = None, **changes: Any) -> Row:
    """The conventions before: messages are events of the span."""
    usual = {
        "gen_ai.operation.name": "chat",
        "gen_ai.system": "openai",
        "gen_ai.request.model": ASKED,
        "gen_ai.response.model": ANSWERED,
        "gen_ai.response.id": response_id(number),
        "gen_ai.usage.prompt_tokens": TOKENS["input"],
        "gen_ai.usage.completion_tokens": TOKENS["output"],
        "enduser.id": "ada",
        "gen_ai.conversation.id": "s1",
    }
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": ANSWER}}
    events = [
        ("gen_ai.system.message", {"content": SYSTEM}),
        ("gen_ai.user.message", {"gen_ai.event.content": json.dumps({"role": "user", "content": PROMPT})}),
        ("gen_ai.choice", choice),
    ]
    named = [{"name": name, "time_unix_nano": NOON, "attributes": body} for name, body in events]
    return any_span(
        number,
        {**usual, **(attributes or {})},
        **{"scope": "opentelemetry.instrumentation.openai_v2", "events": json.dumps(named), **changes},
    )


def openinference(number: int = 1, *, attributes: dict[str, Any] | None = None, **changes: Any) -> Row:
    """OpenInference, as its instrumentation of OpenAI's client has it."""
    response = {
        "id": response_id(number),
        "object": "chat.completion",
        "model": ANSWERED,
        "choices": [
            {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": ANSWER}}
        ],
    }
    usual = {
        "openinference.span.kind": "LLM",
        "llm.system": "openai",
        "llm.model_name": ANSWERED,
        "llm.invocation_parameters": {"model": ASKED, "user": "ada"},
        "input.value": {"model": ASKED, "messages": CHAT},
        "output.value": response,
        "llm.input_messages.0.message.role": "system",
        "llm.input_messages.0.message.content": SYSTEM,
        "llm.input_messages.1.message.role": "user",
        "llm.input_messages.1.message.content": PROMPT,
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.content": ANSWER,
        "llm.token_count.prompt": TOKENS["input"],
        "llm.token_count.prompt_details.cache_read": TOKENS["cached"],
        "llm.token_count.completion": TOKENS["output"],
        "llm.token_count.completion_details.reasoning": TOKENS["reasoning"],
        "session.id": "s1",
    }
    return any_span(
        number,
        {**usual, **(attributes or {})},
        **{"scope": "openinference.instrumentation.openai", "name": "ChatCompletion", **changes},
    )


def openllmetry(number: int = 1, *, attributes: dict[str, Any] | None = None, **changes: Any) -> Row:
    """OpenLLMetry, before it wrote messages as JSON."""
    usual = {
        "llm.request.type": "chat",
        "llm.is_streaming": False,
        "gen_ai.system": "OpenAI",
        "gen_ai.request.model": ASKED,
        "gen_ai.response.model": ANSWERED,
        "gen_ai.response.id": response_id(number),
        "gen_ai.prompt.0.role": "system",
        "gen_ai.prompt.0.content": SYSTEM,
        "gen_ai.prompt.1.role": "user",
        "gen_ai.prompt.1.content": PROMPT,
        "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.content": ANSWER,
        "gen_ai.completion.0.finish_reason": "stop",
        "gen_ai.usage.prompt_tokens": TOKENS["input"],
        "gen_ai.usage.cache_read_input_tokens": TOKENS["cached"],
        "gen_ai.usage.completion_tokens": TOKENS["output"],
        "gen_ai.usage.reasoning_tokens": TOKENS["reasoning"],
        "traceloop.association.properties.user_id": "ada",
        "traceloop.association.properties.session_id": "s1",
    }
    return any_span(
        number,
        {**usual, **(attributes or {})},
        **{"scope": "opentelemetry.instrumentation.openai.v1", "name": "openai.chat", **changes},
    )


def vercel(number: int = 1, *, attributes: dict[str, Any] | None = None, **changes: Any) -> Row:
    """One request of the Vercel AI SDK to a model."""
    prompt = [
        {"role": "system", "content": SYSTEM},
        {"role": "user", "content": [{"type": "text", "text": PROMPT}]},
    ]
    usual = {
        "ai.operationId": "ai.generateText.doGenerate",
        "ai.model.provider": "openai.chat",
        "ai.model.id": ASKED,
        "ai.prompt.messages": prompt,
        "ai.response.model": ANSWERED,
        "ai.response.id": response_id(number),
        "ai.response.finishReason": "stop",
        "ai.response.text": ANSWER,
        "ai.usage.inputTokens": TOKENS["input"],
        "ai.usage.cachedInputTokens": TOKENS["cached"],
        "ai.usage.outputTokens": TOKENS["output"],
        "ai.usage.reasoningTokens": TOKENS["reasoning"],
        "ai.telemetry.metadata.userId": "ada",
        "ai.telemetry.metadata.sessionId": "s1",
    }
    return any_span(
        number,
        {**usual, **(attributes or {})},
        **{"scope": "ai", "name": "ai.generateText.doGenerate", "kind": "INTERNAL", **changes},
    )


def langfuse(number: int = 1, *, attributes: dict[str, Any] | None = None, **changes: Any) -> Row:
    """A generation as Langfuse's wrapper of OpenAI's client observes it."""
    usual = {
        "langfuse.observation.type": "generation",
        "langfuse.observation.input": CHAT,
        "langfuse.observation.output": {"role": "assistant", "content": ANSWER},
        "langfuse.observation.model.name": ANSWERED,
        "langfuse.observation.usage_details": USAGE,
        "user.id": "ada",
        "session.id": "s1",
    }
    return any_span(
        number,
        {**usual, **(attributes or {})},
        **{"scope": "langfuse-sdk", "name": "OpenAI-generation", "kind": "INTERNAL", **changes},
    )


def logfire(number: int = 1, *, attributes: dict[str, Any] | None = None, **changes: Any) -> Row:
    """Logfire before it followed the conventions: the request and the response as they were."""
    usual = {
        "logfire.span_type": "span",
        "logfire.msg_template": "Chat Completion with {request_data[model]!r}",
        "request_data": {"model": ASKED, "messages": CHAT, "user": "ada"},
        "response_data": {"message": {"role": "assistant", "content": ANSWER}, "usage": USAGE},
        "gen_ai.system": "openai",
        "gen_ai.request.model": ASKED,
        "gen_ai.response.model": ANSWERED,
    }
    return any_span(
        number,
        {**usual, **(attributes or {})},
        **{"scope": "logfire.openai", "name": "Chat Completion with {request_data[model]!r}", **changes},
    )


DIALECTS = {
    made.__name__: made
    for made in (gen_ai, gen_ai_events, langfuse, logfire, openinference, openllmetry, vercel)
}


def moments_after(seconds: float) -> int:
    """So long after the start of call 1, in nanoseconds since 1970."""
    return NOON + NANOSECONDS + round(seconds * NANOSECONDS)
