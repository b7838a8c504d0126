"""Prompts: a template with a name, a version and the variables that it cannot do without."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any, Final, TypeAlias

from spanmart.instrumentation import semconv
from spanmart.instrumentation.diagnostics import logger
from spanmart.instrumentation.interactions.input_items import InputItem, input_items
from spanmart.instrumentation.interactions.variable_rules import InvalidVariables, Rule
from spanmart.instrumentation.values import Attributes, variable_text

Message: TypeAlias = dict[str, Any]
"""One chat message as the OpenAI client takes it: `{"role": ..., "content": text or parts}`."""

ON_INVALID: Final = ("record", "warn", "raise")

_PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z_][\w.-]*)\s*\}\}")


@dataclass(frozen=True)
class Prompt:
    """A prompt template.

    `template` is the text of a user message, or a list of chat messages; `{{name}}` stands for a variable.
    `required` names the variables that must be given and not be empty; `rules` say what variables have to be
    where they are given. A call with missing or invalid ones is made all the same and recorded with their
    names; `on_invalid` is `warn` to say them in the log, too, or `raise` to have no call made.

    Raises:
        TypeError: `template` is neither text nor a sequence of messages, `required` is one string, or a rule
            is no `Rule`.
        ValueError: `name` or `version` is empty, or `on_invalid` is something else.
    """

    name: str
    version: str
    template: str | Sequence[Message]
    required: Sequence[str] = ()
    rules: Mapping[str, Rule] = field(default_factory=dict, hash=False)
    on_invalid: str = "record"

    def __post_init__(self) -> None:
        if not self.name or not str(self.version):
            raise ValueError(
                "a prompt needs a name and a version, for example Prompt('outline', version='3', ...)"
            )
        if isinstance(self.required, str):
            raise TypeError(
                f"required takes a list of names; for one variable write required=({self.required!r},)"
            )
        if not isinstance(self.template, (str, list, tuple)):
            raise TypeError(
                f"template is text or a list of chat messages, not {type(self.template).__name__}"
            )
        for variable, rule in self.rules.items():
            if not isinstance(rule, Rule):
                raise TypeError(f"the rule of {variable} is a Rule(...), not {rule!r}")
        if self.on_invalid not in ON_INVALID:
            raise ValueError(f"on_invalid is one of {', '.join(ON_INVALID)}, not {self.on_invalid!r}")
        object.__setattr__(self, "version", str(self.version))
        object.__setattr__(self, "required", tuple(self.required))
        object.__setattr__(self, "rules", dict(self.rules))

    @cached_property
    def template_hash(self) -> str:
        """SHA-256, in hex, of the template's content: the same text has the same hash in every process."""
        if isinstance(self.template, str):
            content = self.template
        else:
            content = json.dumps(
                list(self.template), sort_keys=True, ensure_ascii=False, separators=(",", ":")
            )
        return sha256(content.encode(errors="surrogatepass")).hexdigest()

    def missing(self, variables: Mapping[str, object]) -> list[str]:
        """The required variables that are absent or empty, in the order of `required`."""
        return [name for name in self.required if is_empty(variables.get(name))]

    def invalid(self, variables: Mapping[str, object]) -> dict[str, str]:
        """The variables that are given and not as their rules say, and what is wrong with them."""
        given = {name: variables[name] for name in self.rules if not is_empty(variables.get(name))}
        objections = {name: self.rules[name].objection(value) for name, value in given.items()}
        return {name: objection for name, objection in objections.items() if objection is not None}

    def check(self, variables: Mapping[str, object]) -> None:
        """Say in the log, or raise, what is wrong with `variables`, as `on_invalid` asks.

        Raises:
            InvalidVariables: some are missing or invalid, and `on_invalid` is `raise`.
        """
        if self.on_invalid == "record":
            return
        missing, invalid = self.missing(variables), self.invalid(variables)
        if not (missing or invalid):
            return
        problem = InvalidVariables(f"prompt {self.name} version {self.version}", missing, invalid)
        if self.on_invalid == "raise":
            raise problem
        logger.warning("spanmart: %s", problem)

    def text(self, variables: Mapping[str, object]) -> str:
        """The template filled in, messages one below the other; a variable that is not given is empty."""
        contents = (_texts(message.get("content")) for message in self.messages(variables))
        return "\n\n".join(text for texts in contents for text in texts)

    def messages(self, variables: Mapping[str, object]) -> list[Message]:
        """The chat messages with the variables filled in; a template of text is one user message."""
        if isinstance(self.template, str):
            return [{"role": "user", "content": _fill(self.template, variables)}]
        return [
            {**message, "content": _render(message.get("content"), variables)} for message in self.template
        ]

    def input(self, variables: Mapping[str, object]) -> list[InputItem]:
        """The same as `input` of the responses API."""
        return input_items(self.messages(variables))

    @cached_property
    def attributes(self) -> Attributes:
        """What a span says about the prompt, whatever the variables."""
        return {
            semconv.PROMPT_NAME: self.name,
            semconv.PROMPT_VERSION: self.version,
            semconv.PROMPT_TEMPLATE_HASH: self.template_hash,
            semconv.PROMPT_REQUIRED_VARIABLES: list(self.required),
        }


def is_empty(value: object) -> bool:
    """A form field that was left out: None, blank text, an empty container. Zero and False are answers."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, (list, tuple, dict, set, frozenset)) and not value)


def _fill(template: str, variables: Mapping[str, object]) -> str:
    return _PLACEHOLDER.sub(lambda found: variable_text(variables.get(found[1])), template)


def _render(content: object, variables: Mapping[str, object]) -> object:
    """Message content with its variables filled in, whether text or a list of parts with text in them."""
    if isinstance(content, str):
        return _fill(content, variables)
    if isinstance(content, (list, tuple)):
        return [_render(part, variables) for part in content]
    if isinstance(content, dict) and isinstance(content.get("text"), str):
        return {**content, "text": _fill(content["text"], variables)}
    return content


def _texts(content: object) -> Iterable[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, list):
        for part in content:
            yield from _texts(part.get("text") if isinstance(part, dict) else part)
