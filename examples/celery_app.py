"""Celery: outlines written by the forked processes of a worker, and sent from there.

    OPENAI_API_KEY=... celery --workdir examples --app celery_app worker --concurrency 2
    celery --workdir examples --app celery_app call celery_app.outline --args '["Fire safety", "u-17"]'

Messages go through files below `CELERY_FOLDER` (`./celery-data`), so that no broker is needed.
"""

import os
from pathlib import Path

from celery import Celery
from openai import OpenAI

import spanmart.instrumentation.auto  # noqa: F401 - the one line that instruments the application
from spanmart.instrumentation import Prompt, interaction

OUTLINE = Prompt("outline", version="1", template="Outline a training about {{title}}.", required=("title",))

folder = Path(os.environ.get("CELERY_FOLDER", "celery-data")).resolve()
for name in ("messages", "results"):
    (folder / name).mkdir(parents=True, exist_ok=True)

app = Celery("celery_app", broker="filesystem://", backend=f"file://{folder / 'results'}")
app.conf.broker_transport_options = {
    "data_folder_in": str(folder / "messages"),
    "data_folder_out": str(folder / "messages"),
    "control_folder": str(folder / "control"),
}


@app.task
def outline(title: str, user: str) -> str | None:
    """Write an outline."""
    client = OpenAI()  # in the process that uses it: connections are not to be shared by forked ones
    with interaction("outline", prompt=OUTLINE, variables={"title": title}, user_id=user) as call:
        answer = client.chat.completions.create(model="gpt-4o-mini", messages=call.messages())
    return answer.choices[0].message.content
