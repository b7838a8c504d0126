"""Which interaction a call belongs to: across blocks, functions, threads, tasks and generators."""

import asyncio
import contextvars
import gc
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Thread
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanmart.instrumentation import Prompt, current_interaction, interaction
from spanmart.instrumentation.privacy.sanitizer import Sanitizer
from support import openai_bodies as bodies
from support.replay_server import Exchange

from .conftest import Api, Recorded
from .surfaces import CHAT, CHAT_STREAM

OUTLINE = Prompt("outline", "3", "Outline {{title}}.", required=("title", "tone"))


@pytest.fixture
def ask(recorded: Recorded, api: Callable[..., Api]) -> Callable[..., Any]:
    connected = api(
        Exchange("chat/completions", bodies.chat_chunks("Hi"), request=CHAT_STREAM),
        Exchange("chat/completions", bodies.chat_body()),
    )
    return lambda **arguments: connected.client.chat.completions.create(**{**CHAT, **arguments})


def types(recorded: Recorded) -> list[Any]:
    return [dict(span.attributes or {}).get("spanmart.interaction.type") for span in recorded.spans]


def current_type() -> str | None:
    inside = current_interaction()
    return inside.attributes(Sanitizer())["spanmart.interaction.type"] if inside else None  # type: ignore[return-value]


def test_a_call_says_all_about_its_interaction(recorded: Recorded, ask: Callable[..., Any]) -> None:
    with interaction(
        "outline_generation",
        prompt=OUTLINE,
        variables={"title": "Fire", "pages": 4, "tags": ["a"], "tone": ""},
        session_id="s1",
        user_id="u1",
        conversation_id="c1",
        context={"audience_id": 4, "category": "safety", "note": None},
        metadata={"build": "7", "beta": True},
    ) as call:
        assert call.id is None
        ask(messages=call.messages())
    context = recorded.span.get_span_context()
    assert context is not None
    assert call.id == f"{context.trace_id:032x}-{context.span_id:016x}"
    own = (
        "spanmart.interaction",
        "spanmart.prompt",
        "spanmart.context",
        "spanmart.metadata",
        "gen_ai.prompt",
    )
    said = recorded.attributes
    assert {key: value for key, value in said.items() if key.startswith(own)} == {
        "spanmart.interaction.type": "outline_generation",
        "gen_ai.prompt.name": "outline",
        "gen_ai.prompt.version": "3",
        "gen_ai.prompt.variable.title": "Fire",
        "gen_ai.prompt.variable.pages": "4",
        "gen_ai.prompt.variable.tags": '["a"]',
        "gen_ai.prompt.variable.tone": "",
        "spanmart.prompt.template_hash": OUTLINE.template_hash,
        "spanmart.prompt.required_variables": ("title", "tone"),
        "spanmart.prompt.missing_variables": ("tone",),
        "spanmart.context.audience_id": 4,
        "spanmart.context.category": "safety",
        "spanmart.metadata.build": "7",
        "spanmart.metadata.beta": True,
    }
    assert (said["session.id"], said["user.id"], said["gen_ai.conversation.id"]) == ("s1", "u1", "c1")


def test_the_id_is_of_the_newest_call(recorded: Recorded, ask: Callable[..., Any]) -> None:
    with interaction("t") as call:
        ask()
        first = call.id
        ask()
    assert call.id not in (None, first)
    assert types(recorded) == ["t", "t"]


def test_outside_of_the_block_there_is_no_interaction(recorded: Recorded, ask: Callable[..., Any]) -> None:
    with interaction("t"):
        pass
    ask()
    assert types(recorded) == [None]


def test_blocks_nest(recorded: Recorded, ask: Callable[..., Any]) -> None:
    with interaction("outer"):
        with interaction("inner"):
            ask()
        ask()
    assert types(recorded) == ["inner", "outer"]
    assert current_interaction() is None


def test_the_block_is_left_when_the_app_raises(ask: Callable[..., Any]) -> None:
    with pytest.raises(KeyError), interaction("t"):
        raise KeyError
    assert current_interaction() is None


def test_a_stream_read_after_the_block_still_belongs_to_it(
    recorded: Recorded, ask: Callable[..., Any]
) -> None:
    with interaction("t") as call:
        stream = ask(**CHAT_STREAM)
    list(stream)
    assert types(recorded) == ["t"]
    assert call.id is not None


def test_a_scope_can_be_entered_again(recorded: Recorded, ask: Callable[..., Any]) -> None:
    scope = interaction("t")
    with scope as first:
        ask()
    with scope as second:
        ask()
    assert first.id != second.id


def test_what_the_app_changes_afterwards_is_not_recorded(recorded: Recorded, ask: Callable[..., Any]) -> None:
    variables = {"title": "Fire"}
    with interaction("t", prompt=OUTLINE, variables=variables):
        variables["title"] = "Water"
        ask()
    assert recorded.attributes["gen_ai.prompt.variable.title"] == "Fire"


def test_messages_without_a_prompt_say_what_to_do() -> None:
    with interaction("t") as call, pytest.raises(ValueError, match="prompt="):
        call.messages()


