"""What users did with an answer changes the interaction, whichever way it was told."""

import subprocess
import sys

from support.openai_bodies import chat_body
from support.replay_server import Exchange, ReplayServer
from support.running import PATIENCE_S, RunningSpanmart

APP = """
import sys
import spanmart.instrumentation.auto
from openai import OpenAI
from spanmart.instrumentation import interaction
client = OpenAI(base_url=sys.argv[1], api_key="replayed")
with interaction("outline_generation") as call:
    client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": "Outline."}])
print(call.id)
"""
LATER = """
import sys
import spanmart.instrumentation.auto
from spanmart.instrumentation import record_feedback
record_feedback(sys.argv[1], "modified", score=80, comment="shorter", final_text="Exits.")
"""


def run(spanmart: RunningSpanmart, code: str, argument: str) -> str:
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": spanmart.otlp}
    return subprocess.run(
        [sys.executable, "-c", code, argument],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    ).stdout.strip()


def an_interaction(spanmart: RunningSpanmart) -> str:
    with ReplayServer([Exchange("chat/completions", body=chat_body("Exits. Alarms."))]) as server:
        interaction_id = run(spanmart, APP, server.base_url)
    spanmart.wait_until(lambda: bool(spanmart.interaction(interaction_id)), "the call to be in the marts")
    assert spanmart.interaction(interaction_id)["user_feedback"] == "no_feedback"
    return interaction_id


def wait_for_feedback(spanmart: RunningSpanmart, interaction_id: str) -> dict[str, object]:
    spanmart.wait_until(
        lambda: spanmart.interaction(interaction_id)["user_feedback"] != "no_feedback",
        "the feedback to be in the marts",
    )
    row = spanmart.interaction(interaction_id)
    keys = ("user_feedback", "quality_score", "user_feedback_comment", "edit_distance")
    return {key: row[key] for key in keys}


def test_feedback_recorded_by_another_process_changes_the_interaction(spanmart: RunningSpanmart) -> None:
    interaction_id = an_interaction(spanmart)
    run(spanmart, LATER, interaction_id)
    assert wait_for_feedback(spanmart, interaction_id) == {
        "user_feedback": "modified",
        "quality_score": 80,
        "user_feedback_comment": "shorter",
        "edit_distance": len(" Alarms."),
    }


def test_feedback_posted_to_the_api_changes_the_interaction(spanmart: RunningSpanmart) -> None:
    interaction_id = an_interaction(spanmart)
    status, _ = spanmart.post(
        f"/api/ai-interactions/{interaction_id}/feedback",
        {
            "user_feedback": "rejected",
            "quality_score": 10,
            "comment": "not about fire",
            "final_text": "Exits! Alarms.",
        },
    )
    assert status == 202
    assert wait_for_feedback(spanmart, interaction_id) == {
        "user_feedback": "rejected",
        "quality_score": 10,
        "user_feedback_comment": "not about fire",
        "edit_distance": 1,
    }
