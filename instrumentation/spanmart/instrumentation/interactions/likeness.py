"""Whether a span of another instrumentation is of a model call, as far as it tells.

Many frameworks name a span when it starts and say what it is only when it ends, so that it is asked twice.
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import Any, Final

_MODEL_OPERATIONS: Final = frozenset(
    {
        *("chat", "text_completion", "generate_content", "embeddings", "embedding", "responses"),
        *("completions", "completion", "message", "messages", "inference"),
    }
)
# Around and beside requests to a model, which have spans of their own.
_OTHER_OPERATIONS: Final = frozenset(
    {
        *("invoke_agent", "create_agent", "execute_tool", "invoke_workflow", "agent_step", "execute_task"),
        *("execute_event_loop_cycle", "fetch_response", "retrieval", "rerank", "plan", "workflow", "agent"),
        *("chain", "tool", "task"),
    }
)
_OTHER_NAMES: Final = ("execute_tool", "invoke_agent", "create_agent", "invoke_workflow")
_OTHER_ENDINGS: Final = (".workflow", ".task", ".tool", ".agent")
# The attribute that tells, and its values that mean a model call.
_KINDS: Final[tuple[tuple[str, frozenset[str]], ...]] = (
    ("openinference.span.kind", frozenset({"llm", "embedding"})),
    ("langfuse.observation.type", frozenset({"generation", "embedding"})),
    ("traceloop.span.kind", frozenset()),
)
_CALL_NAMES: Final = ("chat ", "text_completion ", "generate_content ", "embeddings ", "responses ")
_CALL_ENDINGS: Final = (".chat", ".completion", ".completions", ".embeddings", ".response", ".responses")


class Likeness(IntEnum):
    """What a span tells of itself; the more it is like a call, the higher."""

    OTHER = 0
    UNKNOWN = 1
    CALL = 2


def likeness(name: str, attributes: Mapping[str, Any] | None) -> Likeness:
    """What a span of this name and these attributes is: attributes tell more than the name."""
    told = _tell_by(attributes or {})
    if told is not None:
        return told
    if name.startswith(_OTHER_NAMES) or name.endswith(_OTHER_ENDINGS):
        return Likeness.OTHER
    is_call = name.startswith(_CALL_NAMES) or name.endswith(_CALL_ENDINGS)
    return Likeness.CALL if is_call else Likeness.UNKNOWN


def _tell_by(attributes: Mapping[str, Any]) -> Likeness | None:
    operation = attributes.get("gen_ai.operation.name")
    if isinstance(operation, str):
        return _tell_by_operation(operation.lower())
    for key, calls in _KINDS:
        kind = attributes.get(key)
        if isinstance(kind, str):
            return Likeness.CALL if kind.lower() in calls else Likeness.OTHER
    return Likeness.CALL if attributes.get("llm.request.type") else None


def _tell_by_operation(operation: str) -> Likeness:
    if operation in _MODEL_OPERATIONS:
        return Likeness.CALL
    return Likeness.OTHER if operation in _OTHER_OPERATIONS else Likeness.UNKNOWN
