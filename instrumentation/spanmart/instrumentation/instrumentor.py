"""Switching instrumentation on and off.

The OpenAI client is wrapped when the app imports it, or at once if it has; it is never imported from here.
"""

from collections.abc import Collection
from typing import Any

import wrapt
from opentelemetry._logs import LoggerProvider
from opentelemetry.instrumentation.instrumentor import BaseInstrumentor  # type: ignore[attr-defined]
from opentelemetry.trace import TracerProvider

from spanmart.instrumentation.diagnostics import never_raises
from spanmart.instrumentation.export import providers
from spanmart.instrumentation.export.destinations import Destinations, use_destinations
from spanmart.instrumentation.export.sigterm import flush_on_sigterm
from spanmart.instrumentation.openai import stream_usage
from spanmart.instrumentation.openai.patch import ClientPatch
from spanmart.instrumentation.openai.recorder import Recorder
from spanmart.instrumentation.privacy.active_sanitizer import make_sanitizer, use_sanitizer
from spanmart.instrumentation.privacy.content_capture import content_capture
from spanmart.instrumentation.privacy.redaction import Redaction


class SpanmartInstrumentor(BaseInstrumentor):  # type: ignore[misc]
    """The instrumentation as OpenTelemetry's tools know it; they find it by its entry point."""

    _seam: ClientPatch | None = None
    _recorder: Recorder | None = None

    def instrumentation_dependencies(self) -> Collection[str]:
        """None that must be there: an app without the OpenAI client is left alone."""
        return ()

    def _instrument(self, **kwargs: Any) -> None:
        going_to = Destinations(kwargs.get("tracer_provider"), kwargs.get("logger_provider"))
        use_destinations(going_to)
        sanitizer = make_sanitizer(kwargs.get("redact"))
        use_sanitizer(sanitizer)
        recorder = Recorder(going_to.tracer, going_to.logger, capture=content_capture(), sanitizer=sanitizer)
        self._recorder = recorder
        if not (kwargs.get("tracer_provider") or providers.sdk_is_disabled()):
            flush_on_sigterm()
        asked = kwargs.get("stream_usage")
        usage = stream_usage.is_asked_for() if asked is None else bool(asked)
        wrapt.register_post_import_hook(lambda openai: self._wrap(openai, recorder, usage), "openai")

    @never_raises("wrapping the OpenAI client")
    def _wrap(self, openai: Any, recorder: Recorder, usage: bool) -> None:
        if recorder is not self._recorder or providers.sdk_is_disabled():
            return  # switched off, or on again with other providers, before the client was imported
        self._seam = ClientPatch(openai, recorder, stream_usage=usage)
        self._seam.apply()

    def _uninstrument(self, **_: Any) -> None:
        self._recorder = None
        use_sanitizer(None)
        if self._seam is not None:
            self._seam.remove()
            self._seam = None


def instrument(
    tracer_provider: TracerProvider | None = None,
    logger_provider: LoggerProvider | None = None,
    *,
    redact: Redaction | bool | None = None,
    stream_usage: bool | None = None,
) -> None:
    """Record every call that the OpenAI client makes from now on.

    Without providers the app's own are used; where it has none, they are made from the `OTEL_*` variables.
    `redact` says what is taken out of all texts before they leave the process: True for all that is built in,
    a `Redaction` for a choice of it and for more. Without it `OTEL_PYTHON_SPANMART_REDACT` decides.
    `stream_usage` asks for the tokens of chat streams where the app does not, and hides the chunk that comes
    for it; without it `OTEL_PYTHON_SPANMART_STREAM_USAGE` decides.
    Called again, what is given now replaces what was given before.

    Raises:
        TypeError: `redact` is something else.
    """
    if not (redact is None or isinstance(redact, (bool, Redaction))):
        raise TypeError(f"redact takes True, False or a Redaction, not {redact!r}")
    instrumentor = SpanmartInstrumentor()
    if instrumentor.is_instrumented_by_opentelemetry:
        instrumentor.uninstrument()
    instrumentor.instrument(
        tracer_provider=tracer_provider,
        logger_provider=logger_provider,
        redact=redact,
        stream_usage=stream_usage,
    )


def uninstrument() -> None:
    """Record nothing more, and leave the client's classes as they were; open streams end as they began."""
    instrumentor = SpanmartInstrumentor()
    if instrumentor.is_instrumented_by_opentelemetry:
        instrumentor.uninstrument()
