{#- What a refresh looks calls up by: ten million numbers are read and compared in a fifth of the time of ids. -#}
{% macro interaction_key(interaction_id='interaction_id') -%}
    md5_number_lower({{ interaction_id }})
{%- endmacro %}

{#- Rows of a table by keys that a query selects. First which rows, then those alone: a join would read and unpack
    every row of every column for them. -#}
{% macro rows_by_key(table, keys) -%}
    (select * from {{ table }} where rowid in (select rowid from {{ table }} where interaction_key in ({{ keys }})))
{%- endmacro %}

{#- Ids as numbers, which a refresh can look through by the million. -#}
{% macro span_key(span_id='span_id') -%}
    case when {{ span_id }} is not null then hash(trace_id, {{ span_id }}) end
{%- endmacro %}
