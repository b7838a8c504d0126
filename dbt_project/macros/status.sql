{#- Why a call did not wholly succeed, or null. `failure`: it raised, or its span has an error. -#}
{% macro failure_reason() -%}
    case
        when stream_state = 'interrupted' then 'stream_interrupted'
        when response_status = 'failed' then 'response_failed'
        -- Some instrumentations call a stream that the app stopped reading an error; the call did not fail.
        when stream_state = 'abandoned' or error_type = 'abandoned' then null
        when status_code = 'ERROR' or error_type is not null then 'raised'
    end
{%- endmacro %}

{#- `partial`: it answered, but not wholly. The first that applies is the reason. -#}
{% macro partial_reason() -%}
    case
        when refusal is not null then 'refused'
        when finish_reason = 'content_filter' then 'content_filter'
        when finish_reason = 'length' then 'length'
        when stream_state = 'abandoned' or error_type = 'abandoned' then 'stream_abandoned'
        when stream_state = 'incomplete' then 'stream_incomplete'
        when response_status = 'incomplete' then 'response_incomplete'
        when is_structured_output_valid = false then 'invalid_json'
        when output_type = 'json' and is_structured_output_valid is null and ai_response is not null
            and not json_valid(ai_response) then 'invalid_json'
    end
{%- endmacro %}
