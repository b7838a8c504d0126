{#- Which conventions a span follows, told by what it carries; null for a span that is no LLM call.
    An agent's, a chain's or a tool's span is not a call: its model calls have spans of their own. -#}
{% macro dialect() -%}
    case
        when attributes['gen_ai.operation.name'] not in (
            'chat', 'text_completion', 'generate_content', 'embeddings', 'responses', 'completions'
        ) then null
        when attributes['gen_ai.operation.name'] is not null and starts_with(scope_name, 'spanmart.') then 'spanmart'
        when attributes['langfuse.observation.type'] is not null
            then case when lower(attributes['langfuse.observation.type']) in ('generation', 'embedding') then 'langfuse' end
        when attributes['openinference.span.kind'] is not null
            then case when upper(attributes['openinference.span.kind']) in ('LLM', 'EMBEDDING') then 'openinference' end
        when attributes['ai.operationId'] is not null
            then case when regexp_matches(attributes['ai.operationId'], '\.do(Generate|Stream|Embed)$') then 'vercel' end
        when attributes['request_data'] is not null and starts_with(scope_name, 'logfire.')
            then case when {{ is_whole_logfire_call() }} then 'logfire' end
        when attributes['llm.request.type'] is not null
            then case when regexp_matches(attributes['llm.request.type'], '(chat|completion|embedding)$') then 'openllmetry' end
        when {{ has_any([
            'gen_ai.is_streaming', 'gen_ai.prompt.0.role', 'gen_ai.prompt.0.content', 'gen_ai.completion.0.role',
            'gen_ai.completion.0.content',
        ]) }} then 'openllmetry'
        when {{ has_any(['gen_ai.input.messages', 'gen_ai.output.messages']) }} or not {{ has_any(['gen_ai.request.model']) }}
            then case when attributes['gen_ai.operation.name'] is not null then 'gen_ai' end
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
    end
{%- endmacro %}

{#- Logfire gives a streamed call two spans: one until the stream begins, and a log of the whole when it has ended. -#}
{% macro is_whole_logfire_call() -%}
    (
        attributes['gen_ai.operation.name'] is not null
        or regexp_matches(
            attributes['logfire.msg_template'],
            '^(Chat Completion|Message|Responses API|Completion|Embedding Creation|streaming response) '
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
