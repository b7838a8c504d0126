{#- The names that senders give to one thing, for all dialects: senders mix conventions, so whoever wrote a span, all of
    them are asked, in this order. `ours` are the names that spans of our instrumentation have, which have no others;
    `quoted` are of others whose values are JSON text. A new sender needs a name here and a recording. -#}
{% macro synonyms() %}
    {{ return({
        'session_id': {
            'ours': ['session.id', 'gen_ai.conversation.id'],
            'others': [
                'langfuse.session.id', 'traceloop.association.properties.session_id',
                'traceloop.association.properties.thread_id', 'traceloop.association.properties.chat_id',
                'traceloop.association.properties.conversation_id', 'ai.telemetry.metadata.sessionId',
                'ai.telemetry.metadata.session_id', 'ai.telemetry.metadata.conversationId',
                'ai.telemetry.metadata.chatId', 'ai.telemetry.metadata.threadId', 'ai.settings.context.sessionId',
                'ai.settings.context.session_id', 'ai.settings.context.conversationId', 'ai.settings.context.chatId',
                'ai.settings.context.threadId', 'metadata.session_id', 'gen_ai.session.id', 'gen_ai.thread.id',
                'gcp.vertex.agent.session_id', 'langsmith.trace.session_id', 'session_id', 'group_id', 'thread_id',
            ],
            'quoted': [
                'langfuse.observation.metadata.langfuse_session_id', 'langfuse.trace.metadata.langfuse_session_id',
                'langfuse.observation.metadata.session_id', 'langfuse.observation.metadata.thread_id',
                'mlflow.trace.session',
            ],
        },
        'user_id': {
            'ours': ['user.id', 'gen_ai.request.user'],
            'others': [
                'enduser.id', 'langfuse.user.id', 'traceloop.association.properties.user_id', 'gen_ai.user', 'llm.user',
                'gen_ai.user.id', 'gen_ai.openai.request.user', 'ai.telemetry.metadata.userId',
                'ai.telemetry.metadata.user_id', 'ai.settings.context.userId', 'ai.settings.context.user_id',
                'metadata.user_id', 'metadata.user_api_key_end_user_id', 'user_id',
            ],
            'quoted': [
                'langfuse.observation.metadata.langfuse_user_id', 'langfuse.trace.metadata.langfuse_user_id',
                'langfuse.observation.metadata.user_id', 'mlflow.trace.user', 'user',
            ],
        },
        'response_id': {
            'ours': ['gen_ai.response.id'],
            'others': ['ai.response.id', 'llm.response.id', 'response_id'],
        },
        'request_id': {
            'ours': ['spanmart.response.request_id'],
            'others': ['anthropic.request.id', 'openai.request.id', 'gen_ai.response.request_id', 'llm.request.id'],
        },
        'provider': {
            'ours': ['gen_ai.provider.name', 'gen_ai.system'],
            'others': [
                'llm.provider', 'llm.system', 'llm.vendor', 'ai.model.provider', 'error.llm_provider',
                'traceloop.association.properties.ls_provider',
            ],
            'quoted': ['langfuse.observation.metadata.ls_provider', 'mlflow.llm.provider', 'mlflow.message.format'],
        },
        'request_model': {
            'ours': ['gen_ai.request.model'],
            'others': ['llm.request.model_name', 'llm.request.model', 'ai.model.id'],
        },
        'response_model': {
            'ours': ['gen_ai.response.model'],
            'others': ['ai.response.model', 'llm.response.model_name', 'llm.response.model'],
        },
        'service_tier': {
            'ours': ['openai.response.service_tier'],
            'others': [
                'gen_ai.openai.response.service_tier', 'gen_ai.response.service_tier', 'anthropic.response.service_tier',
                'aws.bedrock.response.service_tier', 'llm.response.service_tier',
            ],
            'quoted': ['langfuse.observation.metadata.service_tier'],
        },
        'response_status': {
            'ours': ['gen_ai.response.status'],
            'others': ['llm.response.status'],
        },
        'finish_reason': {
            'ours': [],
            'others': [
                'gen_ai.response.finish_reason', 'llm.finish_reason', 'llm.response.finish_reason',
                'llm.response.stop_reason', 'gen_ai.completion.0.finish_reason', 'llm.completions.0.finish_reason',
                'ai.response.finishReason', 'ai.finishReason', 'anthropic.message.stop_reason',
            ],
            'quoted': ['langfuse.observation.metadata.finish_reason', 'langfuse.observation.metadata.stop_reason'],
        },
        'output_type': {
            'ours': ['gen_ai.output.type'],
            'others': [],
        },
        'interaction_type': {
            'ours': ['spanmart.interaction.type'],
            'others': ['ai.telemetry.functionId'],
        },
        'prompt_id': {
            'ours': ['spanmart.prompt.template_hash'],
            'others': [],
        },
        'prompt_name': {
            'ours': ['gen_ai.prompt.name'],
            'others': ['langfuse.observation.prompt.name', 'traceloop.prompt.key', 'llm.prompt_template.name'],
        },
        'prompt_version': {
            'ours': ['gen_ai.prompt.version'],
            'others': ['langfuse.observation.prompt.version', 'traceloop.prompt.version', 'llm.prompt_template.version'],
        },
        'error_type': {
            'ours': ['error.type'],
            'others': [],
        },
        'error_code': {
            'ours': ['spanmart.error.code'],
            'others': [],
        },
        'stated_error': {
            'ours': [],
            'others': ['error.message', 'langfuse.observation.status_message'],
        },
        'input_tokens': {
            'ours': ['gen_ai.usage.input_tokens'],
            'others': [
                'gen_ai.usage.prompt_tokens', 'llm.usage.prompt_tokens', 'llm.usage.input_tokens',
                'llm.token_count.prompt', 'ai.usage.inputTokens', 'ai.usage.promptTokens', 'ai.usage.tokens',
            ],
        },
        'output_tokens': {
            'ours': ['gen_ai.usage.output_tokens'],
            'others': [
                'gen_ai.usage.completion_tokens', 'llm.usage.completion_tokens', 'llm.usage.output_tokens',
                'llm.token_count.completion', 'ai.usage.outputTokens', 'ai.usage.completionTokens',
            ],
        },
        'total_tokens': {
            'ours': [],
            'others': [
                'gen_ai.usage.total_tokens', 'llm.usage.total_tokens', 'llm.token_count.total', 'ai.usage.totalTokens',
            ],
        },
        'cached_input_tokens': {
            'ours': ['gen_ai.usage.cache_read.input_tokens'],
            'others': [
                'gen_ai.usage.cached_input_tokens', 'gen_ai.usage.cache_read_input_tokens',
                'gen_ai.usage.input_tokens.cached', 'gen_ai.usage.input_token_details.cached',
                'gen_ai.usage.details.cache_read_tokens', 'gen_ai.usage.details.cache_read_input_tokens',
                'gen_ai.usage.details.cached_tokens', 'gen_ai.usage.details.cached_content_tokens',
                'llm.usage.cache_read_input_tokens', 'llm.token_count.prompt_details.cache_read',
                'ai.usage.inputTokenDetails.cacheReadTokens', 'ai.usage.cachedInputTokens',
            ],
        },
        'cache_write_tokens': {
            'ours': ['gen_ai.usage.cache_write.input_tokens', 'gen_ai.usage.cache_creation.input_tokens'],
            'others': [
                'gen_ai.usage.cache_creation_input_tokens', 'gen_ai.usage.cache_write_input_tokens',
                'gen_ai.usage.input_tokens.cache_creation', 'gen_ai.usage.details.cache_write_tokens',
                'gen_ai.usage.details.cache_creation_input_tokens', 'llm.usage.cache_creation_input_tokens',
                'llm.token_count.prompt_details.cache_write', 'ai.usage.inputTokenDetails.cacheWriteTokens',
            ],
        },
        'cache_write_1h_tokens': {
            'ours': [],
            'others': [
                'anthropic.usage.cache_creation.ephemeral_1h_input_tokens',
                'gen_ai.usage.cache_creation.ephemeral_1h_input_tokens',
                'gen_ai.usage.details.cache_creation_ephemeral_1h_input_tokens',
                'gen_ai.usage.details.ephemeral_1h_input_tokens',
                'llm.token_count.prompt_details.cache_write_1h',
            ],
        },
        'web_searches': {
            'ours': [],
            'others': [
                'gen_ai.usage.server_tool_use.web_search_requests', 'gen_ai.usage.details.web_search_requests',
                'anthropic.usage.server_tool_use.web_search_requests',
            ],
        },
        'uncached_input_tokens': {
            'ours': [],
            'others': ['ai.usage.inputTokenDetails.noCacheTokens'],
        },
        'reasoning_tokens': {
            'ours': ['gen_ai.usage.reasoning.output_tokens', 'gen_ai.usage.reasoning_tokens'],
            'others': [
                'gen_ai.usage.output_tokens.reasoning', 'gen_ai.usage.details.reasoning_tokens',
                'gen_ai.usage.details.thoughts_tokens', 'gen_ai.usage.thoughts_tokens', 'llm.usage.reasoning_tokens',
                'llm.token_count.completion_details.reasoning', 'ai.usage.outputTokenDetails.reasoningTokens',
                'ai.usage.reasoningTokens',
            ],
        },
        'input_audio_tokens': {
            'ours': ['gen_ai.usage.audio.input_tokens'],
            'others': ['gen_ai.usage.details.input_audio_tokens', 'llm.token_count.prompt_details.audio'],
        },
        'cached_audio_tokens': {
            'ours': ['gen_ai.usage.audio.cache_read.input_tokens'],
            'others': ['gen_ai.usage.details.cache_audio_read_tokens'],
        },
        'input_image_tokens': {
            'ours': ['gen_ai.usage.image.input_tokens'],
            'others': [],
        },
        'cached_image_tokens': {
            'ours': ['gen_ai.usage.image.cache_read.input_tokens'],
            'others': [],
        },
        'output_audio_tokens': {
            'ours': ['gen_ai.usage.audio.output_tokens'],
            'others': ['gen_ai.usage.details.output_audio_tokens', 'llm.token_count.completion_details.audio'],
        },
        'output_image_tokens': {
            'ours': ['gen_ai.usage.image.output_tokens'],
            'others': [],
        },
        'reported_cost_usd': {
            'ours': [],
            'others': [
                'gen_ai.usage.cost', 'gen_ai.usage.cost.amount', 'gen_ai.cost.total_cost', 'gen_ai.usage.total_cost',
                'llm.cost.total', 'llm.usage.total_cost', 'operation.cost', 'response_cost',
            ],
        },
        'http_status': {
            'ours': ['http.response.status_code'],
            'others': ['http.status_code', 'error.code', 'error.status_code'],
        },
        'resend_count': {
            'ours': ['http.request.resend_count'],
            'others': [],
        },
        'time_to_first_chunk_s': {
            'ours': ['gen_ai.response.time_to_first_chunk', 'gen_ai.client.operation.time_to_first_chunk'],
            'others': ['gen_ai.server.time_to_first_token'],
        },
        'ms_to_first_chunk': {
            'ours': [],
            'others': ['ai.response.msToFirstChunk', 'ai.stream.msToFirstChunk'],
        },
        'is_streamed': {
            'ours': ['gen_ai.request.stream', 'gen_ai.request.is_stream'],
            'others': ['gen_ai.is_streaming', 'llm.is_streaming', 'stream'],
        },
    }) }}
{% endmacro %}

{#- Columns that are not text, each with its type. -#}
{% macro synonym_types() %}
    {%- set types = {
        'reported_cost_usd': 'decimal', 'time_to_first_chunk_s': 'double', 'ms_to_first_chunk': 'double',
        'is_streamed': 'boolean', 'http_status': 'integer', 'resend_count': 'integer', 'web_searches': 'integer',
    } -%}
    {%- for column in synonyms() if column.endswith('_tokens') -%}{%- do types.update({column: 'integer'}) -%}{%- endfor -%}
    {{ return(types) }}
{% endmacro %}

{#- One thing by all of its names, or by ours alone. -#}
{% macro synonym_value(column, ours_alone=false) -%}
    {%- set names, type, found = synonyms()[column], synonym_types().get(column, 'text'), [] -%}
    {%- for key in names.ours + ([] if ours_alone else names.others) -%}{%- do found.append(attribute_as(type, key)) -%}{%- endfor -%}
    {%- for key in ([] if ours_alone else names.get('quoted', [])) -%}
        {%- do found.append("nullif(trim(attributes['" ~ key ~ "'], '\"'), '')") -%}
    {%- endfor -%}
    {%- set sql_type = {'text': 'varchar', 'integer': 'bigint', 'decimal': 'decimal(38, 24)'}.get(type, type) -%}
    {{ 'coalesce(' ~ found | join(', ') ~ ')' if found else 'null::' ~ sql_type }}
{%- endmacro %}

{#- What the span of a call has in any dialect, and all that `synonyms` names. -#}
{% macro call_columns(ours_alone=false) -%}
    interaction_id,
    trace_id,
    span_id,
    span_name,
    scope_name,
    ingest_seq,
    dialect,
    service_name,
    coalesce(
        {{ text_attribute('deployment.environment.name', 'resource_attributes') }},
        {{ text_attribute('deployment.environment', 'resource_attributes') }}
    ) as environment,
    attributes,
    events,
    started_at,
    duration_ms,
    status_code,
    {% for column in synonyms() if column != 'stated_error' %}
    {{ synonym_value(column, ours_alone) }} as {{ column }},
    {% endfor %}
    coalesce(status_message, {{ synonym_value('stated_error', ours_alone) }}) as status_message,
    ingested_at
{%- endmacro %}

{% macro attribute_as(type, key) -%}
    {%- if type == 'integer' -%} {{ integer_attribute(key) }}
    {%- elif type == 'double' -%} {{ double_attribute(key) }}
    {%- elif type == 'boolean' -%} {{ boolean_attribute(key) }}
    {%- elif type == 'decimal' -%} try_cast(attributes['{{ key }}'] as decimal(38, 24))
    {%- else -%} {{ text_attribute(key) }}
    {%- endif -%}
{%- endmacro %}
