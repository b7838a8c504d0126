{#- Which conventions a span follows, told by what it carries; null for a span that is no LLM call.
    An agent's, a chain's or a tool's span is not a call: its model calls have spans of their own. -#}
{% macro dialect() -%}
    {%- set operation = "spans.attributes['gen_ai.operation.name']" -%}
    case
        when {{ operation }} not in ('chat', 'text_completion', 'generate_content', 'embeddings', 'responses', 'completions') then null
        when {{ operation }} is not null and starts_with(spans.scope_name, 'spanmart.') then 'spanmart'
        when spans.attributes['langfuse.observation.type'] is not null
            then case when lower(spans.attributes['langfuse.observation.type']) in ('generation', 'embedding') then 'langfuse' end
        when spans.attributes['openinference.span.kind'] is not null
            then case when upper(spans.attributes['openinference.span.kind']) in ('LLM', 'EMBEDDING') then 'openinference' end
        when spans.attributes['ai.operationId'] is not null
            then case when regexp_matches(spans.attributes['ai.operationId'], '\.do(Generate|Stream|Embed)$') then 'vercel' end
        when spans.attributes['request_data'] is not null and starts_with(spans.scope_name, 'logfire.')
            then case when {{ is_whole_logfire_call() }} then 'logfire' end
        when spans.attributes['llm.request.type'] is not null
            then case when regexp_matches(spans.attributes['llm.request.type'], '(chat|completion|embedding)$') then 'openllmetry' end
        when
            coalesce(
                spans.attributes['gen_ai.is_streaming'], spans.attributes['gen_ai.prompt.0.role'], spans.attributes['gen_ai.prompt.0.content'],
                spans.attributes['gen_ai.completion.0.role'], spans.attributes['gen_ai.completion.0.content']
            ) is not null
            then 'openllmetry'
        when
            coalesce(spans.attributes['gen_ai.input.messages'], spans.attributes['gen_ai.output.messages']) is null
            and (
                coalesce(
                    spans.attributes['events'], spans.attributes['gen_ai.prompt'], spans.attributes['gen_ai.completion'],
                    spans.attributes['gen_ai.usage.prompt_tokens'], spans.attributes['gen_ai.usage.completion_tokens']
                ) is not null
                or contains(spans.events, '"gen_ai.')
                -- Operations had no name at first.
                or {{ operation }} is null
            )
            and coalesce(spans.attributes['gen_ai.system'], spans.attributes['gen_ai.provider.name']) is not null
            and spans.attributes['gen_ai.request.model'] is not null
            then 'gen_ai_events'
        when {{ operation }} is not null then 'gen_ai'
    end
{%- endmacro %}

{#- Logfire gives a streamed call two spans: one until the stream begins, and a log of the whole when it has ended. -#}
{% macro is_whole_logfire_call() -%}
    coalesce(
        spans.attributes['gen_ai.operation.name'],
        case when regexp_matches(spans.attributes['logfire.msg_template'], '^(Chat Completion|Message|Responses API|Completion|Embedding Creation|streaming response) ') then 'named' end
    ) is not null
    and (
        spans.attributes['logfire.span_type'] = 'log'
        or spans.status_code = 'ERROR'
        or coalesce(
            spans.attributes['response_data'], spans.attributes['gen_ai.response.id'],
            spans.attributes['gen_ai.output.messages'], spans.attributes['gen_ai.usage.input_tokens']
        ) is not null
    )
{%- endmacro %}
