"""Export requests full of LLM calls, made so fast that one process can overload a collector."""

import random
import time

from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from support.otlp import make_span, span_id, trace_request

WORDS = [
    "safety",
    "lift",
    "load",
    "check",
    "brake",
    "mast",
    "fork",
    "aisle",
    "speed",
    "horn",
    "battery",
    "driver",
    "pedestrian",
    "ramp",
    "pallet",
]


class CallBatches:
    """Requests of `spans` LLM calls each, all alike but for the trace id; `text_bytes` is a call's text.

    The calls of one request share its trace and have the span ids 1, 2, ...
    """

    def __init__(self, spans: int, text_bytes: int = 400) -> None:
        self.spans = spans
        dice = random.Random(spans)
        # Any 16 bytes that the rest of the request cannot contain by chance.
        self._placeholder = dice.randbytes(16)
        calls = [self._call(number, _text(dice, text_bytes)) for number in range(1, spans + 1)]
        self._template = trace_request(*calls).SerializeToString()
        self.bytes = len(self._template)

    def body(self, trace_id: bytes) -> bytes:
        """The request in protobuf for one trace, whose id has 16 bytes."""
        return self._template.replace(self._placeholder, trace_id)

    def _call(self, number: int, text: str) -> Span:
        started = time.time_ns()
        attributes = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "gpt-4o-mini",
            "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
            "gen_ai.output.messages": text,
        }
        tokens = {"gen_ai.usage.input_tokens": 12, "gen_ai.usage.output_tokens": 5}
        return make_span(
            trace_id=self._placeholder,
            span_id=span_id(number),
            name="chat gpt-4o-mini",
            start_time_unix_nano=started,
            end_time_unix_nano=started + 1_000_000,
            attributes={
                **{key: AnyValue(string_value=value) for key, value in attributes.items()},
                **{key: AnyValue(int_value=value) for key, value in tokens.items()},
            },
        )


def _text(dice: random.Random, size: int) -> str:
    text = " ".join(dice.choices(WORDS, k=max(1, size // 4)))
    return text[:size]
