"""The providers that spans and feedback go to: the app's own, else ones made from the `OTEL_*` variables.

They are looked for when the first span or event is to be recorded, not when instrumentation is switched on:
until then the app may set its own, whatever the order of its imports.
"""

import os
from collections.abc import Callable
from threading import Lock
from typing import Any

from opentelemetry import _logs, trace
from opentelemetry._logs import LoggerProvider
from opentelemetry.trace import TracerProvider
from opentelemetry.util._importlib_metadata import entry_points

from spanmart.instrumentation.diagnostics import log_once
from spanmart.instrumentation.export.flush import Flusher
from spanmart.instrumentation.forking import run_in_child

_making = Lock()
_flushers: list[Flusher] = []  # of the providers made here, which last as long as the process


def _unlock() -> None:
    """In a forked child: whoever held the lock was a thread of the parent's."""
    global _making  # noqa: PLW0603
    _making = Lock()


run_in_child(_unlock)


def sdk_is_disabled() -> bool:
    """`OTEL_SDK_DISABLED` is true."""
    return os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"


def is_ours(provider: object) -> bool:
    """The provider was made here, and is flushed and shut down from here."""
    return any(flusher.provider is provider for flusher in _flushers)


def tracer_provider() -> TracerProvider:
    """The global tracer provider; where the app has set none, one is made and set."""
    with _making:
        provider = trace.get_tracer_provider()
        if isinstance(provider, trace.ProxyTracerProvider) and not sdk_is_disabled():
            trace.set_tracer_provider(_make_tracer_provider())
        return trace.get_tracer_provider()


def logger_provider() -> LoggerProvider:
    """The global logger provider; where the app has set none, one is made and set."""
    with _making:
        provider = _logs.get_logger_provider()
        if type(provider).__name__ == "ProxyLoggerProvider" and not sdk_is_disabled():
            _logs.set_logger_provider(_make_logger_provider())
        return _logs.get_logger_provider()


def _make_tracer_provider() -> TracerProvider:
    from opentelemetry.sdk.trace import SpanLimits  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider as SdkTracerProvider  # noqa: PLC0415

    from spanmart.instrumentation.export.batch_processors import BoundedSpanProcessor, QueueLimits  # noqa: PLC0415
    from spanmart.instrumentation.export.exporters import QuietSpanExporter  # noqa: PLC0415
    from spanmart.instrumentation.export.interaction_processor import InteractionSpanProcessor  # noqa: PLC0415
    from spanmart.instrumentation.export.redacting_processors import RedactingSpanProcessor  # noqa: PLC0415

    # a prompt may have more variables than the SDK's default of 128 attributes
    limited = "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT" in os.environ or "OTEL_ATTRIBUTE_COUNT_LIMIT" in os.environ
    limits = SpanLimits() if limited else SpanLimits(max_span_attributes=2048)
    provider = SdkTracerProvider(shutdown_on_exit=False, span_limits=limits)
    provider.add_span_processor(InteractionSpanProcessor())
    for build in _exporter_builders("traces", _otlp_span_exporter):
        waiting = QueueLimits("OTEL_BSP")
        exporter = QuietSpanExporter(build, _destination("traces"), waiting)
        provider.add_span_processor(RedactingSpanProcessor(BoundedSpanProcessor(exporter, waiting)))
    _flushers.append(Flusher(provider, ours=True))
    return provider


def _make_logger_provider() -> LoggerProvider:
    from opentelemetry.sdk._logs import LoggerProvider as SdkLoggerProvider  # noqa: PLC0415

    from spanmart.instrumentation.export.batch_processors import BoundedLogProcessor, QueueLimits  # noqa: PLC0415
    from spanmart.instrumentation.export.exporters import QuietLogExporter  # noqa: PLC0415
    from spanmart.instrumentation.export.redacting_processors import RedactingLogProcessor  # noqa: PLC0415

    provider = SdkLoggerProvider(shutdown_on_exit=False)
    for build in _exporter_builders("logs", _otlp_log_exporter):
        waiting = QueueLimits("OTEL_BLRP")
        exporter = QuietLogExporter(build, _destination("logs"), waiting)
        provider.add_log_record_processor(RedactingLogProcessor(BoundedLogProcessor(exporter, waiting)))
    _flushers.append(Flusher(provider, ours=True))
    return provider


def _otlp_span_exporter() -> Any:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415

    from spanmart.instrumentation.export.exporters import impatient_session  # noqa: PLC0415

    return OTLPSpanExporter(session=impatient_session())


def _otlp_log_exporter() -> Any:
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter  # noqa: PLC0415

    from spanmart.instrumentation.export.exporters import impatient_session  # noqa: PLC0415

    return OTLPLogExporter(session=impatient_session())


def _exporter_builders(signal: str, otlp_http: Callable[[], Any]) -> list[Callable[[], Any]]:
    """How to build each of the exporters that `OTEL_TRACES_EXPORTER` or `OTEL_LOGS_EXPORTER` names."""
    named = os.environ.get(f"OTEL_{signal.upper()}_EXPORTER") or "otlp"
    builders: list[Callable[[], Any]] = []
    for name in filter(None, (part.strip() for part in named.split(","))):
        if name == "otlp" and _protocol(signal) == "http/protobuf":
            builders.append(otlp_http)
        elif name != "none":
            builders.append(_find_exporter(signal, "otlp_proto_grpc" if name == "otlp" else name))
    return builders


def _find_exporter(signal: str, name: str) -> Callable[[], Any]:
    """An exporter that some installed package offers under this name."""

    def build() -> Any:
        for entry_point in entry_points(group=f"opentelemetry_{signal}_exporter", name=name):
            return entry_point.load()()
        raise LookupError(f"no installed package offers the {signal} exporter {name!r}")

    return build


def _protocol(signal: str) -> str:
    """`http/protobuf` unless gRPC is asked for; an unknown protocol is said once and taken as HTTP."""
    variables = (f"OTEL_EXPORTER_OTLP_{signal.upper()}_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
    asked = next((os.environ[name] for name in variables if os.environ.get(name)), "http/protobuf")
    if asked not in ("grpc", "http/protobuf"):
        log_once("spanmart: the OTLP protocol %r is not supported, http/protobuf is used", asked)
        return "http/protobuf"
    return asked


def _destination(signal: str) -> str:
    """Where telemetry goes, for the log line that says that it does not get there."""
    specific = os.environ.get(f"OTEL_EXPORTER_OTLP_{signal.upper()}_ENDPOINT")
    return specific or os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT") or "http://localhost:4318"
