"""The seam: every HTTP request of the OpenAI client goes through `request`, which is wrapped here.

At this point the request is already made of plain lists and dicts, so that nothing of the app's is consumed
by looking at it; what comes back goes to the app as it is. Inside of `request`, `_process_response` is where
the HTTP response and the number of retries can be seen.
"""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar, Token
from typing import TYPE_CHECKING, Any

import wrapt
from opentelemetry import context as otel_context
from opentelemetry.trace import set_span_in_context

from spanmart.instrumentation.diagnostics import log_failure
from spanmart.instrumentation.openai.call import Call
from spanmart.instrumentation.openai.finalizers import end_what_was_put_off
from spanmart.instrumentation.openai.raw_responses import WatchedBody, record_body
from spanmart.instrumentation.openai.recorder import Recorder
from spanmart.instrumentation.openai.stream_usage import AsyncUsageHidingTap, UsageHidingTap, ask_for_usage
from spanmart.instrumentation.openai.streams import AsyncStreamTap, Recording, StreamTap
from spanmart.instrumentation.values import fields

_in_flight: ContextVar[Call | None] = ContextVar("spanmart_call_in_flight", default=None)


if TYPE_CHECKING:
    _Wrapper = wrapt.FunctionWrapper[..., Any]
else:  # the older wrapt has no generic classes
    _Wrapper = wrapt.FunctionWrapper


class _SeamWrapper(_Wrapper):
    """The wrapper of ours, told apart from those of other instrumentations."""


class ClientPatch:
    """Wraps the two clients of the `openai` module, and unwraps them again."""

    def __init__(self, openai: Any, recorder: Recorder, *, stream_usage: bool = False) -> None:
        self._openai = openai
        self._recorder = recorder
        self._stream_usage = stream_usage
        self._open = False
        self._replaced: list[tuple[type, str, Any]] = []

    def apply(self) -> None:
        """Wrap. Azure's and other clients are subclasses of these two, and covered by them."""
        self._open = True
        self._replace(self._openai.OpenAI, "request", self._request)
        self._replace(self._openai.OpenAI, "_process_response", self._process_response)
        self._replace(self._openai.AsyncOpenAI, "request", self._async_request)
        self._replace(self._openai.AsyncOpenAI, "_process_response", self._async_process_response)

    def remove(self) -> None:
        """Unwrap, leaving the classes as they were; a wrapper that others have wrapped only passes on."""
        self._open = False
        for owner, name, before in self._replaced:
            if isinstance(owner.__dict__.get(name), _SeamWrapper):
                if before is None:
                    delattr(owner, name)
                else:
                    setattr(owner, name, before)
        self._replaced.clear()

    def _replace(self, owner: type, name: str, wrapper: Callable[..., Any]) -> None:
        if hasattr(owner, name):
            self._replaced.append((owner, name, owner.__dict__.get(name)))
            setattr(owner, name, _SeamWrapper(getattr(owner, name), wrapper, enabled=lambda: self._open))

    def _request(self, wrapped: Callable[..., Any], client: Any, args: Any, kwargs: Any) -> Any:
        call = self._begin(client, args, kwargs)
        if call is None:
            return wrapped(*args, **kwargs)
        args, kwargs, asked = self._ask_for_usage(args, kwargs)
        tokens = _enter(call)
        try:
            result = wrapped(*args, **kwargs)
        except BaseException as error:
            call.failed(error)
            raise
        finally:
            _leave(tokens)
        self._watch_result(call, result, hide_usage=asked)
        return result

    async def _async_request(
        self, wrapped: Callable[..., Awaitable[Any]], client: Any, args: Any, kwargs: Any
    ) -> Any:
        call = self._begin(client, args, kwargs)
        if call is None:
            return await wrapped(*args, **kwargs)
        args, kwargs, asked = self._ask_for_usage(args, kwargs)
        tokens = _enter(call)
        try:
            result = await wrapped(*args, **kwargs)
        except BaseException as error:
            call.failed(error)
            raise
        finally:
            _leave(tokens)
        self._watch_result(call, result, hide_usage=asked)
        return result

    def _process_response(self, wrapped: Callable[..., Any], _: Any, args: Any, kwargs: Any) -> Any:
        _watch_response(kwargs)
        return wrapped(*args, **kwargs)

    async def _async_process_response(
        self, wrapped: Callable[..., Awaitable[Any]], _: Any, args: Any, kwargs: Any
    ) -> Any:
        _watch_response(kwargs)
        return await wrapped(*args, **kwargs)

    def _begin(self, client: Any, args: Any, kwargs: Any) -> Call | None:
        end_what_was_put_off()
        options = _options(args, kwargs)
        return None if options is None else self._recorder.begin(client, options)

    def _ask_for_usage(self, args: Any, kwargs: Any) -> tuple[Any, Any, bool]:
        """The arguments of a request, with one for usage if that is wanted; and whether that was added."""
        asking = ask_for_usage(_options(args, kwargs)) if self._stream_usage else None
        if asking is None:
            return args, kwargs, False
        if "options" in kwargs:
            return args, {**kwargs, "options": asking}, True
        return (args[0], asking, *args[2:]), kwargs, True

    def _watch_result(self, call: Call, result: Any, *, hide_usage: bool) -> None:
        """Record the answer if it is here, or see to it that it is recorded when it comes."""
        try:
            if isinstance(result, (self._openai.Stream, self._openai.AsyncStream)):
                self._tap(call, result, hide_usage=hide_usage)
            elif _is_unread(call.response):
                record_body(call, call.response)
            elif isinstance(result, (self._openai.BaseModel, dict)):
                call.answered(call.endpoint.answer(fields(result)))
            else:
                call.answered(call.unparsed())
        except Exception as error:
            log_failure("looking at what a request returned", error)
            call.answered(None)

    def _tap(self, call: Call, stream: Any, *, hide_usage: bool) -> None:
        recording = Recording(call, call.endpoint.stream())
        is_async = isinstance(stream, self._openai.AsyncStream)
        tap = _TAPS[is_async, hide_usage](stream._iterator, recording)
        stream._iterator = tap
        stream.response.stream = WatchedBody(stream.response.stream, tap.response_closed)


_TAPS: dict[tuple[bool, bool], Callable[[Any, Recording], StreamTap | AsyncStreamTap]] = {
    # (is async, hides usage)
    (False, False): StreamTap,
    (False, True): UsageHidingTap,
    (True, False): AsyncStreamTap,
    (True, True): AsyncUsageHidingTap,
}


def _options(args: Any, kwargs: Any) -> Any:
    """The options of a request, its second argument; None without them, to which the client objects."""
    return kwargs["options"] if "options" in kwargs else next(iter(args[1:]), None)


def _is_unread(response: Any) -> bool:
    return response is not None and not hasattr(response, "_content") and not response.is_closed


def _watch_response(kwargs: Any) -> None:
    call = _in_flight.get()
    if call is not None:
        call.responded(kwargs.get("response"), kwargs.get("retries_taken", 0))


def _enter(call: Call) -> tuple[Token[Call | None], Any]:
    """Make the call the one in flight, and its span the parent of what the HTTP library records."""
    return _in_flight.set(call), otel_context.attach(set_span_in_context(call.span))


def _leave(tokens: tuple[Token[Call | None], Any]) -> None:
    """Restore both. A coroutine that is finalised in another context has nothing to restore there."""
    try:
        _in_flight.reset(tokens[0])
        otel_context._RUNTIME_CONTEXT.detach(tokens[1])
    except Exception:
        pass
