{#- One row of several that tell of one call: each column from the first that has it. What a call is, and how it went, is
    the counted span's to tell; of counts the innermost that has them knows best; texts, and whatever is left open, are
    filled in by the others. -#}
{% macro merge_members(members) -%}
    {%- set of_the_counted = [
        'trace_id', 'span_id', 'scope_name', 'ingest_seq', 'dialect', 'service_name', 'started_at', 'duration_ms', 'status_code',
        'error_type', 'operation', 'stream_state', 'events', 'ingested_at',
    ] -%}
    {%- set counts = ['response_model', 'reported_cost_usd', 'web_searches'] -%}
    {%- for column in synonyms() if column.endswith('_tokens') -%}{%- do counts.append(column) -%}{%- endfor -%}
    {%- set others = [
        'environment', 'status_message', 'input_messages', 'system_instructions', 'finish_reasons', 'refusal', 'output_messages',
        'structured_output', 'is_structured_output_valid', 'required_variables', 'missing_variables', 'invalid_variables',
    ] -%}
    {%- for column in synonyms() if column not in of_the_counted + counts + ['stated_error', 'is_streamed'] -%}
        {%- do others.append(column) -%}
    {%- endfor -%}
    select
        call_id as interaction_id,
        {%- for column in of_the_counted %}
        arg_min({{ column }}, told_rank) filter (where told_rank = 1) as {{ column }},
        {%- endfor %}
        {%- for column in counts %}
        arg_min({{ column }}, usage_rank) as {{ column }},
        {%- endfor %}
        {%- for column in others %}
        arg_min({{ 'nullif(' ~ column ~ ", '')" if column.endswith('_messages') else column }}, told_rank) as {{ column }},
        {%- endfor %}
        bool_or(is_streamed) as is_streamed,
        {%- for column in ['variables', 'context'] %}
        arg_min(case when cardinality({{ column }}) > 0 then {{ column }} end, told_rank) as {{ column }},
        {%- endfor %}
        coalesce(
            list_reduce(
                list(metadata order by told_rank desc) filter (where metadata is not null),
                lambda further, nearer: map_concat(further, nearer)
            ),
            map {}
        ) as metadata
    from {{ members }}
    group by call_id
{%- endmacro %}
