{#- A numeric id of the context; anything else under its key stays in the metadata. -#}
{% macro numeric_id(value) -%}
    case when regexp_matches({{ value }}, '^-?\d{1,18}$') then {{ value }}::bigint end
{%- endmacro %}

{#- What the context holds besides the values that have columns of their own. -#}
{% macro context_without_column() -%}
    map_from_entries([
        entry for entry in map_entries(context)
        if entry.key not in ('category', 'session_type')
        and not (entry.key in ('audience_id', 'tone_id') and regexp_matches(entry.value, '^-?\d{1,18}$'))
    ])
{%- endmacro %}
