{#- Why a call did not wholly succeed, or null. `failure`: it raised, or its span has an error. -#}
{% macro failure_reason() -%}
    case
        when stream_state = 'interrupted' then 'stream_interrupted'
        when response_status = 'failed' then 'response_failed'
        -- Some instrumentations call a stream that the app stopped reading an error; the call did not fail.
        when stream_state = 'abandoned' or error_type = 'abandoned' or {{ was_cancelled() }} then null
        when (status_code = 'ERROR' or error_type is not null)
            -- Ours says it; of others an error after the answer had begun tells.
            and is_streamed and dialect is distinct from 'spanmart' and coalesce(response_id, ai_response) is not null
            then 'stream_interrupted'
        when status_code = 'ERROR' or error_type is not null then 'raised'
    end
{%- endmacro %}

{#- By the application: no failure of the provider. -#}
{% macro was_cancelled() -%}
    case
        when coalesce(error_type, exception_type, status_message) is not null
            then regexp_matches(
                concat_ws(chr(10), error_type, exception_type, case when error_type is null then left(status_message, 60) end),
                $$(^|[.\s'"])(CancelledError|AbortError|GeneratorExit|KeyboardInterrupt|Cancelled|APIUserAbortError)\b$$
            )
        else false
    end
{%- endmacro %}

{#- In OpenAI's words. Responses have no such reason: where one is complete, it is what a chat would say. -#}
{% macro openai_finish_reason(finish_reason, response_status, outputs) -%}
    {%- set reason = "regexp_replace(replace(lower(" ~ finish_reason ~ "), '-', '_'), '^(finish_?reason|stop_?reason)\\.', '')" -%}
    case
        when {{ finish_reason }} in ('stop', 'tool_calls', 'length', 'content_filter') then {{ finish_reason }}
        when {{ reason }} in ('tool_call', 'tool_calls', 'tool_use', 'function_call') then 'tool_calls'
        when {{ reason }} in ('length', 'max_tokens', 'max_output_tokens', 'model_context_window_exceeded') then 'length'
        when {{ reason }} in ('content_filter', 'safety', 'content_filtered', 'guardrail_intervened', 'refusal') then 'content_filter'
        when {{ reason }} in ('stop', 'end_turn', 'stop_sequence', 'eos', 'pause_turn', 'complete') then 'stop'
        when {{ reason }} in ('error', 'unknown', 'finish_reason_unspecified') then null
        when {{ reason }} = 'completed' or ({{ finish_reason }} is null and {{ response_status }} = 'completed')
            then case when list_contains([part.type for part in {{ outputs }}[1].parts], 'tool_call') then 'tool_calls' else 'stop' end
        else {{ reason }}
    end
{%- endmacro %}

{#- `partial`: it answered, but not wholly. The first that applies is the reason. -#}
{% macro partial_reason() -%}
    case
        when refusal is not null then 'refused'
        when finish_reason = 'content_filter' then 'content_filter'
        when finish_reason = 'length' then 'length'
        when stream_state = 'abandoned' or error_type = 'abandoned' then 'stream_abandoned'
        when {{ was_cancelled() }}
            then case when is_streamed or ai_response is not null then 'stream_abandoned' else 'cancelled' end
        when stream_state = 'incomplete' then 'stream_incomplete'
        when response_status = 'incomplete' then 'response_incomplete'
        when response_status in ('queued', 'in_progress', 'cancelled') then 'response_unfinished'
        when is_structured_output_valid = false then 'invalid_json'
        when output_type = 'json' and is_structured_output_valid is null and ai_response is not null
            and not json_valid(ai_response) then 'invalid_json'
    end
{%- endmacro %}
