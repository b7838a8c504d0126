"""The names of everything that spanmart emits, in one place, so that none is typed twice.

Standard names are of the OpenTelemetry GenAI conventions; what has no standard name is under `spanmart.*`.
"""

from typing import Final

# The call
OPERATION_NAME: Final = "gen_ai.operation.name"
PROVIDER_NAME: Final = "gen_ai.provider.name"
OPENAI_API_TYPE: Final = "openai.api.type"
SERVER_ADDRESS: Final = "server.address"
SERVER_PORT: Final = "server.port"

# What was asked for
REQUEST_MODEL: Final = "gen_ai.request.model"
REQUEST_STREAM: Final = "gen_ai.request.stream"
REQUEST_TEMPERATURE: Final = "gen_ai.request.temperature"
REQUEST_TOP_P: Final = "gen_ai.request.top_p"
REQUEST_MAX_TOKENS: Final = "gen_ai.request.max_tokens"
REQUEST_FREQUENCY_PENALTY: Final = "gen_ai.request.frequency_penalty"
REQUEST_PRESENCE_PENALTY: Final = "gen_ai.request.presence_penalty"
REQUEST_STOP_SEQUENCES: Final = "gen_ai.request.stop_sequences"
REQUEST_SEED: Final = "gen_ai.request.seed"
REQUEST_CHOICE_COUNT: Final = "gen_ai.request.choice.count"
REQUEST_ENCODING_FORMATS: Final = "gen_ai.request.encoding_formats"
REQUEST_REASONING_LEVEL: Final = "gen_ai.request.reasoning.level"
REQUEST_PREVIOUS_RESPONSE_ID: Final = "gen_ai.request.previous_response.id"
REQUEST_SERVICE_TIER: Final = "openai.request.service_tier"
REQUEST_SCHEMA_NAME: Final = "spanmart.request.schema_name"
EMBEDDINGS_DIMENSION_COUNT: Final = "gen_ai.embeddings.dimension.count"
OUTPUT_TYPE: Final = "gen_ai.output.type"

# What came back
RESPONSE_ID: Final = "gen_ai.response.id"
RESPONSE_MODEL: Final = "gen_ai.response.model"
RESPONSE_FINISH_REASONS: Final = "gen_ai.response.finish_reasons"
RESPONSE_STATUS: Final = "gen_ai.response.status"
RESPONSE_TIME_TO_FIRST_CHUNK: Final = "gen_ai.response.time_to_first_chunk"
RESPONSE_SERVICE_TIER: Final = "openai.response.service_tier"
RESPONSE_SYSTEM_FINGERPRINT: Final = "openai.response.system_fingerprint"
RESPONSE_REQUEST_ID: Final = "spanmart.response.request_id"
RESPONSE_REFUSAL: Final = "spanmart.response.refusal"
RESPONSE_STRUCTURED_OUTPUT: Final = "spanmart.response.structured_output"
RESPONSE_STRUCTURED_OUTPUT_VALID: Final = "spanmart.response.structured_output.valid"
RESPONSE_STRUCTURED_OUTPUT_ERROR: Final = "spanmart.response.structured_output.error"
STREAM_STATE: Final = "spanmart.stream.state"
HTTP_STATUS_CODE: Final = "http.response.status_code"
HTTP_RESEND_COUNT: Final = "http.request.resend_count"

# Tokens
USAGE_INPUT_TOKENS: Final = "gen_ai.usage.input_tokens"
USAGE_OUTPUT_TOKENS: Final = "gen_ai.usage.output_tokens"
USAGE_CACHE_READ_INPUT_TOKENS: Final = "gen_ai.usage.cache_read.input_tokens"
USAGE_CACHE_WRITE_INPUT_TOKENS: Final = "gen_ai.usage.cache_write.input_tokens"
USAGE_AUDIO_INPUT_TOKENS: Final = "gen_ai.usage.audio.input_tokens"
USAGE_IMAGE_INPUT_TOKENS: Final = "gen_ai.usage.image.input_tokens"
USAGE_REASONING_OUTPUT_TOKENS: Final = "gen_ai.usage.reasoning.output_tokens"
USAGE_AUDIO_OUTPUT_TOKENS: Final = "gen_ai.usage.audio.output_tokens"
USAGE_IMAGE_OUTPUT_TOKENS: Final = "gen_ai.usage.image.output_tokens"

