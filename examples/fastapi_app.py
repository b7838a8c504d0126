"""FastAPI: several titles at once by asyncio, and an outline streamed to the browser.

OPENAI_API_KEY=... uvicorn --app-dir examples fastapi_app:app
curl 'localhost:8000/titles?topic=Fire+safety'
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from openai import AsyncOpenAI

import spanmart.instrumentation.auto  # noqa: F401 - the one line that instruments the application
from spanmart.instrumentation import Prompt, flush, interaction

TITLE = Prompt("title", version="1", template="A {{tone}} title about {{topic}}.", required=("topic", "tone"))
OUTLINE = Prompt("outline", version="1", template="Outline a training about {{topic}}.", required=("topic",))


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Uvicorn ends by raising the SIGTERM that it got: this is the last moment to send what was recorded."""
    yield
    await asyncio.to_thread(flush)


app = FastAPI(lifespan=lifespan)
client = AsyncOpenAI()


async def title(topic: str, tone: str) -> str:
    """One title; each task has an interaction of its own."""
    async with interaction("title", prompt=TITLE, variables={"topic": topic, "tone": tone}) as call:
        answer = await client.chat.completions.create(model="gpt-4o-mini", messages=call.messages())
    return answer.choices[0].message.content or ""


@app.get("/titles")
async def titles(topic: str) -> list[str]:
    """A sober and a playful title."""
    return list(await asyncio.gather(title(topic, "sober"), title(topic, "playful")))


@app.get("/outline")
async def outline(topic: str) -> StreamingResponse:
    """An outline as it is written."""

    @interaction("outline", prompt=OUTLINE, variables={"topic": topic})
    async def words() -> AsyncIterator[str]:
        stream = await client.responses.create(
            model="gpt-4o-mini", input=OUTLINE.text({"topic": topic}), stream=True
        )
        async for event in stream:
            if event.type == "response.output_text.delta":
                yield event.delta

    return StreamingResponse(words(), media_type="text/plain")
