"""Other instrumentations of the OpenAI client in the same process, which record every call a second time."""

import sys
from typing import Any, Final

from spanmart.instrumentation.diagnostics import log_once, never_raises

_INSTRUMENTORS: Final = {
    # the module that has the instrumentor, and the package to remove
    "opentelemetry.instrumentation.genai.openai": "opentelemetry-instrumentation-genai-openai",
    "opentelemetry.instrumentation.openai_v2": "opentelemetry-instrumentation-openai-v2",
    "opentelemetry.instrumentation.openai": "opentelemetry-instrumentation-openai",
    "openinference.instrumentation.openai": "openinference-instrumentation-openai",
    "openlit.instrumentation.openai": "openlit",
}
_LANGFUSE: Final = "langfuse.openai"  # instruments when it is imported


@never_raises("looking for other instrumentations")
def warn_of_others() -> None:
    """Say once of each other instrumentation that is switched on now what to remove."""
    for module, package in _INSTRUMENTORS.items():
        if module in sys.modules and _is_switched_on(sys.modules[module]):
            _warn(package, f"its OpenAIInstrumentor().instrument(), or uninstall {package}")
    if _LANGFUSE in sys.modules:
        _warn("langfuse", f"the import of {_LANGFUSE}, and import OpenAI from openai")


def _is_switched_on(module: Any) -> bool:
    return bool(module.OpenAIInstrumentor().is_instrumented_by_opentelemetry)


def _warn(package: str, remedy: str) -> None:
    log_once(
        f"spanmart: {package} records the calls of the OpenAI client, too. Each is one interaction all the"
        f" same, but takes twice the time and room; remove {remedy}"
    )
