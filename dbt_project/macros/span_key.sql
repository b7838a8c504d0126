{#- Ids as numbers, which a refresh can look through by the million. -#}
{% macro span_key(span_id='span_id') -%}
    case when {{ span_id }} is not null then hash(trace_id, {{ span_id }}) end
{%- endmacro %}
