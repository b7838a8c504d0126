"""Spans of LLM calls as instrumented apps send them: about 3.5 KB and 25 attributes each.

Most calls answer; some stream, some call tools, some fail with an exception event and its stack trace.
System prompts repeat, as they do in life: one for each version of a prompt. What users write does not.
"""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from benchmarks.prose import Writer

Value = str | bool | int | float | Sequence[str]

FIRST_NANO = 1_764_000_000_000_000_000
_CATEGORIES = ("safety", "onboarding", "sales", "compliance", "leadership")
_MODELS = (
    ("gpt-4o-mini", "gpt-4o-mini-2024-07-18"),
    ("gpt-4o", "gpt-4o-2024-08-06"),
    ("gpt-4.1-mini", "gpt-4.1-mini-2025-04-14"),
)
_TOOLS = ("find_material", "look_up_policy", "schedule_session", "count_participants")
_FAILURES = (  # type, OpenAI's code, HTTP status, message
    ("openai.RateLimitError", "rate_limit_exceeded", 429, "Rate limit reached for {model}."),
    ("openai.APITimeoutError", "", 0, "Request timed out."),
    ("openai.InternalServerError", "server_error", 500, "The server had an error."),
    ("openai.BadRequestError", "context_length_exceeded", 400, "The input exceeds the context window."),
)  # fmt: skip
_FRAMES = (
    ("app/handlers.py", "generate", "outline = await service.outline(form)"),
    ("app/service.py", "outline", "answer = self._client.chat.completions.create(**request)"),
    ("openai/_utils/_utils.py", "wrapper", "return func(*args, **kwargs)"),
    ("openai/resources/chat/completions/completions.py", "create", "return self._post("),
    ("openai/_base_client.py", "post", "return cast(ResponseT, self.request(cast_to, opts, stream=stream))"),
    (
        "openai/_base_client.py",
        "request",
        "raise self._make_status_error_from_response(err.response) from None",
    ),
)


@dataclass(frozen=True)
class PromptVersion:
    """A version of a prompt; its system prompt is sent with every call made with it."""

    name: str
    version: str
    system: str
    required: tuple[str, ...]


def _prompts() -> tuple[PromptVersion, ...]:
    names = (
        "outline",
        "quiz",
        "welcome_mail",
        "session_summary",
        "handout",
        "role_play",
        "translation",
        "follow_up",
    )
    required = ("title", "audience", "tone")
    return tuple(
        PromptVersion(name, str(version), Writer(random.Random(f"{name} {version}")).text(520), required)
        for name in names
        for version in (1, 2, 3)
    )


PROMPTS = _prompts()


