"""Content as a log event beside the span, for `event_only` and `span_and_event`."""

from collections.abc import Mapping
from time import time_ns

from opentelemetry._logs import Logger, LogRecord, SeverityNumber
from opentelemetry.trace import Span, set_span_in_context

from spanmart.instrumentation import semconv
from spanmart.instrumentation.openai.endpoints.endpoint import Answer
from spanmart.instrumentation.privacy.sanitizer import Sanitizer
from spanmart.instrumentation.values import AttributeValue, json_text


class ContentEvents:
    """Emits the content of one call as one event when its answer is there."""

    def __init__(self, logger: Logger, request: Mapping[str, AttributeValue], sanitizer: Sanitizer) -> None:
        self._logger = logger
        self._request = request
        self._sanitizer = sanitizer

    def answered(self, span: Span, answer: Answer) -> None:
        said = {**answer.attributes, semconv.OUTPUT_MESSAGES: json_text(answer.messages)}
        self._logger.emit(
            LogRecord(
                timestamp=time_ns(),
                context=set_span_in_context(span),
                severity_number=SeverityNumber.INFO,
                event_name=semconv.CONTENT_EVENT,
                attributes={**self._request, **self._sanitizer.attributes(said)},
            )
        )
