{#- The different values of a group, sorted; of a struct, those of which one field is there. -#}
{% macro distinct_values(value, present=none) -%}
    coalesce(list_sort(list(distinct {{ value }}) filter (where {{ present or value }} is not null)), [])
{%- endmacro %}
