"""Interactions: what the app was doing when it called the model, for whom, and with which prompt.

The interaction in force is a context variable, so that it follows asyncio tasks and copied contexts. Nothing
is reset by token: leaving a block restores the interaction that was outside of it, also where a generator or
a task leaves the block in another context than it entered it.
"""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import partial
from typing import Any, ParamSpec, TypeVar, cast

from opentelemetry.trace import SpanContext

from spanmart.instrumentation import semconv
from spanmart.instrumentation.diagnostics import log_failure
from spanmart.instrumentation.interactions.decorators import decorate
from spanmart.instrumentation.interactions.input_items import InputItem
from spanmart.instrumentation.interactions.likeness import Likeness
from spanmart.instrumentation.interactions.prompts import Message, Prompt
from spanmart.instrumentation.privacy.sanitizer import Sanitizer
from spanmart.instrumentation.values import Attributes, variable_text

P = ParamSpec("P")
T = TypeVar("T")

MOST_UNTOLD = 4096  # spans that have begun and not ended; more are an application's that ends none


class Interaction:
    """One interaction; `with interaction(...) as call` gives it as `call`."""

    def __init__(self, scope: "InteractionScope", outer: "Interaction | None") -> None:
        self._scope = scope
        self._outer = outer
        self._left = False
        self._sanitized: _Sanitized | None = None
        self._id: str | None = None
        self._newest = (Likeness.OTHER, 0)  # how much it is like a call, and when it began
        self._begin = 0
        self._untold: dict[str, int] = {}  # when spans began that may yet say that they are calls

    @property
    def id(self) -> str | None:
        """`<trace_id>-<span_id>` of the newest LLM call made in this interaction; None before the first.

        Where no span of it says that it is of a call, that of the newest span which may be, or is near one.
        """
        return self._id

    def called(self, span: SpanContext, like: Likeness = Likeness.CALL) -> None:
        """Remember the span of an LLM call as the newest one, or a span that is so much like one."""
        if not span.is_valid:
            return
        self._begin += 1
        if like is Likeness.UNKNOWN and len(self._untold) < MOST_UNTOLD:
            self._untold[interaction_id(span)] = self._begin
        self._remember(span, like, self._begin)

    def ended(self, span: SpanContext, like: Likeness) -> None:
        """Hear what a span says of itself in the end; it may have begun in an interaction around this one."""
        begun = self._untold.pop(interaction_id(span), None)
        if begun is not None:
            self._remember(span, like, begun)
        elif self._outer is not None:
            self._outer.ended(span, like)

    def _remember(self, span: SpanContext, like: Likeness, begun: int) -> None:
        if (like, begun) >= self._newest:
            self._newest = (like, begun)
            self._id = interaction_id(span)

    def messages(self) -> list[Message]:
        """The prompt's chat messages with the variables filled in.

        Raises:
            ValueError: the interaction was begun without a prompt.
        """
        return self._prompt().messages(self._scope.variables)

    def input(self) -> list[InputItem]:
        """The same as `input` of the responses API.

        Raises:
            ValueError: the interaction was begun without a prompt.
        """
        return self._prompt().input(self._scope.variables)

    def text(self) -> str:
        """The prompt as one text with the variables filled in.

        Raises:
            ValueError: the interaction was begun without a prompt.
        """
        return self._prompt().text(self._scope.variables)

    @property
    def missing_variables(self) -> list[str]:
        """The variables that the prompt requires and that were not given or empty."""
        return self._scope.prompt.missing(self._scope.variables) if self._scope.prompt else []

    @property
    def invalid_variables(self) -> dict[str, str]:
        """The variables that are not as the prompt's rules say, and what is wrong with them."""
        return self._scope.prompt.invalid(self._scope.variables) if self._scope.prompt else {}

    def attributes(self, sanitizer: Sanitizer) -> Attributes:
        """What every span of an LLM call in this interaction says of it, less the variables."""
        return self._sanitize(sanitizer).attributes

    def variables(self, sanitizer: Sanitizer) -> Attributes:
        """The variables, which are content."""
        return self._sanitize(sanitizer).variables

    def sanitizer(self, sanitizer: Sanitizer) -> Sanitizer:
        """`sanitizer`, knowing the variables of this interaction and of those around it."""
        return self._sanitize(sanitizer).sanitizer

    def _sanitize(self, sanitizer: Sanitizer) -> "_Sanitized":
        if self._sanitized is None or self._sanitized.by is not sanitizer:
            known = self._outer.sanitizer(sanitizer) if self._outer is not None else sanitizer
            self._sanitized = _Sanitized(
                self._scope, sanitizer, known.with_private_values(self._scope.variables)
            )
        return self._sanitized

    def _prompt(self) -> Prompt:
        if self._scope.prompt is None:
            raise ValueError(
                "this interaction has no prompt; begin it with interaction(..., prompt=..., variables=...)"
            )
        return self._scope.prompt

    def _find_enclosing(self) -> "Interaction | None":
        outer = self._outer
        while outer is not None and outer._left:
            outer = outer._outer
        return outer


