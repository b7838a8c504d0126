"""Each fault, as the OpenAI client meets it."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import openai
import pytest
from openai import OpenAI
from pydantic import BaseModel, ValidationError

from training_builder.stand_in import Fault, Faults
from training_builder.stand_in.asked import read

ClientOf = Callable[..., OpenAI]
MESSAGES: Any = [{"role": "user", "content": "Write about ladders."}]


class Titles(BaseModel):
    titles: list[str]


def ask(client: OpenAI, **options: Any) -> Any:
    return client.chat.completions.create(model="gpt-4o-mini", messages=MESSAGES, **options)


def test_a_rate_limit_passes_when_the_client_retries(client_of: ClientOf) -> None:
    assert ask(client_of(Fault.RATE_LIMITED)).choices


def test_a_rate_limit_is_an_error_for_a_client_that_does_not_retry(client_of: ClientOf) -> None:
    with pytest.raises(openai.RateLimitError) as raised:
        ask(client_of(Fault.RATE_LIMITED, max_retries=0))
    assert raised.value.response.headers["retry-after"] == "1"
    assert raised.value.code == "rate_limit_exceeded"


def test_an_overload_passes_when_the_client_retries(client_of: ClientOf) -> None:
    assert ask(client_of(Fault.OVERLOADED)).choices


@pytest.mark.parametrize(
    ("fault", "error"),
    [(Fault.QUOTA, openai.RateLimitError), (Fault.SERVER_ERROR, openai.InternalServerError)],
)
def test_a_lasting_fault_meets_the_retries_too(
    client_of: ClientOf, fault: Fault, error: type[openai.APIStatusError]
) -> None:
    with pytest.raises(error):
        ask(client_of(fault))


def test_a_slow_answer_runs_into_the_timeout_of_a_client_that_does_not_retry(client_of: ClientOf) -> None:
    with pytest.raises(openai.APITimeoutError):
        ask(client_of(Fault.SLOW, timeout=0.5, max_retries=0))


def test_a_slow_answer_is_had_when_the_client_retries(client_of: ClientOf) -> None:
    assert ask(client_of(Fault.SLOW, timeout=3, max_retries=2)).choices


def test_a_refusal_stands_in_the_place_of_the_text(client_of: ClientOf) -> None:
    client = client_of(Fault.REFUSAL)
    message = ask(client).choices[0].message
    response = client.responses.create(model="gpt-4o", input="Write about ladders.")
    assert message.refusal
    assert message.content is None
    assert response.output[0].content[0].type == "refusal"


def test_the_content_filter_ends_a_text_early(client_of: ClientOf) -> None:
    assert ask(client_of(Fault.CONTENT_FILTER)).choices[0].finish_reason == "content_filter"


@pytest.mark.parametrize("seed", range(6))
def test_json_without_a_strict_schema_can_be_invalid(client_of: ClientOf, seed: int) -> None:
    answer = ask(client_of(Fault.INVALID_JSON), response_format={"type": "json_object"}, seed=seed)
    with pytest.raises(ValidationError):
        Titles.model_validate_json(answer.choices[0].message.content)


def test_json_of_a_strict_schema_is_never_invalid(client_of: ClientOf) -> None:
    client = client_of(Fault.INVALID_JSON)
    answer = client.chat.completions.parse(model="gpt-4o", messages=MESSAGES, response_format=Titles)
    assert answer.choices[0].message.parsed


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_a_cut_stream_breaks_after_some_of_its_text(client_of: ClientOf, api: str) -> None:
    client = client_of(Fault.CUT_STREAM)
    stream: Any = (
        ask(client, stream=True)
        if api == "chat"
        else client.responses.create(model="gpt-4o", input="Ladders", stream=True)
    )
    seen: list[object] = []
    with pytest.raises(openai.APIConnectionError):
        for part in stream:
            seen.append(part)
    assert len(seen) > 3


def test_every_hundred_requests_hold_each_fault_in_its_number() -> None:
    faults = Faults({Fault.SERVER_ERROR: 7, Fault.SLOW: 3}, seed=5)
    for _ in range(3):
        dealt = Counter(faults.deal(request(str(number))) for number in range(100))
        assert dealt == {None: 90, Fault.SERVER_ERROR: 7, Fault.SLOW: 3}


def test_a_fault_that_cannot_strike_waits_for_a_request_that_it_can() -> None:
    faults = Faults({Fault.CUT_STREAM: 2}, seed=5)
    assert {faults.deal(request(str(number))) for number in range(100)} == {None}
    assert [faults.deal(request("x", stream=True)) for _ in range(2)] == [Fault.CUT_STREAM] * 2


@pytest.mark.parametrize("numbers", [{Fault.SLOW: 101}, {Fault.SLOW: -1}])
def test_more_than_a_hundred_faults_in_a_hundred_requests_are_refused(numbers: dict[Fault, int]) -> None:
    with pytest.raises(ValueError, match="per hundred"):
        Faults(numbers)


def request(text: str, stream: bool = False) -> Any:
    body = f'{{"model": "gpt-4o", "stream": {str(stream).lower()}, "messages": "{text}"}}'
    return read("/v1/chat/completions", body.encode(), None)