# Content
INPUT_MESSAGES: Final = "gen_ai.input.messages"
OUTPUT_MESSAGES: Final = "gen_ai.output.messages"
SYSTEM_INSTRUCTIONS: Final = "gen_ai.system_instructions"
TOOL_DEFINITIONS: Final = "gen_ai.tool.definitions"
CONTENT_EVENT: Final = "gen_ai.client.inference.operation.details"

# Errors
ERROR_TYPE: Final = "error.type"
ERROR_CODE: Final = "spanmart.error.code"
EXCEPTION_EVENT: Final = "exception"
EXCEPTION_TYPE: Final = "exception.type"
EXCEPTION_MESSAGE: Final = "exception.message"
EXCEPTION_STACKTRACE: Final = "exception.stacktrace"

# The interaction that the call belongs to
INTERACTION_TYPE: Final = "spanmart.interaction.type"
INTERACTION_ID: Final = "spanmart.interaction.id"
SESSION_ID: Final = "session.id"
USER_ID: Final = "user.id"
CONVERSATION_ID: Final = "gen_ai.conversation.id"
CONTEXT_PREFIX: Final = "spanmart.context."
METADATA_PREFIX: Final = "spanmart.metadata."

# The prompt
PROMPT_NAME: Final = "gen_ai.prompt.name"
PROMPT_VERSION: Final = "gen_ai.prompt.version"
PROMPT_VARIABLE_PREFIX: Final = "gen_ai.prompt.variable."
PROMPT_TEMPLATE_HASH: Final = "spanmart.prompt.template_hash"
PROMPT_REQUIRED_VARIABLES: Final = "spanmart.prompt.required_variables"
PROMPT_MISSING_VARIABLES: Final = "spanmart.prompt.missing_variables"
PROMPT_INVALID_VARIABLES: Final = "spanmart.prompt.invalid_variables"

# Feedback
EVALUATION_EVENT: Final = "gen_ai.evaluation.result"
EVALUATION_NAME: Final = "gen_ai.evaluation.name"
EVALUATION_SCORE_LABEL: Final = "gen_ai.evaluation.score.label"
EVALUATION_SCORE_VALUE: Final = "gen_ai.evaluation.score.value"
EVALUATION_EXPLANATION: Final = "gen_ai.evaluation.explanation"
FEEDBACK_FINAL_TEXT: Final = "spanmart.feedback.final_text"

# What redaction may not change, because marts join and group by it: words of our own and ids of the server's
VOCABULARY: Final = frozenset(
    {
        OPERATION_NAME,
        PROVIDER_NAME,
        OPENAI_API_TYPE,
        SERVER_ADDRESS,
        OUTPUT_TYPE,
        RESPONSE_ID,
        RESPONSE_FINISH_REASONS,
        RESPONSE_STATUS,
        RESPONSE_SERVICE_TIER,
        RESPONSE_SYSTEM_FINGERPRINT,
        RESPONSE_REQUEST_ID,
        STREAM_STATE,
        ERROR_TYPE,
        EXCEPTION_TYPE,
        INTERACTION_ID,
        PROMPT_NAME,
        PROMPT_VERSION,
        PROMPT_TEMPLATE_HASH,
        PROMPT_REQUIRED_VARIABLES,
        PROMPT_MISSING_VARIABLES,
        PROMPT_INVALID_VARIABLES,
        EVALUATION_NAME,
        EVALUATION_SCORE_LABEL,
    }
)
# What may be a number of many digits, and is no telephone number or payment card for it
IDENTITIES: Final = frozenset(
    {REQUEST_MODEL, RESPONSE_MODEL, REQUEST_PREVIOUS_RESPONSE_ID, SESSION_ID, USER_ID, CONVERSATION_ID}
)
# Attributes whose names end in a word of the app's
NAMED_BY_THE_APP: Final = (CONTEXT_PREFIX, METADATA_PREFIX, PROMPT_VARIABLE_PREFIX)
