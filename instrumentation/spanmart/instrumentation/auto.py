"""Importing this module instruments the process: `import spanmart.instrumentation.auto`, and nothing else.

Providers, exporters and content are configured by the standard `OTEL_*` variables. The SDK is imported here,
so that the first call of the app does not wait for it.
"""

import opentelemetry.sdk._logs
import opentelemetry.sdk.trace.export  # noqa: F401

from spanmart.instrumentation.diagnostics import log_failure
from spanmart.instrumentation.instrumentor import SpanmartInstrumentor, instrument

try:
    if not SpanmartInstrumentor().is_instrumented_by_opentelemetry:
        instrument()
except Exception as error:
    log_failure("switching instrumentation on", error)