class _Sanitized:
    """An interaction as it may leave the process; made once for all of its calls."""

    __slots__ = ("attributes", "by", "sanitizer", "variables")

    def __init__(self, scope: "InteractionScope", by: Sanitizer, sanitizer: Sanitizer) -> None:
        self.by = by
        self.sanitizer = sanitizer
        self.attributes = sanitizer.attributes(scope.attributes())
        self.variables = sanitizer.attributes(
            {
                semconv.PROMPT_VARIABLE_PREFIX + str(key): variable_text(value)
                for key, value in scope.variables.items()
            }
        )


def interaction_id(span: SpanContext) -> str:
    """The id of the interaction that a span is of."""
    return f"{span.trace_id:032x}-{span.span_id:016x}"


_current: ContextVar[Interaction | None] = ContextVar("spanmart_interaction", default=None)


def current_interaction() -> Interaction | None:
    """The interaction that an LLM call made here and now would belong to."""
    return _current.get()


class _Inside:
    """A block in which `interaction` is in force; leaving it restores what was in force before."""

    __slots__ = ("_interaction", "_outside")

    def __init__(self, interaction: Interaction) -> None:
        self._interaction = interaction
        self._outside: Interaction | None = None

    def __enter__(self) -> None:
        self._outside = _current.get()
        _current.set(self._interaction)

    def __exit__(self, *_: object) -> None:
        _current.set(self._outside)


class InteractionScope:
    """What `interaction(...)` returns: a block for `with` and `async with`, and a decorator."""

    def __init__(
        self,
        interaction_type: str,
        prompt: Prompt | None,
        variables: Mapping[str, object] | None,
        *,
        named: Mapping[str, object],
        context: Mapping[str, object] | None,
        metadata: Mapping[str, object] | None,
    ) -> None:
        self.interaction_type = interaction_type
        self.prompt = prompt
        self.variables = _copy(variables)
        self._named = named
        self._context = _copy(context)
        self._metadata = _copy(metadata)

    def __enter__(self) -> Interaction:
        entered = self._begin()
        _current.set(entered)
        return entered

    def __exit__(self, *_: object) -> None:
        entered = _current.get()
        if entered is not None and entered._scope is self:
            entered._left = True
            _current.set(entered._find_enclosing())

    async def __aenter__(self) -> Interaction:
        return self.__enter__()

    async def __aexit__(self, *_: object) -> None:
        self.__exit__()

    def __call__(self, function: Callable[P, T]) -> Callable[P, T]:
        """Decorate a function, coroutine function, generator or async generator function."""
        return decorate(function, lambda: partial(_Inside, self._begin()))

    def _begin(self) -> Interaction:
        if self.prompt is not None:
            self.prompt.check(self.variables)
        return Interaction(self, _current.get())

    def attributes(self) -> Mapping[str, object]:
        """What describes this interaction on a span, less the variables."""
        attributes: dict[str, object] = {semconv.INTERACTION_TYPE: self.interaction_type, **self._named}
        attributes.update({semconv.CONTEXT_PREFIX + str(key): value for key, value in self._context.items()})
        attributes.update(
            {semconv.METADATA_PREFIX + str(key): value for key, value in self._metadata.items()}
        )
        if self.prompt is not None:
            attributes.update(self.prompt.attributes)
            attributes[semconv.PROMPT_MISSING_VARIABLES] = self.prompt.missing(self.variables)
            if self.prompt.rules:
                attributes[semconv.PROMPT_INVALID_VARIABLES] = list(self.prompt.invalid(self.variables))
        return attributes


def interaction(
    interaction_type: str,
    *,
    prompt: Prompt | None = None,
    variables: Mapping[str, object] | None = None,
    session_id: str | None = None,
    user_id: str | None = None,
    conversation_id: str | None = None,
    context: Mapping[str, object] | None = None,
    metadata: Mapping[str, object] | None = None,
) -> InteractionScope:
    """Say what the LLM calls made in a block, or in a decorated function, are for.

    `variables` are the values that `prompt` is filled in with, usually the fields of a form; they are checked
    when the block is entered. `context` and `metadata` take scalars; anything else is recorded as JSON text.
    """
    named = {
        semconv.SESSION_ID: None if session_id is None else str(session_id),
        semconv.USER_ID: None if user_id is None else str(user_id),
        semconv.CONVERSATION_ID: None if conversation_id is None else str(conversation_id),
    }
    return InteractionScope(
        str(interaction_type), prompt, variables, named=named, context=context, metadata=metadata
    )


def _copy(given: Mapping[str, object] | None) -> dict[str, Any]:
    """A copy, so that what the app does to its own mapping afterwards is not recorded."""
    try:
        return dict(cast("Mapping[str, Any]", given)) if given else {}
    except Exception as error:
        log_failure("reading the variables, context or metadata of an interaction", error)
        return {}
