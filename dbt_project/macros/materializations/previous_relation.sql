{#- A model as the last run left it, for models upstream of it, which cannot `ref` it.
    None where it does not exist yet or is about to be rebuilt. -#}
{% macro previous_relation(name, schema=none) -%}
    {%- if execute and not flags.FULL_REFRESH -%}
        {{ return(adapter.get_relation(target.database, schema or target.schema, name)) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}
