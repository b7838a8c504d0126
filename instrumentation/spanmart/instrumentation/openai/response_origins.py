"""Which call began a response: `responses.retrieve`, later and elsewhere, belongs to the same interaction."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from opentelemetry.trace import SpanContext

from spanmart.instrumentation.interactions.interaction import Interaction


@dataclass(frozen=True, slots=True)
class Origin:
    """The call that began a response, and the interaction that it was made in."""

    interaction: Interaction | None
    span: SpanContext


class Origins:
    """The origins of the newest responses, by their ids."""

    def __init__(self, most: int = 256) -> None:
        self._most = most
        self._known: OrderedDict[str, Origin] = OrderedDict()
        self._lock = Lock()

    def remember(self, response_id: str, origin: Origin) -> None:
        """Keep the origin of a response, until as many newer ones have come."""
        with self._lock:
            self._known[response_id] = origin
            self._known.move_to_end(response_id)
            if len(self._known) > self._most:
                self._known.popitem(last=False)

    def of(self, response_id: str) -> Origin | None:
        """The origin of a response that this process began a while ago."""
        return self._known.get(response_id)
