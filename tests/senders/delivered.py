"""What has arrived of all that a sender sent: in the ledger, and in the marts."""

from dataclasses import dataclass
from pathlib import Path

from senders.sender import Outcomes, Signal
from spanmart.warehouse import Refresher, Warehouse

# What may happen to a batch while the receiver is away. Anything else spanmart may not answer.
TRANSIENT = (
    "max retries",  # the Python SDK over HTTP has tried often enough
    "retryable status",  # so has the JavaScript SDK over HTTP
    "ECONNREFUSED",
    "ECONNRESET",
    "EPIPE",
    "timed out",
    "UNAVAILABLE",
    "CANCELLED",
    "DEADLINE_EXCEEDED",
)
SPANS = "select trace_id || '-' || span_id, name from landing.raw.spans"
FEEDBACK = "select trace_id || '-' || span_id from landing.raw.log_events"
INTERACTIONS = "select interaction_id, user_feedback from interactions"


@dataclass(frozen=True)
class Delivered:
    """Ids of spans, and of spans with feedback, in the raw tables; interactions as the marts have them."""

    spans: set[str]
    calls: set[str]
    feedback: set[str]
    interactions: list[tuple[str, str]]

    @classmethod
    def read(cls, data: Path) -> "Delivered":
        """From the folder of a spanmart that runs no more; brings its marts up to date."""
        with Warehouse.open(data) as warehouse:
            Refresher(warehouse).refresh()
            with warehouse.cursor() as cursor:
                spans = cursor.execute(SPANS).fetchall()
                feedback = cursor.execute(FEEDBACK).fetchall()
                interactions = cursor.execute(INTERACTIONS).fetchall()
        return cls(
            spans={span for span, _ in spans},
            calls={span for span, name in spans if name.startswith("chat")},
            feedback={call for (call,) in feedback},
            interactions=interactions,
        )


def assert_all_delivered(delivered: Delivered, outcomes: Outcomes) -> None:
    """All that was acknowledged is there, nothing that was not sent, and each call once in the marts."""
    assert {why for why in outcomes.reasons if not any(word in why for word in TRANSIENT)} == set()
    stored: dict[Signal, set[str]] = {"spans": delivered.spans, "log_events": delivered.feedback}
    for signal, ids in stored.items():
        acknowledged = outcomes.acknowledged(signal)
        assert acknowledged, "something was sent"
        assert acknowledged - ids == set()
        # A receiver that dies after the commit cannot say that it has stored what the sender gives up.
        assert ids - acknowledged - outcomes.given_up(signal) == set()

    interactions = [interaction_id for interaction_id, _ in delivered.interactions]
    assert len(interactions) == len(set(interactions))
    assert set(interactions) == delivered.calls
    assert delivered.spans - delivered.calls, "spans of other things are stored as well"
    accepted = {
        interaction_id for interaction_id, feedback in delivered.interactions if feedback == "accepted"
    }
    assert accepted == delivered.feedback & delivered.calls
