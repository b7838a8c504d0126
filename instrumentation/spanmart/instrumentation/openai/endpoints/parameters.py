"""What requests and responses of all endpoints have in common: parameters, usage, and the JSON asked for."""

from collections.abc import Mapping
from typing import Any

from spanmart.instrumentation import semconv
from spanmart.instrumentation.openai.endpoints.endpoint import Attributes
from spanmart.instrumentation.values import entries, fields

_NUMBERS = (
    ("temperature", semconv.REQUEST_TEMPERATURE),
    ("top_p", semconv.REQUEST_TOP_P),
    ("frequency_penalty", semconv.REQUEST_FREQUENCY_PENALTY),
    ("presence_penalty", semconv.REQUEST_PRESENCE_PENALTY),
    ("max_tokens", semconv.REQUEST_MAX_TOKENS),
    ("max_completion_tokens", semconv.REQUEST_MAX_TOKENS),
    ("max_output_tokens", semconv.REQUEST_MAX_TOKENS),
    ("seed", semconv.REQUEST_SEED),
    ("dimensions", semconv.EMBEDDINGS_DIMENSION_COUNT),
)
_TEXTS = (
    ("model", semconv.REQUEST_MODEL),
    ("reasoning_effort", semconv.REQUEST_REASONING_LEVEL),
    ("previous_response_id", semconv.REQUEST_PREVIOUS_RESPONSE_ID),
)
_NAMES = (
    ("id", semconv.RESPONSE_ID),
    ("model", semconv.RESPONSE_MODEL),
    ("service_tier", semconv.RESPONSE_SERVICE_TIER),
    ("system_fingerprint", semconv.RESPONSE_SYSTEM_FINGERPRINT),
)
_USAGE = (
    # the field's name in chat and in responses; where both are absent nothing is said
    ("prompt_tokens", "input_tokens", semconv.USAGE_INPUT_TOKENS),
    ("completion_tokens", "output_tokens", semconv.USAGE_OUTPUT_TOKENS),
)
_PARTS_OF_USAGE = (
    # the group's name in chat, in responses and images, in transcripts; its counts
    (
        ("prompt_tokens_details", "input_tokens_details", "input_token_details"),
        {
            "cached_tokens": semconv.USAGE_CACHE_READ_INPUT_TOKENS,
            "cache_write_tokens": semconv.USAGE_CACHE_WRITE_INPUT_TOKENS,
            "audio_tokens": semconv.USAGE_AUDIO_INPUT_TOKENS,
            "image_tokens": semconv.USAGE_IMAGE_INPUT_TOKENS,
        },
    ),
    (
        ("completion_tokens_details", "output_tokens_details"),
        {
            "reasoning_tokens": semconv.USAGE_REASONING_OUTPUT_TOKENS,
            "audio_tokens": semconv.USAGE_AUDIO_OUTPUT_TOKENS,
            "image_tokens": semconv.USAGE_IMAGE_OUTPUT_TOKENS,
        },
    ),
)
# Of other parts most calls have none, and an answer says so of audio every time.
_TOLD_IF_ZERO = frozenset({"cached_tokens", "reasoning_tokens"})


def request_attributes(body: Mapping[str, Any]) -> Attributes:
    """The parameters that the conventions know, of whichever endpoint."""
    attributes: Attributes = {}
    for name, key in _TEXTS:
        if name in body and isinstance(body[name], str):
            attributes[key] = body[name]
    for name, key in _NUMBERS:
        if name in body and _is_number(body[name]):
            attributes[key] = body[name]
    _add_choices(body, attributes)
    _add_tiers(body, attributes)
    if body.get("stream") is True:
        attributes[semconv.REQUEST_STREAM] = True
    return attributes


def usage_attributes(usage: object) -> Attributes:
    """Token counts as the response says them."""
    said = fields(usage)
    attributes: Attributes = {}
    for chat, responses, key in _USAGE:
        tokens = said.get(chat, said.get(responses))
        if _is_count(tokens):
            attributes[key] = tokens
    for groups, keys in _PARTS_OF_USAGE:
        parts = fields(next((said[group] for group in groups if said.get(group)), None))
        for name, key in keys.items():
            tokens = parts.get(name)
            if _is_count(tokens) and (tokens or name in _TOLD_IF_ZERO):
                attributes[key] = tokens
    return attributes


def response_attributes(response: Mapping[str, Any]) -> Attributes:
    """Identity of a response: id, model, tier, fingerprint."""
    attributes: Attributes = {}
    _add_names(attributes, response)
    return attributes


def add_told(told: Attributes, part: Mapping[str, Any]) -> None:
    """Add what one part of a streamed answer says of the whole.

    A name counts as it was first told. Counts grow, so that the newest one counts, and 0 takes none away.
    """
    _add_names(told, part)
    usage = part.get("usage")
    if usage is not None:
        for key, tokens in usage_attributes(usage).items():
            if tokens or key not in told:
                told[key] = tokens


def _add_names(told: Attributes, part: Mapping[str, Any]) -> None:
    for name, key in _NAMES:
        if key not in told and isinstance(value := part.get(name), str) and value:
            told[key] = value


def json_schema(body: Mapping[str, Any]) -> object:
    """The schema that the JSON asked for shall have; None where the request gives none."""
    asked = _format(body)
    return asked.get("schema") or fields(asked.get("json_schema")).get("schema")


def json_request(body: Mapping[str, Any]) -> Attributes:
    """`gen_ai.output.type` and the schema's name where the request asks for JSON; else nothing."""
    asked = _format(body)
    kind = asked.get("type")
    if kind not in ("json_schema", "json_object"):
        return {}
    attributes: Attributes = {semconv.OUTPUT_TYPE: "json"}
    name = asked.get("name") or fields(asked.get("json_schema")).get("name")
    if isinstance(name, str):
        attributes[semconv.REQUEST_SCHEMA_NAME] = name
    return attributes


def _format(body: Mapping[str, Any]) -> Mapping[str, Any]:
    return fields(body.get("response_format") or fields(body.get("text")).get("format"))


def _add_choices(body: Mapping[str, Any], attributes: Attributes) -> None:
    count = body.get("n")
    if _is_count(count) and count != 1:
        attributes[semconv.REQUEST_CHOICE_COUNT] = count
    stop = body.get("stop")
    if stop:
        texts = [stop] if isinstance(stop, str) else [text for text in entries(stop) if isinstance(text, str)]
        attributes[semconv.REQUEST_STOP_SEQUENCES] = texts
    if isinstance(body.get("encoding_format"), str):
        attributes[semconv.REQUEST_ENCODING_FORMATS] = [body["encoding_format"]]


def _add_tiers(body: Mapping[str, Any], attributes: Attributes) -> None:
    tier = body.get("service_tier")
    if isinstance(tier, str) and tier != "auto":
        attributes[semconv.REQUEST_SERVICE_TIER] = tier
    effort = fields(body.get("reasoning")).get("effort")
    if isinstance(effort, str):
        attributes[semconv.REQUEST_REASONING_LEVEL] = effort
    conversation = body.get("conversation")
    if conversation:
        attributes[semconv.CONVERSATION_ID] = fields(conversation).get("id", conversation)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
