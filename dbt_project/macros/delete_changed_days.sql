{#- Pre-hook of daily marts: days in which a call changed are built anew. -#}
{% macro delete_changed_days() -%}
    {%- set changed = ref('int_changed_days') -%}
    {%- if is_incremental() -%}
        delete from {{ this }} where day in (select day from {{ changed }})
    {%- endif -%}
{%- endmacro %}