class Calls:
    """An endless supply of spans; the same seed makes the same ones."""

    def __init__(self, seed: int, first_nano: int = FIRST_NANO) -> None:
        self._chance = random.Random(seed)
        self._writer = Writer(self._chance)
        self._first_nano = first_nano
        self._made = 0

    def span(self) -> Span:
        """The next call's span."""
        chance = self._chance
        self._made += 1
        start = self._first_nano + self._made * 1_000_003
        duration = int(chance.lognormvariate(0.5, 0.7) * 1e9)
        model, answered_by = chance.choice(_MODELS)
        span = Span(
            trace_id=chance.randbytes(16),
            span_id=chance.randbytes(8),
            name=f"chat {model}",
            kind=Span.SPAN_KIND_CLIENT,
            start_time_unix_nano=start,
            end_time_unix_nano=start + duration,
        )
        prompt = chance.choice(PROMPTS)
        attributes = self._asked(prompt, model)
        if chance.random() < 0.04:
            attributes |= self._failed(span, model)
        else:
            attributes |= self._answered(answered_by, duration / 1e9)
        span.attributes.extend(KeyValue(key=key, value=_value(value)) for key, value in attributes.items())
        return span

    def _asked(self, prompt: PromptVersion, model: str) -> dict[str, Value]:
        chance, writer = self._chance, self._writer
        title, audience = writer.phrase(4), writer.phrase(2)
        messages = [_message("system", prompt.system)]
        if chance.random() < 0.2:
            messages += [_message("user", writer.text(140)), _message("assistant", writer.text(200))]
        question = f"{writer.text(430)}\n\n{title} ({audience}), case {chance.randbytes(8).hex()}"
        messages.append(_message("user", question))
        return {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": model,
            "gen_ai.request.temperature": round(chance.random(), 1),
            "gen_ai.request.max_tokens": chance.choice((400, 800, 1200)),
            "gen_ai.request.stream": chance.random() < 0.15,
            "server.address": "api.openai.com",
            "server.port": 443,
            "session.id": chance.randbytes(8).hex(),
            "user.id": f"user-{int(chance.paretovariate(0.8)) % 100_000}",
            "spanmart.interaction.type": f"{prompt.name}_generation",
            "spanmart.context.category": chance.choice(_CATEGORIES),
            "gen_ai.prompt.name": prompt.name,
            "gen_ai.prompt.version": prompt.version,
            "spanmart.prompt.required_variables": prompt.required,
            "gen_ai.prompt.variable.title": title,
            "gen_ai.prompt.variable.audience": audience,
            "gen_ai.input.messages": json.dumps(messages, ensure_ascii=False),
        }

    def _answered(self, answered_by: str, duration_s: float) -> dict[str, Value]:
        chance = self._chance
        finish = "length" if chance.random() < 0.02 else "stop"
        message = _message("assistant", self._writer.text(int(chance.triangular(250, 1_500, 800))))
        if chance.random() < 0.1:
            finish = "tool_calls"
            message["parts"].append(self._tool_call())
        message["finish_reason"] = finish
        output_tokens = chance.randint(60, 700)
        return {
            "gen_ai.response.model": answered_by,
            "gen_ai.response.id": f"chatcmpl-{chance.randbytes(8).hex()}",
            "gen_ai.response.finish_reasons": (finish,),
            "gen_ai.response.time_to_first_chunk": round(duration_s * chance.uniform(0.1, 0.5), 6),
            "gen_ai.usage.input_tokens": chance.randint(200, 3_000),
            "gen_ai.usage.output_tokens": output_tokens,
            "gen_ai.usage.cache_read.input_tokens": chance.choice((0, 0, 0, 128)),
            "http.response.status_code": 200,
            "spanmart.response.request_id": f"req_{chance.randbytes(8).hex()}",
            "gen_ai.output.messages": json.dumps([message], ensure_ascii=False),
        }

    def _tool_call(self) -> dict[str, Any]:
        return {
            "type": "tool_call",
            "id": f"call_{self._chance.randbytes(12).hex()}",
            "name": self._chance.choice(_TOOLS),
            "arguments": {"query": self._writer.phrase(5), "limit": self._chance.randint(1, 20)},
        }

    def _failed(self, span: Span, model: str) -> dict[str, Value]:
        """Mark the span as failed, as an exception left it."""
        kind, code, status, pattern = self._chance.choice(_FAILURES)
        text = pattern.format(model=model)
        span.status.CopyFrom(Status(code=Status.STATUS_CODE_ERROR, message=text))
        details = {
            "exception.type": kind,
            "exception.message": text,
            "exception.stacktrace": self._stack_trace(kind, text),
        }
        span.events.add(
            name="exception",
            time_unix_nano=span.end_time_unix_nano,
            attributes=[KeyValue(key=key, value=_value(value)) for key, value in details.items()],
        )
        attributes: dict[str, Value] = {"error.type": kind}
        if status:
            attributes |= {"http.response.status_code": status, "spanmart.error.code": code}
        return attributes

    def _stack_trace(self, kind: str, text: str) -> str:
        frames = (
            f'  File "/srv/venv/lib/python3.12/site-packages/{file}", '
            f"line {self._chance.randint(20, 1_400)}, in {function}\n    {line}\n"
            for file, function, line in _FRAMES
        )
        return f"Traceback (most recent call last):\n{''.join(frames)}{kind}: {text}\n"


def _message(role: str, content: str) -> dict[str, Any]:
    return {"role": role, "parts": [{"type": "text", "content": content}]}


def _value(value: Value) -> AnyValue:
    match value:
        case str():
            return AnyValue(string_value=value)
        case bool():
            return AnyValue(bool_value=value)
        case int():
            return AnyValue(int_value=value)
        case float():
            return AnyValue(double_value=value)
    return AnyValue(array_value=ArrayValue(values=[AnyValue(string_value=item) for item in value]))
