"""Flask: outlines of training sessions, answered whole or word by word, and what users say of them.

OPENAI_API_KEY=... flask --app examples/flask_app.py run
curl localhost:5000/outlines -d title="Fire safety" -d user=u-17
"""

from collections.abc import Iterator

from flask import Flask, Response, jsonify, request
from openai import OpenAI

import spanmart.instrumentation.auto  # noqa: F401 - the one line that instruments the application
from spanmart.instrumentation import Prompt, interaction, record_feedback

OUTLINE = Prompt("outline", version="1", template="Outline a training about {{title}}.", required=("title",))

app = Flask(__name__)
client = OpenAI()


@app.post("/outlines")
def outline() -> Response:
    """An outline, with the id that its feedback is given by."""
    with interaction(
        "outline", prompt=OUTLINE, variables=request.form.to_dict(), user_id=request.form.get("user")
    ) as call:
        answer = client.chat.completions.create(model="gpt-4o-mini", messages=call.messages())
    return jsonify(id=call.id, outline=answer.choices[0].message.content)


@app.post("/outlines/streamed")
def streamed_outline() -> Response:
    """An outline as it is written; read after the block, the stream still belongs to it."""
    with interaction("streamed_outline", prompt=OUTLINE, variables=request.form.to_dict()) as call:
        stream = client.chat.completions.create(
            model="gpt-4o-mini",
            messages=call.messages(),
            stream=True,
            stream_options={"include_usage": True},
        )

    def words() -> Iterator[str]:
        for chunk in stream:
            if chunk.choices:
                yield chunk.choices[0].delta.content or ""

    return Response(words(), mimetype="text/plain")


@app.post("/outlines/<interaction_id>/feedback")
def feedback(interaction_id: str) -> tuple[str, int]:
    """What the user made of an outline, perhaps days later."""
    record_feedback(interaction_id, request.form["label"], final_text=request.form.get("text"))
    return "", 204
