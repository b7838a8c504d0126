{#- Pre-hook of marts keyed by commit: a window that was begun before may have left rows behind. -#}
{% macro delete_this_window() -%}
    {%- set refresh_window = ref('stg_refresh_window') -%}
    {%- if is_incremental() -%}
        delete from {{ this }} where ingest_seq > (select from_seq from {{ refresh_window }})
    {%- endif -%}
{%- endmacro %}
