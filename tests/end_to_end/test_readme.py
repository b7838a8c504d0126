"""What the README says can be typed: its programs run against a running spanmart, its commands exist."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from spanmart.cli.command import COMMANDS
from support.openai_bodies import chat_body
from support.replay_server import Exchange, ReplayServer
from support.running import PATIENCE_S, RunningSpanmart

ROOT = Path(__file__).resolve().parents[2]
BLOCKS = re.findall(r"^```(sh|python)\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
PROGRAM = "\n".join(text for language, text in BLOCKS if language == "python")
TYPED = [line for language, text in BLOCKS if language == "sh" for line in text.splitlines()]


def test_the_programs_calls_and_their_feedback_reach_the_marts(spanmart: RunningSpanmart) -> None:
    with ReplayServer([Exchange("chat/completions", body=chat_body("Hello!"))]) as openai:
        environment = {
            **os.environ,
            "OPENAI_BASE_URL": openai.base_url,
            "OPENAI_API_KEY": "any",
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{spanmart.ready['otlp_http_port']}",
        }
        subprocess.run([sys.executable, "-c", PROGRAM], env=environment, check=True, timeout=PATIENCE_S)
    spanmart.wait_until(
        lambda: [row["user_feedback"] for row in calls(spanmart)] == ["modified", "no_feedback"], "both calls"
    )
    outline, greeting = calls(spanmart)
    assert outline["interaction_type"] == "outline_generation"
    assert outline["missing_variables"] == ["tone"]
    assert (outline["quality_score"], greeting["prompt_name"]) == (80, None)


def calls(spanmart: RunningSpanmart) -> list[dict[str, object]]:
    return spanmart.get("/api/ai-interactions")["items"]


@pytest.mark.parametrize("line", TYPED)
def test_every_command_is_one(line: str) -> None:
    words = shlex.split(line, comments=True)
    if words[0] == "make":
        assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
    elif words[0] == "spanmart":
        assert words[1] in COMMANDS
    else:
        assert words[:2] == ["pip", "install"]
        extra = re.fullmatch(r"spanmart(?:\[(\w+)\])?", words[2]).group(1)
        assert extra is None or f"\n{extra} = [" in (ROOT / "pyproject.toml").read_text()
