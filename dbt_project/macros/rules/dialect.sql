{#- Which conventions a span follows, told by what it carries: null for a span that is no LLM call, `unread` where it
    looks like one and follows none of them.
    An agent's, a chain's or a tool's span is not a call: its model calls have spans of their own. -#}
{% macro dialect() -%}
    case
        when lower(attributes['gen_ai.operation.name']) in ({{ other_operations() }}) then null
        when attributes['gen_ai.operation.name'] is not null and starts_with(scope_name, 'spanmart.')
            then case when {{ is_model_operation() }} then 'spanmart' end
        when attributes['langfuse.observation.type'] is not null
            then case when lower(attributes['langfuse.observation.type']) in ('generation', 'embedding') then 'langfuse' end
        when attributes['openinference.span.kind'] is not null
            then case
                when upper(attributes['openinference.span.kind']) in ('LLM', 'EMBEDDING') and {{ has_openinference_call() }}
                    then 'openinference'
            end
        when attributes['ai.operationId'] is not null
            then case when regexp_matches(attributes['ai.operationId'], '\.do(Generate|Stream|Embed)$') then 'vercel' end
        when attributes['request_data'] is not null and starts_with(scope_name, 'logfire.')
            then case when {{ is_whole_logfire_call() }} then 'logfire' end
        when attributes['gen_ai.operation.name'] is null and attributes['mlflow.spanType'] is not null
            then case
                when upper(trim(attributes['mlflow.spanType'], '"')) in ('CHAT_MODEL', 'LLM', 'EMBEDDING')
                    and {{ has_any(['mlflow.spanInputs', 'mlflow.spanOutputs', 'mlflow.chat.tokenUsage']) }}
                    then 'mlflow'
            end
        when attributes['llm.request.type'] is not null
            then case
                when regexp_matches(lower(attributes['llm.request.type']), '(chat|completion|embedding|responses|messages)s?$')
                    then 'openllmetry'
                when {{ looks_like_a_call() }} then 'unread'
            end
        when {{ has_any([
            'gen_ai.is_streaming', 'gen_ai.prompt.0.role', 'gen_ai.prompt.0.content', 'gen_ai.completion.0.role',
            'gen_ai.completion.0.content',
        ]) }} then 'openllmetry'
        when attributes['gen_ai.operation.name'] is not null and not {{ is_model_operation() }}
            then case when {{ looks_like_a_call() }} then 'unread' end
        when not {{ has_call_content() }} then null
        when {{ has_any(['gen_ai.input.messages', 'gen_ai.output.messages']) }} or not {{ has_any(['gen_ai.request.model']) }}
            then case
                when attributes['gen_ai.operation.name'] is not null then 'gen_ai'
                when {{ looks_like_a_call() }} then 'unread'
            end
        when
            contains(events, '"gen_ai.')
            or {{ has_any([
                'events', 'gen_ai.prompt', 'gen_ai.completion', 'gen_ai.usage.prompt_tokens',
                'gen_ai.usage.completion_tokens',
            ]) }}
            -- Operations had no name at first.
            or (attributes['gen_ai.operation.name'] is null and {{ has_any(['gen_ai.system', 'gen_ai.provider.name']) }})
            then 'gen_ai_events'
        when attributes['gen_ai.operation.name'] is not null then 'gen_ai'
        when {{ looks_like_a_call() }} then 'unread'
    end
{%- endmacro %}

{#- What the conventions, and senders beside them, call a request to a model. -#}
{% macro is_model_operation() -%}
    lower(attributes['gen_ai.operation.name']) in (
        'chat', 'text_completion', 'generate_content', 'embeddings', 'embedding', 'responses', 'completions', 'completion',
        'message', 'messages', 'inference'
    )
{%- endmacro %}

{#- Operations around requests, and beside them: their model calls have spans of their own. -#}
{% macro other_operations() -%}
    'invoke_agent', 'create_agent', 'execute_tool', 'invoke_workflow', 'agent_step', 'execute_task',
    'execute_event_loop_cycle', 'fetch_response', 'retrieval', 'rerank', 'plan', 'workflow', 'agent', 'chain', 'tool', 'task'
{%- endmacro %}

{#- A model, its usage or messages, under any name. -#}
{% macro looks_like_a_call() -%}
    {{ has_any([
        'gen_ai.usage.input_tokens', 'gen_ai.usage.output_tokens', 'gen_ai.usage.prompt_tokens',
        'gen_ai.usage.completion_tokens', 'gen_ai.response.model', 'gen_ai.request.model', 'gen_ai.input.messages',
        'gen_ai.output.messages', 'llm.usage.total_tokens', 'llm.usage.prompt_tokens', 'llm.usage.input_tokens',
        'llm.model', 'llm.model_name', 'llm.request.model', 'llm.token_count.total', 'llm.prompts', 'llm.completions',
        'ai.model.id', 'ai.usage.inputTokens', 'ai.usage.promptTokens', 'langsmith.span.kind', 'input_tokens', 'prompt_tokens',
        'usage.prompt_tokens', 'usage.input_tokens', 'usage.total_tokens', 'token_usage', 'llm.input', 'llm.messages',
        'chat.model', 'model.name', 'gen_ai.token.usage',
    ]) }}
{%- endmacro %}

{#- Whether a call's span has a question, an answer, usage, or how it ended; with none of them it tells of no call,
    whatever its label says. What a client sent was a request for certain. -#}
{% macro has_call_content() -%}
    (
        span_kind = 'CLIENT'
        or status_code = 'ERROR'
        or contains(events, '"gen_ai.')
        or {{ has_any([
            'gen_ai.input.messages', 'gen_ai.output.messages', 'gen_ai.usage.input_tokens', 'gen_ai.usage.output_tokens',
            'gen_ai.usage.prompt_tokens', 'gen_ai.usage.completion_tokens', 'gen_ai.response.id', 'gen_ai.response.model',
            'gen_ai.response.finish_reasons', 'gen_ai.prompt', 'gen_ai.completion', 'events', 'ai.values', 'ai.value',
            'error.type',
        ]) }}
    )
{%- endmacro %}

{#- Of OpenInference, helpers of clients and inner spans are labelled as calls too, with nothing but what a function was
    given. -#}
{% macro has_openinference_call() -%}
    (
        status_code = 'ERROR'
        or regexp_matches(attributes['output.value'], '"object": ?"(chat|response|text_completion|list|embedding)')
        or {{ has_any([
            'llm.input_messages.0.message.role', 'llm.input_messages.0.message.content',
            'llm.output_messages.0.message.role', 'llm.output_messages.0.message.content', 'llm.prompts',
            'llm.prompts.0.prompt.text', 'llm.choices.0.completion.text', 'llm.token_count.prompt',
            'llm.token_count.completion', 'llm.token_count.total', 'embedding.embeddings.0.embedding.text',
            'embedding.embeddings.0.embedding.vector', 'llm.finish_reason',
        ]) }}
    )
{%- endmacro %}

{#- Logfire gives a streamed call two spans: one until the stream begins, and a log of the whole when it has ended. -#}
{% macro is_whole_logfire_call() -%}
    (
        attributes['gen_ai.operation.name'] is not null
        or regexp_matches(
            attributes['logfire.msg_template'],
            '(?i)^(chat completion|message|responses api|completion|embedding creation|streaming response) '
        )
    )
    and (
        attributes['logfire.span_type'] = 'log'
        or status_code = 'ERROR'
        or {{ has_any(['response_data', 'gen_ai.response.id', 'gen_ai.output.messages', 'gen_ai.usage.input_tokens']) }}
    )
{%- endmacro %}

{% macro has_any(keys) -%}
    coalesce({% for key in keys %}attributes['{{ key }}']{{ ', ' if not loop.last }}{% endfor %}) is not null
{%- endmacro %}
