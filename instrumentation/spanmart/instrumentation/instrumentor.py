"""Switching instrumentation on and off.

The OpenAI client is wrapped when the app imports it, or at once if it has; it is never imported from here.
"""

from collections.abc import Collection
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import wrapt
from opentelemetry._logs import Logger, LoggerProvider
from opentelemetry.instrumentation.instrumentor import BaseInstrumentor  # type: ignore[attr-defined]
from opentelemetry.trace import Tracer, TracerProvider

from spanmart.instrumentation import providers, stream_usage
from spanmart.instrumentation.content import content_capture
from spanmart.instrumentation.diagnostics import never_raises
from spanmart.instrumentation.flushing import Flusher, flush_at_exit
from spanmart.instrumentation.recorder import Recorder
from spanmart.instrumentation.redaction import Redaction, redaction_of_environment
from spanmart.instrumentation.screening import Screen, length_limit
from spanmart.instrumentation.seam import Seam
from spanmart.instrumentation.terminating import flush_on_sigterm

SCOPE = "spanmart.instrumentation"
SCHEMA_URL = "https://opentelemetry.io/schemas/1.37.0"


class Destinations:
    """Where spans and events go; resolved once, when the first of them comes."""

    def __init__(
        self, tracer_provider: TracerProvider | None, logger_provider: LoggerProvider | None
    ) -> None:
        self._tracer_provider = tracer_provider
        self._logger_provider = logger_provider
        self._tracer: Tracer | None = None
        self._logger: Logger | None = None
        self._flushers: list[Flusher] = []

    def tracer(self) -> Tracer:
        """The tracer that spans are started with."""
        if self._tracer is None:
            provider = self._tracer_provider or providers.tracer_provider()
            self._tracer = provider.get_tracer(SCOPE, _version(), schema_url=SCHEMA_URL)
            self._use(provider)
        return self._tracer

    def logger(self) -> Logger:
        """The logger that events are emitted with."""
        if self._logger is None:
            provider = self._logger_provider or providers.logger_provider()
            self._logger = provider.get_logger(SCOPE, _version(), schema_url=SCHEMA_URL)
            self._use(provider)
        return self._logger

    def _use(self, provider: object) -> None:
        flush_at_exit()
        if not providers.is_ours(provider):
            self._flushers.append(Flusher(provider, ours=False))


def logger() -> Logger:
    """The logger that events go to, also where instrumentation was not switched on."""
    return SpanmartInstrumentor.destinations.logger()


def screen() -> Screen:
    """What every text passes before it leaves, also where instrumentation was not switched on."""
    return SpanmartInstrumentor.screen or _screen(None)


class SpanmartInstrumentor(BaseInstrumentor):  # type: ignore[misc]
    """The instrumentation as OpenTelemetry's tools know it; they find it by its entry point."""

    destinations = Destinations(None, None)
    screen: Screen | None = None
    _seam: Seam | None = None
    _recorder: Recorder | None = None

    def instrumentation_dependencies(self) -> Collection[str]:
        """None that must be there: an app without the OpenAI client is left alone."""
        return ()

    def _instrument(self, **kwargs: Any) -> None:
        going_to = Destinations(kwargs.get("tracer_provider"), kwargs.get("logger_provider"))
        SpanmartInstrumentor.destinations = going_to
        SpanmartInstrumentor.screen = screen = _screen(kwargs.get("redact"))
        recorder = Recorder(going_to.tracer, going_to.logger, capture=content_capture(), screen=screen)
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
        self._seam = Seam(openai, recorder, stream_usage=usage)
        self._seam.close_in()

    def _uninstrument(self, **_: Any) -> None:
        self._recorder = None
        SpanmartInstrumentor.screen = None
        if self._seam is not None:
            self._seam.open_up()
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


def _screen(redact: Redaction | bool | None) -> Screen:
    redaction = redaction_of_environment() if redact is None else redact
    if isinstance(redaction, bool):
        redaction = Redaction() if redaction else None
    return Screen(redaction, length_limit())


@lru_cache(maxsize=1)
def _version() -> str:
    try:
        return version("spanmart")
    except PackageNotFoundError:
        return ""
