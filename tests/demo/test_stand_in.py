"""The stand-in through the real OpenAI client: it answers as the API does and says what it is."""

import json
from typing import Any, Literal

import jsonschema
import openai
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openai import OpenAI
from pydantic import BaseModel

from training_builder.stand_in import tokens

PROMPT = "Write an outline.\nTitle: Ladder safety\nAudience: warehouse staff\nTone: friendly"
MESSAGES: Any = [{"role": "user", "content": PROMPT}]


class Section(BaseModel):
    heading: str
    minutes: int
    level: Literal["basic", "advanced"]


class Kit(BaseModel):
    title: str
    sections: list[Section]
    note: str | None


def test_every_answer_says_that_it_comes_from_the_stand_in(client: OpenAI) -> None:
    raw = client.chat.completions.with_raw_response.create(model="gpt-4o-mini", messages=MESSAGES)
    assert raw.headers["x-stand-in"] == "true"
    assert raw.headers["x-request-id"].startswith("req_")
    assert raw.parse().system_fingerprint.startswith("fp_stand_in")


def test_the_text_is_about_what_the_prompt_says(client: OpenAI) -> None:
    answer = client.chat.completions.create(model="gpt-4o-mini", messages=MESSAGES)
    assert answer.model == "gpt-4o-mini-2024-07-18"
    text = answer.choices[0].message.content
    assert text.startswith("Ladder safety, for warehouse staff")


def test_two_calls_differ_and_a_seed_repeats(client: OpenAI) -> None:
    def text(**options: Any) -> str | None:
        answer = client.chat.completions.create(model="gpt-4o-mini", messages=MESSAGES, **options)
        return answer.choices[0].message.content

    assert text() != text()
    assert text(seed=3) == text(seed=3)


def test_tokens_are_counted_by_the_documented_rule(client: OpenAI) -> None:
    answer = client.chat.completions.create(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "12345"}]
    )
    assert answer.usage.prompt_tokens == 2 + 4 + 3
    assert answer.usage.completion_tokens == -(-len(answer.choices[0].message.content.encode()) // 4)
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


def test_a_long_prompt_seen_before_is_cached_in_steps_of_128_tokens(client: OpenAI) -> None:
    messages: Any = [{"role": "user", "content": "word " * 1_100}]
    asked = [client.chat.completions.create(model="gpt-4o-mini", messages=messages) for _ in range(2)]
    assert [answer.usage.prompt_tokens_details.cached_tokens for answer in asked] == [0, 1_280]


def test_a_streamed_chat_sends_the_text_in_pieces_and_usage_where_asked(client: OpenAI) -> None:
    stream = client.chat.completions.create(
        model="gpt-4o", messages=MESSAGES, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].usage.completion_tokens == tokens.count(text)


def test_a_streamed_chat_without_the_option_carries_no_usage(client: OpenAI) -> None:
    stream = client.chat.completions.create(model="gpt-4o", messages=MESSAGES, stream=True)
    assert all(chunk.usage is None and chunk.choices for chunk in stream)


def test_a_streamed_response_ends_with_the_whole_response(client: OpenAI) -> None:
    events = list(client.responses.create(model="gpt-4.1-mini", input=PROMPT, stream=True))
    deltas = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert events[-1].type == "response.completed"
    assert events[-1].response.output_text == deltas


def test_a_reasoning_model_counts_its_reasoning_among_the_output(client: OpenAI) -> None:
    usage = client.responses.create(model="o4-mini", input=PROMPT).usage
    assert 0 < usage.output_tokens_details.reasoning_tokens < usage.output_tokens


def test_parse_gets_what_its_class_asks_for_from_both_apis(client: OpenAI) -> None:
    chat = client.chat.completions.parse(model="gpt-4o", messages=MESSAGES, response_format=Kit)
    response = client.responses.parse(model="gpt-4o", input=PROMPT, text_format=Kit)
    assert isinstance(chat.choices[0].message.parsed, Kit)
    assert isinstance(response.output_parsed, Kit)


PROPERTY = st.deferred(
    lambda: st.one_of(
        st.fixed_dictionaries({"type": st.just("string")}, optional={"minLength": st.integers(0, 300)}),
        st.fixed_dictionaries({"type": st.just("string"), "maxLength": st.integers(0, 300)}),
        st.fixed_dictionaries({"type": st.sampled_from(["boolean", "null"])}),
        st.fixed_dictionaries(
            {"type": st.sampled_from(["integer", "number"])},
            optional={"minimum": st.integers(-90, 0), "maximum": st.integers(0, 90)},
        ),
        st.builds(lambda values: {"enum": values}, st.lists(st.text(), min_size=1)),
        st.builds(lambda value: {"const": value}, st.integers() | st.text()),
        st.builds(lambda of: {"anyOf": of}, st.lists(PROPERTY, min_size=1, max_size=2)),
        st.fixed_dictionaries({"type": st.just("array"), "items": PROPERTY, "maxItems": st.integers(0, 4)}),
        st.builds(
            lambda inner: {"type": "object", "properties": inner, "required": sorted(inner)},
            st.dictionaries(st.sampled_from(["title", "note", "posts", "x"]), PROPERTY, max_size=3),
        ),
    )
)


@given(PROPERTY)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_structured_output_is_valid_against_any_schema_asked_for(client: OpenAI, value: Any) -> None:
    schema = {"type": "object", "properties": {"value": value}, "required": ["value"]}
    wanted: Any = {"type": "json_schema", "json_schema": {"name": "any", "schema": schema, "strict": True}}
    answer = client.chat.completions.create(model="gpt-4o", messages=MESSAGES, response_format=wanted)
    jsonschema.validate(json.loads(answer.choices[0].message.content), schema)


def test_the_requests_limit_cuts_the_text(client: OpenAI) -> None:
    chat = client.chat.completions.create(model="gpt-4o", messages=MESSAGES, max_tokens=20)
    response = client.responses.create(model="gpt-4o", input=PROMPT, max_output_tokens=20)
    assert (chat.choices[0].finish_reason, chat.usage.completion_tokens) == ("length", 20)
    assert (response.status, response.incomplete_details.reason) == ("incomplete", "max_output_tokens")


def test_a_prompt_longer_than_the_models_context_is_refused(client: OpenAI) -> None:
    messages: Any = [{"role": "user", "content": "word " * 8_000}]
    with pytest.raises(openai.BadRequestError, match="maximum context length is 8192 tokens") as raised:
        client.chat.completions.create(model="gpt-4", messages=messages)
    assert raised.value.code == "context_length_exceeded"


def test_a_model_it_does_not_know_is_not_found(client: OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as raised:
        client.chat.completions.create(model="gpt-4-32k", messages=MESSAGES)
    assert raised.value.code == "model_not_found"


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'{"messages": []}', b'{"model": "gpt-4o"}', b'{"model": "gpt-4o", "messages": 3}']
)
def test_a_malformed_body_gets_a_400_in_the_apis_own_form(client: OpenAI, body: bytes) -> None:
    with pytest.raises(openai.BadRequestError) as raised:
        client.post("/chat/completions", content=body, cast_to=object)
    assert raised.value.type == "invalid_request_error"


def test_texts_that_share_words_have_close_embeddings(client: OpenAI) -> None:
    texts = ["ladder safety basics", "basics of ladder safety", "how to negotiate prices"]
    answer = client.embeddings.create(model="text-embedding-3-small", input=texts)
    first, second, third = (item.embedding for item in answer.data)
    assert len(first) == 1536
    assert _dot(first, first) == pytest.approx(1, abs=1e-4)
    assert _dot(first, second) > _dot(first, third) + 0.3


def _dot(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))
