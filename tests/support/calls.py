"""LLM calls in the words of an application, and the spans that our instrumentation makes of them."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from support.spans import OURS, Row, any_span, interaction_id, messages, texts

STACK_TRACE = """Traceback (most recent call last):
  File "/srv/training_builder/generation.py", line 42, in outline
    answer = client.chat.completions.create(model=model, messages=messages)
             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
openai.{error}: {message}
"""
FORM = {"title": "forklift safety", "audience": "warehouse staff", "tone": "friendly"}


@dataclass
class Call:
    """One call of a model. `number` makes its ids; `answer` is None where the call raised `error`."""

    number: int
    at: datetime = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    took_ms: int = 1200
    interaction_type: str = "outline_generation"
    model: str = "gpt-4o-mini"
    prompt: str = "Outline a workshop on forklift safety."
    system: str | None = None
    answer: str | None = "1. Why it matters\n2. Practice"
    error: tuple[str, str, int | None] | None = None
    finish_reason: str = "stop"
    tokens: tuple[int, int] = (120, 340)
    prompt_name: str | None = "outline"
    prompt_version: str | None = "3"
    required: Sequence[str] = ("title", "audience", "tone")
    variables: Mapping[str, str] = field(default_factory=lambda: FORM)
    session_id: str | None = "workshop-7"
    user_id: str | None = "user-3"
    context: Mapping[str, Any] = field(default_factory=lambda: {"category": "safety", "audience_id": 4})
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return interaction_id(self.number)

    def as_span(self) -> Row:
        """The span that our instrumentation makes of it."""
        start = int(self.at.timestamp() * 1_000_000) * 1000
        return any_span(
            self.number,
            self._attributes(),
            scope=OURS,
            name=f"chat {self.model}",
            start=start,
            end_time_unix_nano=start + self.took_ms * 1_000_000,
            status_code="ERROR" if self.error else "UNSET",
            status_message=self.error[1] if self.error else "",
            resource_attributes=texts({"service.name": "training-builder"}),
            exception=_exception(*self.error) if self.error else None,
        )

    def _attributes(self) -> dict[str, Any]:
        return {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": self.model,
            "spanmart.interaction.type": self.interaction_type,
            "gen_ai.input.messages": messages(("user", self.prompt)),
            "gen_ai.system_instructions": [{"type": "text", "content": self.system}] if self.system else None,
            "gen_ai.prompt.name": self.prompt_name,
            "gen_ai.prompt.version": self.prompt_version,
            "spanmart.prompt.required_variables": list(self.required),
            **{f"gen_ai.prompt.variable.{name}": value for name, value in self.variables.items()},
            "session.id": self.session_id,
            "user.id": self.user_id,
            **{f"spanmart.context.{name}": value for name, value in self.context.items()},
            **(_failed(*self.error) if self.error else _answered(self)),
            **self.extra,
        }


def _answered(call: Call) -> dict[str, Any]:
    return {
        "gen_ai.response.model": call.model,
        "gen_ai.response.id": f"chatcmpl-{call.number}",
        "gen_ai.response.finish_reasons": [call.finish_reason],
        "gen_ai.output.messages": messages(("assistant", call.answer), finish_reason=call.finish_reason),
        "gen_ai.usage.input_tokens": call.tokens[0],
        "gen_ai.usage.output_tokens": call.tokens[1],
        "http.response.status_code": 200,
    }


def _failed(error: str, message: str, http_status: int | None) -> dict[str, Any]:
    return {"error.type": error, "http.response.status_code": http_status}


def _exception(error: str, message: str, http_status: int | None) -> dict[str, str]:
    return {
        "exception.type": f"openai.{error}",
        "exception.message": message,
        "exception.stacktrace": STACK_TRACE.format(error=error, message=message),
    }


TITLES = (
    "forklift safety",
    "first aid at work",
    "onboarding for new managers",
    "handling difficult customers",
    "working at height — ladders & scaffolds",
)
ERRORS = (
    ("RateLimitError", "Rate limit reached for gpt-4o-mini on tokens per min (TPM): Limit 200000.", 429),
    ("APITimeoutError", "Request timed out.", None),
    ("BadRequestError", "This model's maximum context length is 128000 tokens.", 400),
    ("InternalServerError", "The server had an error while processing your request.", 500),
)
TYPES = ("outline", "title", "content", "training_kit", "marketing_kit")


def training_calls(count: int, until: datetime, seed: int = 1) -> list[Call]:
    """Calls as a training builder makes them over the three days before `until`; the same for a seed."""
    chance = random.Random(seed)
    return [_training_call(number, until, chance) for number in range(1, count + 1)]


def _training_call(number: int, until: datetime, chance: random.Random) -> Call:
    kind, title = chance.choice(TYPES), chance.choice(TITLES)
    variables = {"title": title, "audience": "warehouse staff", "tone": "friendly"}
    if chance.random() < 0.12:
        variables.pop(chance.choice(["tone", "audience"]))
    failed = chance.random() < 0.08
    answer = f"# {title.capitalize()}\n\n1. Why it matters\n2. Before you start\n3. Practice round\n4. Quiz"
    return Call(
        number,
        at=until - timedelta(hours=72 * chance.random() ** 1.4),
        took_ms=int(chance.lognormvariate(7.2, 0.6)),
        interaction_type=kind if kind.endswith("kit") else f"{kind}_generation",
        model=chance.choices(["gpt-4o-mini-2024-07-18", "gpt-4o-2024-08-06", "acme-7b"], [6, 3, 1])[0],
        prompt=f"Write the {kind.replace('_', ' ')} of a workshop on {title} for warehouse staff.",
        system="You write training material for trainers.",
        answer=None if failed else answer,
        error=chance.choice(ERRORS) if failed else None,
        finish_reason="length" if chance.random() < 0.04 else "stop",
        tokens=(chance.randint(60, 900), chance.randint(40, 1200)),
        prompt_name=kind,
        prompt_version=str(chance.randint(1, 3)),
        variables=variables,
        session_id=f"workshop-{chance.randint(1, 40)}",
        user_id=f"user-{chance.randint(1, 12)}",
        context={"category": chance.choice(["safety", "people", "sales"]), "audience_id": 4, "tone_id": 2},
    )
