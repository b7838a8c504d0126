"""However many calls run side by side, each belongs to its own interaction and to no other."""

import asyncio
import gc
import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier
from typing import Any

import openai
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.instrumentation import fake_api
from spanmart.instrumentation import Prompt, current_interaction, flush, interaction

from .conftest import Recorded

ECHO = Prompt("echo", "1", "{{name}}", required=("name",))
WAYS = ("whole", "streamed", "cut", "refusing", "left open", "nested", "decorated")

few = settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])


def asked(name: str, way: str) -> dict[str, Any]:
    model = way if way in ("cut", "refusing") else "gpt-4o-mini"
    streams = way in ("streamed", "cut", "left open")
    return {"model": model, "stream": streams, "messages": [{"role": "user", "content": name}]}


def begun(name: str) -> Any:
    return interaction(name, prompt=ECHO, variables={"name": name}, user_id=name, session_id=name)


def call_by_thread(client: openai.OpenAI, name: str, way: str) -> str | None:
    def ask() -> None:
        answer = client.chat.completions.create(**asked(name, way))
        for _ in answer if isinstance(answer, openai.Stream) else ():
            if way == "left open":
                return

    with begun(name) as call, suppress(Exception):
        if way == "nested":
            with begun("inner " + name):
                client.chat.completions.create(**asked("inner " + name, way))
        (begun(name)(ask) if way == "decorated" else ask)()
    return call.id if way != "decorated" else None


async def call_by_task(client: openai.AsyncOpenAI, name: str, way: str) -> str | None:
    async def ask() -> None:
        answer = await client.chat.completions.create(**asked(name, way))
        if isinstance(answer, openai.AsyncStream):
            async for _ in answer:
                if way == "left open":
                    return

    async with begun(name) as call:
        with suppress(Exception):
            if way == "nested":
                async with begun("inner " + name):
                    await client.chat.completions.create(**asked("inner " + name, way))
            await (begun(name)(ask) if way == "decorated" else ask)()
    return call.id if way != "decorated" else None


def check(recorded: Recorded, ids: dict[str, str | None]) -> None:
    """Every span speaks of one name only, and is the one that its interaction knows."""
    gc.collect()  # streams that were left open in a cycle
    flush()
    spans = recorded.spans
    recorded.exporter.clear()
    assert len(spans) == len({span.context.span_id for span in spans})  # type: ignore[union-attr]
    seen = set()
    for span in spans:
        said = dict(span.attributes or {})
        name = str(said["spanmart.interaction.type"])
        assert said["user.id"] == said["session.id"] == said["gen_ai.prompt.variable.name"] == name
        assert f'"content":"{name}"' in str(said["gen_ai.input.messages"])
        if "gen_ai.output.messages" in said:
            assert f'"content":"{name}' in str(said["gen_ai.output.messages"])
        known = ids.get(name)
        context = span.get_span_context()
        assert known in (None, f"{context.trace_id:032x}-{context.span_id:016x}")  # type: ignore[union-attr]
        assert span.parent is None
        seen.add(name)
    nested = {name for name in seen if name.startswith("inner ")}
    assert seen - nested == set(ids)


def ways(chooser: random.Random, count: int) -> dict[str, str]:
    return {f"n{number}": chooser.choice(WAYS) for number in range(count)}


@few
@given(chooser=st.randoms(use_true_random=False))
def test_a_thousand_tasks_do_not_mix(chooser: random.Random, recorded: Recorded) -> None:
    seeds = random.Random(chooser.random())
    planned = ways(seeds, 1000)

    async def turns() -> None:
        for _ in range(seeds.randrange(3)):
            await asyncio.sleep(0)

    async def all_at_once() -> list[str | None]:
        client = fake_api.async_client(chunks=3, pause=turns)
        called = [call_by_task(client, name, way) for name, way in planned.items()]
        return list(await asyncio.gather(*called))

    ids = asyncio.run(all_at_once())
    check(recorded, dict(zip(planned, ids, strict=True)))
    assert current_interaction() is None


@few
@given(chooser=st.randoms(use_true_random=False))
def test_sixty_four_threads_do_not_mix(chooser: random.Random, recorded: Recorded) -> None:
    planned = ways(random.Random(chooser.random()), 256)
    client, together = fake_api.client(chunks=3), Barrier(64)

    def work(name: str, way: str) -> str | None:
        together.wait()
        return call_by_thread(client, name, way)

    with ThreadPoolExecutor(64) as pool:
        ids = list(pool.map(work, planned, planned.values()))
    check(recorded, dict(zip(planned, ids, strict=True)))
