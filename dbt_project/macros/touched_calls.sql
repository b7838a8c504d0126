{#- Keys of calls that change in this refresh, or that it brings a judgement of. -#}
{% macro touched_calls() -%}
    select {{ interaction_key() }} as interaction_key from {{ ref('stg_changed_spans') }}
    union all
    select interaction_key from {{ ref('int_feedback') }}
    where ingest_seq in (select ingest_seq from {{ ref('stg_refresh_batches') }})
{%- endmacro %}

{#- Pre-hook of what is kept of judged calls. -#}
{% macro delete_touched_calls() -%}
    {%- set touched = touched_calls() -%}
    {%- if is_incremental() -%}
        delete from {{ this }} where interaction_key in ({{ touched }})
    {%- endif -%}
{%- endmacro %}
