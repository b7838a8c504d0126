"""`spanmart up --demo`: real calls by a real application, with nothing to set up."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.running import PATIENCE_S, RunningSpanmart, start_spanmart

TYPES = {
    "outline_generation",
    "title_generation",
    "content_generation",
    "training_kit_generation",
    "marketing_kit_generation",
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSpanmart]:
    """A demo whose first burst is in the marts."""
    for variable in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "SPANMART_DEMO_MODEL"):
        os.environ.pop(variable, None)
    running = start_spanmart(tmp_path_factory.mktemp("demo") / "data", "--demo")
    running.wait_until(lambda: metrics(running)["total_interactions"] >= 165, "the burst")
    yield running
    running.process.terminate()
    assert running.process.wait(PATIENCE_S) == 0


def metrics(running: RunningSpanmart, **filters: str) -> dict[str, Any]:
    return running.get("/api/ai-interactions/metrics", **filters)


def children_of(pid: int) -> list[int]:
    found = subprocess.run(
        ["pgrep", "-P", str(pid), "-f", "training_builder"], capture_output=True, text=True, check=False
    )
    return [int(line) for line in found.stdout.split()]


def test_every_type_of_material_is_made(demo: RunningSpanmart) -> None:
    made = {row["interaction_type"] for row in metrics(demo)["by_type"]}
    assert made >= TYPES


def test_calls_succeed_fail_and_are_partial(demo: RunningSpanmart) -> None:
    by_status = {row["status"]: row["total_interactions"] for row in metrics(demo)["by_status"]}
    assert set(by_status) == {"success", "failure", "partial"}
    assert by_status["success"] > 100


def test_calls_fail_in_several_real_ways(demo: RunningSpanmart) -> None:
    failures = demo.get("/api/ai-interactions/failures")["items"]
    assert len({failure["error_type"] for failure in failures}) >= 4
    assert "context_length_exceeded" in {failure["error_code"] for failure in failures}


def test_forms_lack_fields(demo: RunningSpanmart) -> None:
    issues = demo.get("/api/ai-interactions/data-quality-issues")
    assert issues["total"] > 0
    assert all(issue["missing_variables"] for issue in issues["items"])


def test_users_accept_edit_and_reject(demo: RunningSpanmart) -> None:
    feedback = metrics(demo)["feedback"]
    assert all(feedback[label] > 0 for label in ("accepted", "modified", "rejected", "no_feedback"))


def test_each_type_has_two_prompt_versions(demo: RunningSpanmart) -> None:
    for kind in TYPES:
        items = demo.get("/api/ai-interactions", interaction_type=kind, limit=200)["items"]
        assert len({item["prompt_version"] for item in items}) == 2


def test_everything_happens_now_and_belongs_to_sessions_and_users(demo: RunningSpanmart) -> None:
    items = demo.get("/api/ai-interactions", limit=500)["items"]
    moments = sorted(item["created_at"] for item in items)
    assert moments[0][:4] >= "2026"
    assert all(item["session_id"] and item["user_id"] for item in items)
    assert {item["service_name"] for item in items} == {"training-builder"}


def test_the_application_is_started_anew_when_it_dies(demo: RunningSpanmart) -> None:
    [first] = children_of(demo.process.pid)
    os.kill(first, signal.SIGKILL)
    demo.wait_until(lambda: children_of(demo.process.pid) not in ([], [first]), "another process")


def test_the_application_does_not_outlive_a_spanmart_that_is_killed(tmp_path: Path) -> None:
    running = start_spanmart(tmp_path / "data", "--demo")
    running.wait_until(lambda: bool(children_of(running.process.pid)), "the application")
    [application] = children_of(running.process.pid)
    running.process.kill()
    running.process.wait(PATIENCE_S)
    running.wait_until(lambda: not is_alive(application), "the end of the application")


def is_alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False
