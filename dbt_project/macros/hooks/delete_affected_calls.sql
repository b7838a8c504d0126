{#- Pre-hook of what is kept of judged calls: forgets those that change in this refresh, or that it brings a judgement
    of. -#}
{% macro delete_affected_calls() -%}
    {%- set changed_spans, feedback, batches = ref('changed_spans'), ref('int_feedback'), ref('refresh_batches') -%}
    {%- if is_incremental() -%}
        delete from {{ this }} where interaction_key in (
            select {{ interaction_key() }} from {{ changed_spans }}
            union all
            select interaction_key from {{ feedback }} where ingest_seq in (select ingest_seq from {{ batches }})
        )
    {%- endif -%}
{%- endmacro %}