class TestDecorator:
    """Functions of every kind."""

    def test_a_function(self, recorded: Recorded, ask: Callable[..., Any]) -> None:
        @interaction("t")
        def outline(title: str) -> str:
            """Write an outline."""
            ask()
            return title

        assert (outline("Fire"), outline.__name__, outline.__doc__) == (
            "Fire",
            "outline",
            "Write an outline.",
        )
        assert types(recorded) == ["t"]
        assert current_interaction() is None

    def test_a_recursive_function_has_an_interaction_for_each_call(self) -> None:
        seen = []

        @interaction("t")
        def count(depth: int) -> None:
            seen.append(current_interaction())
            if depth:
                count(depth - 1)
            assert current_interaction() is seen[-depth - 1]

        count(2)
        assert len(set(map(id, seen))) == 3

    def test_a_coroutine_function(self) -> None:
        @interaction("t")
        async def outline() -> str | None:
            await asyncio.sleep(0)
            return current_type()

        assert asyncio.run(outline()) == "t"

    def test_a_generator_and_not_its_consumer(self) -> None:
        @interaction("t")
        def steps() -> Iterator[str | None]:
            try:
                received = yield current_type()
                assert received is None
                yield current_type()
            finally:
                closing.append(current_type())

        closing: list[str | None] = []
        generator = steps()
        assert next(generator) == "t"
        assert current_interaction() is None
        assert next(generator) == "t"
        generator.close()
        assert (closing, current_interaction()) == (["t"], None)

    def test_a_generator_is_sent_to_and_thrown_into(self) -> None:
        @interaction("t")
        def echo() -> Any:
            received = yield None
            try:
                yield received
            except KeyError:
                yield "caught"
            return "returned"

        generator = echo()
        next(generator)
        assert generator.send("sent") == "sent"
        assert generator.throw(KeyError()) == "caught"
        with pytest.raises(StopIteration) as stop:
            next(generator)
        assert stop.value.value == "returned"

    def test_an_async_generator_and_not_its_consumer(self) -> None:
        @interaction("t")
        async def steps() -> AsyncIterator[str | None]:
            yield current_type()
            await asyncio.sleep(0)
            yield current_type()

        async def consume() -> None:
            async for step in steps():
                assert (step, current_interaction()) == ("t", None)

        asyncio.run(consume())


class TestBoundaries:
    """Contexts that are not left where they were entered."""

    def test_a_block_in_a_generator_that_is_left_elsewhere(self) -> None:
        def begun() -> Iterator[None]:
            with interaction("leaked"):
                yield

        generator = begun()
        contextvars.copy_context().run(next, generator)
        with interaction("mine"):
            generator.close()
            assert current_type() == "mine"

    def test_a_block_left_before_the_one_inside_of_it(self) -> None:
        outer, inner = interaction("outer"), interaction("inner")
        outer.__enter__()
        inner.__enter__()
        outer.__exit__()
        inner.__exit__()
        outer.__exit__()
        assert current_interaction() is None

    def test_a_thread_has_none_unless_it_gets_the_context(self) -> None:
        seen = []
        with interaction("t"):
            context = contextvars.copy_context()
            for target in (
                lambda: seen.append(current_type()),
                lambda: context.run(lambda: seen.append(current_type())),
            ):
                thread = Thread(target=target)
                thread.start()
                thread.join()
        assert seen == [None, "t"]

    def test_asyncio_to_thread_carries_it(self) -> None:
        async def ask_in_thread() -> str | None:
            async with interaction("t"):
                return await asyncio.to_thread(current_type)

        assert asyncio.run(ask_in_thread()) == "t"


@given(st.integers(1, 40), st.randoms(use_true_random=False))
@settings(max_examples=15)
def test_no_interaction_leaks_from_one_task_to_another(tasks: int, random: Any) -> None:
    async def one(name: str, pauses: int) -> None:
        async with interaction(name):
            for _ in range(pauses):
                await asyncio.sleep(0)
                assert current_type() == name
            async with interaction(f"{name} inner"):
                await asyncio.sleep(0)
                assert current_type() == f"{name} inner"
            assert current_type() == name
        assert current_interaction() is None

    async def together() -> None:
        await asyncio.gather(*(one(f"t{number}", random.randint(0, 5)) for number in range(tasks)))

    asyncio.run(together())


def test_no_interaction_leaks_from_one_thread_to_another(recorded: Recorded, ask: Callable[..., Any]) -> None:
    def one(number: int) -> None:
        with interaction(f"t{number}", session_id=str(number)) as call:
            ask()
            ids[number] = call.id

    ids: dict[int, str | None] = {}
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(one, range(64)))
    gc.collect()
    told = {}
    for span in recorded.spans:
        attributes, context = dict(span.attributes or {}), span.get_span_context()
        assert context is not None
        assert attributes["spanmart.interaction.type"] == f"t{attributes['session.id']}"
        told[int(attributes["session.id"])] = f"{context.trace_id:032x}-{context.span_id:016x}"
    assert told == ids
