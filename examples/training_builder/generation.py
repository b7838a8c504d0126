"""The calls of the application: one function for each way of asking, each the OpenAI client's own way."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import openai
from openai import OpenAI
from pydantic import BaseModel, ValidationError

from spanmart.instrumentation import Prompt

if TYPE_CHECKING:
    from collections.abc import Callable

    from openai.types.chat import ChatCompletionMessageParam
    from openai.types.responses import ResponseInputParam

Messages = list[dict[str, Any]]


@dataclass(frozen=True)
class Result:
    """A text, and how many things are wrong with it: cut off, refused, not the JSON that was asked for."""

    text: str
    flaws: int = 0


Ask: TypeAlias = "Callable[[OpenAI, Recipe, Messages, int | None], Result]"


@dataclass(frozen=True)
class Recipe:
    """How one kind of material is made with one version of its prompt. `timeout` in seconds."""

    interaction_type: str
    prompt: Prompt
    model: str
    ask: Ask
    output: type[BaseModel] | None = None
    max_tokens: int | None = None
    system: str | None = None
    timeout: float = 6.0
    retries: int = 2


def chat(client: OpenAI, recipe: Recipe, messages: Messages, patience: int | None) -> Result:
    """Ask for text, all at once."""
    answer = client.chat.completions.create(
        model=recipe.model,
        messages=_typed(recipe, messages),
        max_tokens=recipe.max_tokens or openai.omit,
        temperature=0.7,
    )
    return _of_choice(answer.choices[0])


def chat_streamed(client: OpenAI, recipe: Recipe, messages: Messages, patience: int | None) -> Result:
    """Ask for text and show it as it comes; the user leaves after `patience` pieces, if that is given."""
    stream = client.chat.completions.create(
        model=recipe.model,
        messages=_typed(recipe, messages),
        stream=True,
        stream_options={"include_usage": True},
    )
    text, reason = "", None
    with stream:
        for number, chunk in enumerate(stream):
            if number == patience:
                break
            for choice in chunk.choices:
                text += choice.delta.content or ""
                reason = choice.finish_reason or reason
    return Result(text, flaws=int(reason != "stop" or not text))


def chat_json(client: OpenAI, recipe: Recipe, messages: Messages, patience: int | None) -> Result:
    """Ask for JSON by words and JSON mode alone, as the older prompts do."""
    answer = client.chat.completions.create(
        model=recipe.model,
        messages=_typed(recipe, messages),
        response_format={"type": "json_object"},
        max_tokens=recipe.max_tokens or openai.omit,
    )
    result = _of_choice(answer.choices[0])
    return result if _is_json(result.text) else Result(result.text, flaws=1)


def chat_parsed(client: OpenAI, recipe: Recipe, messages: Messages, patience: int | None) -> Result:
    """Ask for an instance of the recipe's output class."""
    answer = client.chat.completions.parse(
        model=recipe.model, messages=_typed(recipe, messages), response_format=_output(recipe)
    )
    return _of_choice(answer.choices[0])


def responses_streamed(client: OpenAI, recipe: Recipe, messages: Messages, patience: int | None) -> Result:
    """Ask for text through the responses API and show it as it comes."""
    stream = client.responses.create(
        model=recipe.model,
        instructions=recipe.system or openai.omit,
        input=cast("ResponseInputParam", messages),
        stream=True,
    )
    text, whole = "", False
    with stream:
        for number, event in enumerate(stream):
            if number == patience:
                break
            if event.type == "response.output_text.delta":
                text += event.delta
            whole = whole or event.type == "response.completed"
    return Result(text, flaws=int(not whole or not text))


def responses_parsed(client: OpenAI, recipe: Recipe, messages: Messages, patience: int | None) -> Result:
    """Ask for an instance of the recipe's output class through the responses API."""
    response = client.responses.parse(
        model=recipe.model,
        input=cast("ResponseInputParam", messages),
        text_format=_output(recipe),
        max_output_tokens=recipe.max_tokens or openai.omit,
    )
    return Result(response.output_text, flaws=int(response.output_parsed is None))


CHAT_ONLY: dict[Ask, Ask] = {responses_streamed: chat_streamed, responses_parsed: chat_parsed}
STREAMED = (chat_streamed, responses_streamed)
# What a call can end in beside a result: the client's errors, and JSON that is not what was asked for.
FAILURES = (openai.OpenAIError, ValidationError)


def _typed(recipe: Recipe, messages: Messages) -> "list[ChatCompletionMessageParam]":
    system: Messages = [{"role": "system", "content": recipe.system}] if recipe.system else []
    return cast("list[ChatCompletionMessageParam]", [*system, *messages])


def _output(recipe: Recipe) -> type[BaseModel]:
    if recipe.output is None:
        raise TypeError(f"{recipe.interaction_type} has no output class to parse into")
    return recipe.output


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _of_choice(choice: Any) -> Result:  # noqa: ANN401 - a choice of create and of parse are unrelated types
    text = choice.message.content or ""
    return Result(text, flaws=int(choice.finish_reason != "stop" or not text))
