"""How many tokens of which kind a call took, as dialects count them, over made-up spans."""

import pytest

from support.dialects import (
    ANSWER,
    TOKENS,
    gen_ai,
    gen_ai_events,
    langfuse,
    logfire,
    openinference,
    openllmetry,
)
from support.marts import Calls, Marts
from support.spans import Row

USAGES = {
    "parts apart from the whole": {
        "input": 600,
        "input_cached_tokens": 400,
        "output": 40,
        "output_reasoning_tokens": 60,
        "total": 1100,
    },
    "the same without a total": {
        "input": 600,
        "cache_read_input_tokens": 400,
        "output": 40,
        "output_reasoning": 60,
    },
    "parts within the whole": {
        "input": 1000,
        "input_cached_tokens": 400,
        "output": 100,
        "output_reasoning_tokens": 60,
        "total": 1100,
    },
    "of OpenAI": {
        "input_tokens": 1000,
        "input_tokens_details": {"cached_tokens": 400},
        "output_tokens": 100,
        "output_tokens_details": {"reasoning_tokens": 60},
    },
}
# Of 1000 tokens in and 100 out.
AUDIO = {"input_audio_tokens": 300, "output_audio_tokens": 40}
IMAGES = {"input_image_tokens": 90, "output_image_tokens": 20}
CACHED = {"cached_audio_tokens": 200, "cached_image_tokens": 50}
OF_CONVENTIONS = {
    "gen_ai.usage.audio.input_tokens": 300,
    "gen_ai.usage.audio.cache_read.input_tokens": 200,
    "gen_ai.usage.audio.output_tokens": 40,
    "gen_ai.usage.image.input_tokens": 90,
    "gen_ai.usage.image.cache_read.input_tokens": 50,
    "gen_ai.usage.image.output_tokens": 20,
}
OF_OPENAI = {
    "prompt_tokens": 1000,
    "prompt_tokens_details": {"audio_tokens": 300, "image_tokens": 90},
    "completion_tokens": 100,
    "completion_tokens_details": {"audio_tokens": 40, "image_tokens": 20},
}
MODALITIES: dict[str, tuple[Row, dict[str, int]]] = {
    "gen_ai": (gen_ai(attributes=OF_CONVENTIONS), AUDIO | IMAGES | CACHED),
    "gen_ai, of Pydantic AI": (
        gen_ai(
            attributes={
                "gen_ai.usage.details.input_audio_tokens": 300,
                "gen_ai.usage.details.cache_audio_read_tokens": 200,
                "gen_ai.usage.details.output_audio_tokens": 40,
            }
        ),
        AUDIO | {"cached_audio_tokens": 200},
    ),
    "gen_ai_events": (gen_ai_events(attributes=OF_CONVENTIONS), AUDIO | IMAGES | CACHED),
    "openllmetry": (openllmetry(attributes=OF_CONVENTIONS), AUDIO | IMAGES | CACHED),
    "openinference": (
        openinference(
            attributes={
                "llm.token_count.prompt_details.audio": 300,
                "llm.token_count.completion_details.audio": 40,
            }
        ),
        AUDIO,
    ),
    "langfuse": (langfuse(attributes={"langfuse.observation.usage_details": OF_OPENAI}), AUDIO | IMAGES),
    "langfuse, parts apart": (
        langfuse(
            attributes={
                "langfuse.observation.usage_details": {
                    "input": 610,
                    "input_audio_tokens": 300,
                    "input_image": 90,
                    "output": 40,
                    "output_audio": 40,
                    "output_image_tokens": 20,
                }
            }
        ),
        AUDIO | IMAGES,
    ),
    "logfire": (
        logfire(attributes={"response_data": {"message": ANSWER, "usage": OF_OPENAI}}),
        AUDIO | IMAGES,
    ),
}
CASES = {
    "langfuse": {
        case: langfuse(attributes={"langfuse.observation.usage_details": usage})
        for case, usage in USAGES.items()
    },
    "modalities": {case: row for case, (row, _) in MODALITIES.items()},
}


@pytest.mark.parametrize("case", USAGES)
def test_langfuse_counts_parts_apart_unless_its_total_says_otherwise(calls: Calls, case: str) -> None:
    row = calls["langfuse", case]
    assert (row["input_tokens"], row["cached_input_tokens"]) == (TOKENS["input"], TOKENS["cached"])
    assert (row["output_tokens"], row["reasoning_tokens"]) == (TOKENS["output"], TOKENS["reasoning"])


@pytest.mark.parametrize("case", MODALITIES)
def test_tokens_of_audio_and_images_are_part_of_all(calls: Calls, case: str) -> None:
    expected = dict.fromkeys(AUDIO | IMAGES | CACHED) | MODALITIES[case][1] | {"tokens_used": 1100}
    row = calls["modalities", case]
    assert {column: row[column] for column in expected} == expected


TOO_MANY = 2**63 - 1


def test_counts_that_no_model_reaches_are_unknown(marts: Marts) -> None:
    marts.build(
        langfuse(1, attributes={"langfuse.observation.usage_details": {"input": 7, "input_x": TOO_MANY}}),
        *(
            made(number, attributes=attributes)
            for number, (made, attributes) in enumerate(
                (
                    (langfuse, {"langfuse.observation.usage_details": dict.fromkeys(OF_OPENAI, TOO_MANY)}),
                    (logfire, {"response_data": {"usage": dict.fromkeys(OF_OPENAI, TOO_MANY)}}),
                    (gen_ai, {"gen_ai.usage.input_tokens": TOO_MANY, "gen_ai.usage.output_tokens": TOO_MANY}),
                ),
                2,
            )
        ),
    )
    counts = marts.query("select input_tokens, output_tokens from interactions order by span_id")
    assert [tuple(row.values()) for row in counts] == [(7, None), *[(None, None)] * 3]
