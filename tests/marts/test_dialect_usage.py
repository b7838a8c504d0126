"""How many tokens of which kind a call took, as dialects count them, over made-up spans."""

import pytest

from support.dialects import TOKENS, langfuse
from support.marts import Calls

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
CASES = {
    "langfuse": {
        case: langfuse(attributes={"langfuse.observation.usage_details": usage})
        for case, usage in USAGES.items()
    },
}


@pytest.mark.parametrize("case", USAGES)
def test_langfuse_counts_parts_apart_unless_its_total_says_otherwise(calls: Calls, case: str) -> None:
    row = calls["langfuse", case]
    assert (row["input_tokens"], row["cached_input_tokens"]) == (TOKENS["input"], TOKENS["cached"])
    assert (row["output_tokens"], row["reasoning_tokens"]) == (TOKENS["output"], TOKENS["reasoning"])
