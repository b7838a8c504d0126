"""Composes the answer to a request, whichever endpoint will render it."""

import itertools
import json
import re
import secrets
from dataclasses import dataclass
from typing import Literal

from . import brief, filling, models, tokens
from .asked import Asked
from .errors import invalid_request
from .faults import Fault
from .writing import Writer

FinishReason = Literal["stop", "length", "content_filter"]
_REFUSAL = "I'm sorry, but I can't help with that request."
_REASONING_STEP = 64


@dataclass(frozen=True)
class Usage:
    """Tokens by the rule of `tokens`; reasoning tokens are part of the output tokens."""

    input_tokens: int
    cached_tokens: int
    output_tokens: int
    reasoning_tokens: int

    @property
    def total_tokens(self) -> int:
        """Input and output together."""
        return self.input_tokens + self.output_tokens


@dataclass(frozen=True)
class Answer:
    """What the model said: a text or a refusal, why it ended, and what it cost."""

    model: str
    text: str
    refusal: str | None
    finish_reason: FinishReason
    usage: Usage

    @property
    def pieces(self) -> list[str]:
        """The text (or refusal) in the pieces in which a stream sends it: up to four words each."""
        return re.findall(r"(?:\s*\S+){1,4}|\s+", self.refusal or self.text)


class Composer:
    """Answers requests. Two equal requests get different words unless they set `seed` or `temperature` 0."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._turn = itertools.count()
        self._cache = tokens.PrefixCache()

    def compose(self, asked: Asked, fault: Fault | None) -> Answer:
        """Return the answer; `ApiError` for an unknown model and for a prompt longer than its context."""
        model = models.find(asked.model, models.CHAT_MODELS)
        input_tokens = tokens.count_messages(asked.texts)
        _check_context(model, input_tokens)
        reasoning = _reasoning_tokens(asked) if model.reasons else 0
        refusal = _REFUSAL if fault is Fault.REFUSAL else None
        written = "" if refusal else self._write(asked, fault)
        text, finish_reason = _end(written, asked, fault, reasoning)
        return Answer(
            model=model.snapshot,
            text=text,
            refusal=refusal,
            finish_reason=finish_reason,
            usage=Usage(
                input_tokens=input_tokens,
                cached_tokens=self._cache.cached_tokens(model.name, "\n".join(asked.texts)),
                output_tokens=reasoning + tokens.count(refusal or text),
                reasoning_tokens=reasoning,
            ),
        )

    def _write(self, asked: Asked, fault: Fault | None) -> str:
        writer = Writer(brief.read("\n".join(asked.texts)), self._seed_of(asked))
        if not asked.wants_json:
            return writer.prose()
        if asked.schema:
            value = filling.Filling(asked.schema, writer).value()
            written = json.dumps(value, ensure_ascii=False)
        else:
            written = filling.free_json(writer)
        return _spoil(written, writer) if fault is Fault.INVALID_JSON else written

    def _seed_of(self, asked: Asked) -> str:
        repeatable = asked.body.get("seed") is not None or asked.body.get("temperature") == 0
        turn = "" if repeatable else next(self._turn)
        return f"{self._seed} {asked.digest.hex()} {turn}"


def _check_context(model: models.Model, input_tokens: int) -> None:
    if input_tokens > model.context_window:
        raise invalid_request(
            f"This model's maximum context length is {model.context_window} tokens. However, your messages "
            f"resulted in {input_tokens} tokens. Please reduce the length of the messages.",
            param="messages",
            code="context_length_exceeded",
        )


def _reasoning_tokens(asked: Asked) -> int:
    """Reasoning comes in steps of 64 tokens, more of them for a longer prompt."""
    return _REASONING_STEP * (2 + min(8, tokens.count_messages(asked.texts) // 100))


def _end(text: str, asked: Asked, fault: Fault | None, reasoning: int) -> tuple[str, FinishReason]:
    """Cut the text where the request's own limit, or the content filter, ends it."""
    if fault is Fault.CONTENT_FILTER:
        return tokens.cut(text, max(1, tokens.count(text) // 3)), "content_filter"
    room = None if asked.max_tokens is None else max(0, asked.max_tokens - reasoning)
    if room is not None and tokens.count(text) > room:
        return tokens.cut(text, room), "length"
    return text, "stop"


def _spoil(written: str, writer: Writer) -> str:
    """Make JSON invalid in one of the ways in which models do."""
    ways = (
        f"```json\n{written}\n```",
        f"Here is the JSON you asked for:\n\n{written}",
        written[:-1] + ",}",
        written.replace('"', "'"),
    )
    return writer.random.choice(ways)


def new_id(prefix: str) -> str:
    """Return an identifier in the form OpenAI uses, such as `chatcmpl-...`."""
    return prefix + secrets.token_hex(16)
