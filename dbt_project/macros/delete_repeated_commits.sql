{#- Pre-hook of tables that keep something of every commit: a window may be done again after a run that broke off. -#}
{% macro delete_repeated_commits() -%}
    {%- set batches = ref('stg_refresh_batches') -%}
    {%- if is_incremental() -%}
        delete from {{ this }} where ingest_seq in (select ingest_seq from {{ batches }})
    {%- endif -%}
{%- endmacro %}
