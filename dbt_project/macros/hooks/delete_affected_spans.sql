{#- Pre-hook of tables that keep something of single spans: those of the traces that a refresh touches are told anew. -#}
{% macro delete_affected_spans() -%}
    {%- set touched = ref('affected_spans') -%}
    {%- if is_incremental() -%}
        delete from {{ this }} where span_key in (select span_key from {{ touched }})
    {%- endif -%}
{%- endmacro %}
