{#- Schemas carry the names of the layers alone: `staging`, `refresh`, `intermediate`, and `main` for the marts. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}
