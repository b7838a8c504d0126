"""python send_on.py PROTOCOL ENDPOINT COMPRESSION

Sends the span of an LLM call, feedback on it and the span of something else, over and over until stdin ends.
"""

import sys
import threading

from opentelemetry.context import Context
from opentelemetry.trace import SpanKind, set_span_in_context
from providers import providers

PAUSE_S = 0.025
CALL = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o-mini",
    "gen_ai.usage.input_tokens": 12,
    "gen_ai.usage.output_tokens": 5,
}
FEEDBACK = {
    "gen_ai.evaluation.name": "user_feedback",
    "gen_ai.evaluation.score.label": "accepted",
}


def main(protocol: str, endpoint: str, compression: str) -> None:
    resource = {"service.name": "training-builder"}
    tracer_provider, logger_provider = providers(protocol, endpoint, compression, resource)
    tracer = tracer_provider.get_tracer("senders")
    logger = logger_provider.get_logger("senders")
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    while not ended.is_set():
        call = tracer.start_span("chat gpt-4o-mini", kind=SpanKind.CLIENT, attributes=CALL)
        call.end()
        tracer.start_span("GET /workshops", kind=SpanKind.SERVER, attributes={"url.path": "/"}).end()
        logger.emit(
            event_name="gen_ai.evaluation.result",
            attributes=FEEDBACK,
            context=set_span_in_context(call, Context()),
        )
        ended.wait(PAUSE_S)
    tracer_provider.force_flush()
    logger_provider.force_flush()
    tracer_provider.shutdown()
    logger_provider.shutdown()


if __name__ == "__main__":
    main(*sys.argv[1:])
