"""A small application in a process of its own, as `import spanmart.instrumentation.auto` finds one."""

import os
import subprocess
import sys
from typing import Any

PATIENCE_S = 120  # how long anything may take before a test gives up; never a measure of speed

APP = """
import spanmart.instrumentation.auto
import openai, os
from spanmart.instrumentation import interaction, record_feedback
client = openai.OpenAI(base_url=os.environ["REPLAY"], api_key="k", max_retries=0)
with interaction("outline_generation") as call:
    answer = client.chat.completions.create(model="m", messages=[{"role": "user", "content": "Hello"}])
    print(answer.choices[0].message.content)
"""


def start(*command: str, **environment: str) -> "subprocess.Popen[str]":
    """Start `command` with nothing of OpenTelemetry's in its environment but what is given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    return subprocess.Popen(
        command,
        env={**kept, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: "subprocess.Popen[str]") -> "subprocess.CompletedProcess[str]":
    """What a process has written and how it ended."""
    try:
        stdout, stderr = process.communicate(timeout=PATIENCE_S)
    finally:
        process.kill()
    return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)


def run(code: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run Python code to its end, which must be a good one."""
    done = finish(start(sys.executable, "-c", code, **environment))
    assert done.returncode == 0, done.stderr
    return done


def attributes(message: Any) -> dict[str, Any]:
    """The attributes of a span or log record as it came over the wire."""
    return {entry.key: getattr(entry.value, entry.value.WhichOneof("value")) for entry in message.attributes}
