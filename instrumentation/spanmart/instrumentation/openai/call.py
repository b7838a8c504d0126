"""One call of the model as one span, from before the request to the last byte of the answer.

Whatever happens, the span ends exactly once: the methods that end it may be called in any order and from any
thread, and all but the first do nothing.
"""

import sys
from collections.abc import Callable, Mapping
from threading import Lock
from time import perf_counter
from typing import Any

from opentelemetry.trace import Span, Status, StatusCode

from spanmart.instrumentation import semconv
from spanmart.instrumentation.diagnostics import never_raises
from spanmart.instrumentation.openai.body_parsing import answer_in, content_type, is_event_stream
from spanmart.instrumentation.openai.content_events import ContentEvents
from spanmart.instrumentation.openai.endpoints import Answer, Endpoint
from spanmart.instrumentation.openai.errors import ErrorFacts, error_facts, stack_trace
from spanmart.instrumentation.openai.json_schema import JsonRequest
from spanmart.instrumentation.privacy.content_capture import NOT_CAPTURED
from spanmart.instrumentation.privacy.sanitizer import Sanitizer
from spanmart.instrumentation.values import json_text

COMPLETE, INCOMPLETE, ABANDONED, INTERRUPTED = "complete", "incomplete", "abandoned", "interrupted"


class Call:
    """The recording of one request to one endpoint."""

    __slots__ = (
        "_attributes",
        "_content",
        "_ending",
        "_events",
        "_first_chunk_s",
        "_identified",
        "_json",
        "_sanitizer",
        "_started",
        "endpoint",
        "response",
        "span",
        "stream_state",
    )

    def __init__(
        self,
        span: Span,
        endpoint: Endpoint,
        *,
        json_asked: JsonRequest | None,
        sanitizer: Sanitizer,
        content: bool,
        events: ContentEvents | None,
        identified: Callable[[str], None] | None = None,
    ) -> None:
        self.span = span
        self.endpoint = endpoint
        self.response: Any = None
        self.stream_state: str | None = None
        self._attributes: dict[str, object] = {}
        self._json = json_asked
        self._sanitizer = sanitizer
        self._content = content
        self._events = events
        self._identified = identified
        self._first_chunk_s: float | None = None
        self._started = perf_counter()
        self._ending = Lock()

    @never_raises("reading an HTTP response")
    def responded(self, response: Any, retries: int) -> None:
        """The HTTP response has arrived, its body not necessarily with it."""
        self.response = response
        self._set(
            {
                semconv.HTTP_STATUS_CODE: response.status_code,
                semconv.RESPONSE_REQUEST_ID: response.headers.get("x-request-id"),
                semconv.HTTP_RESEND_COUNT: retries or None,
            }
        )

    def first_chunk(self) -> None:
        """The first chunk of a stream is here."""
        self._first_chunk_s = perf_counter() - self._started

    @never_raises("recording an answer")
    def answered(self, answer: Answer | None) -> None:
        """The answer is whole, or will not become any more than it is; end the span."""
        if not self._ending.acquire(blocking=False):
            return
        try:
            if answer is not None:
                self._record(answer)
                if answer.error is not None:
                    self._fail(answer.error.code, answer.error.message, answer.error.code)
        finally:
            self._end()

    @never_raises("recording an error")
    def failed(self, error: BaseException, answer: Answer | None = None) -> None:
        """The call or its stream has raised; `answer` is what had come until then. End the span."""
        if not self._ending.acquire(blocking=False):
            return
        try:
            facts = error_facts(error, self._hides_input)
            answer = answer if answer is not None else self._paid_for()
            if answer is not None:
                self._record(answer)
                if self._json and answer.text is not None and type(error).__name__ == "ValidationError":
                    self._set({semconv.RESPONSE_STRUCTURED_OUTPUT_VALID: False})
            self._record_error(error, facts)
        finally:
            self._end()

    def unparsed(self) -> Answer | None:
        """The answer in a body that was read whole and not parsed, or that `parse` refused."""
        content = getattr(self.response, "_content", None)
        if not isinstance(content, bytes):
            return None
        kind = content_type(self.response)
        if is_event_stream(kind):
            self.stream_state = COMPLETE
        return answer_in(self.endpoint, kind, content)

    def _paid_for(self) -> Answer | None:
        """What had come before the call failed over it: its tokens are billed all the same."""
        try:
            return self.unparsed()
        except Exception:  # the body is what the call failed over
            return None

    def _record(self, answer: Answer) -> None:
        attributes = answer.attributes
        if self.stream_state is not None:
            if self.stream_state == COMPLETE and not answer.whole and answer.error is None:
                self.stream_state = INCOMPLETE
                attributes[semconv.RESPONSE_FINISH_REASONS] = ["error"]
            attributes[semconv.STREAM_STATE] = self.stream_state
            attributes[semconv.RESPONSE_TIME_TO_FIRST_CHUNK] = self._first_chunk_s
        if answer.refusal:
            attributes[semconv.RESPONSE_REFUSAL] = answer.refusal if self._content else NOT_CAPTURED
        if self._content and answer.messages:
            attributes[semconv.OUTPUT_MESSAGES] = json_text(answer.messages)
        if self._json and answer.text is not None and not answer.refusal and not answer.calls_tools:
            structured = self._json.attributes(answer)
            if not self._content:
                structured.pop(semconv.RESPONSE_STRUCTURED_OUTPUT, None)
            attributes.update(structured)
        response_id = attributes.get(semconv.RESPONSE_ID)
        if self._identified is not None and isinstance(response_id, str):
            self._identified(response_id)
        if self._events is not None:
            self._events.answered(self.span, answer)
        self._set(attributes)

    def _record_error(self, error: BaseException, facts: ErrorFacts) -> None:
        self._set(
            {
                semconv.HTTP_STATUS_CODE: facts.http_status,
                semconv.RESPONSE_REQUEST_ID: facts.request_id,
                semconv.HTTP_RESEND_COUNT: facts.retries or None,
            }
        )
        self.span.add_event(
            semconv.EXCEPTION_EVENT,
            self._sanitizer.attributes(
                {
                    semconv.EXCEPTION_TYPE: facts.type,
                    semconv.EXCEPTION_MESSAGE: facts.text,
                    semconv.EXCEPTION_STACKTRACE: stack_trace(error, _app_frame(), self._hides_input),
                }
            ),
        )
        self._fail(facts.type, facts.message, facts.code)

    @property
    def _hides_input(self) -> bool:
        """Errors may not quote the answer: it is not to be recorded, or not without redaction."""
        return self._sanitizer.redacts or not self._content

    def _fail(self, error_type: str, message: str, code: str | None) -> None:
        self._set({semconv.ERROR_TYPE: error_type, semconv.ERROR_CODE: code})
        self.span.set_status(Status(StatusCode.ERROR, self._sanitizer.text(message)))

    def _set(self, attributes: Mapping[str, object]) -> None:
        """Say something about the call; None says nothing, and takes nothing back."""
        self._attributes.update({key: value for key, value in attributes.items() if value is not None})

    def _end(self) -> None:
        try:
            self.span.set_attributes(self._sanitizer.attributes(self._attributes))
        finally:
            self.span.end()
            self.response = None


def _app_frame() -> Any:
    """The innermost frame that is not of spanmart's own."""
    frame: Any = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").startswith("spanmart.instrumentation"):
        frame = frame.f_back
    return frame
