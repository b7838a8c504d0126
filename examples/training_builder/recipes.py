"""What Training Builder makes, and how, by version of the prompt. The last version is the one being tried."""

from . import generation, outputs, prompts
from .generation import Recipe

TITLES = {
    "2": Recipe(
        "title_generation",
        prompts.TITLES["2"],
        model="gpt-4o-mini",
        ask=generation.chat_json,
        timeout=3.0,
        retries=0,  # suggestions while somebody types: late is as bad as never
    ),
    "3": Recipe(
        "title_generation",
        prompts.TITLES["3"],
        model="gpt-4.1-mini",
        ask=generation.chat_parsed,
        output=outputs.SessionTitles,
        timeout=3.0,
        retries=0,
    ),
}
OUTLINE = {
    "2": Recipe(
        "outline_generation", prompts.OUTLINE["2"], model="gpt-4o-mini", ask=generation.chat_streamed
    ),
    "3": Recipe(
        "outline_generation",
        prompts.OUTLINE["3"],
        model="gpt-4.1-mini",
        ask=generation.responses_streamed,
    ),
}
CONTENT = {
    "2": Recipe(
        "content_generation",
        prompts.CONTENT["2"],
        model="gpt-4",
        ask=generation.chat,
        max_tokens=320,  # too few for some sections, which is one reason for version 3
    ),
    "3": Recipe(
        "content_generation",
        prompts.CONTENT["3"],
        model="gpt-4o",
        ask=generation.chat_streamed,
        system=prompts.STYLE_GUIDE,
    ),
}
TRAINING_KIT = {
    "2": Recipe(
        "training_kit_generation",
        prompts.TRAINING_KIT["2"],
        model="gpt-4o",
        ask=generation.chat_json,
        max_tokens=900,
        retries=0,
    ),
    "3": Recipe(
        "training_kit_generation",
        prompts.TRAINING_KIT["3"],
        model="o4-mini",
        ask=generation.responses_parsed,
        output=outputs.TrainingKit,
        max_tokens=4_000,
        retries=1,
    ),
}
MARKETING_KIT = {
    "1": Recipe(
        "marketing_kit_generation",
        prompts.MARKETING_KIT["1"],
        model="gpt-4o-mini",
        ask=generation.chat,
        retries=1,
    ),
    "2": Recipe(
        "marketing_kit_generation",
        prompts.MARKETING_KIT["2"],
        model="gpt-4o-mini",
        ask=generation.chat_parsed,
        output=outputs.MarketingKit,
    ),
}
