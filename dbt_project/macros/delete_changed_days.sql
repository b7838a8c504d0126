{#- Pre-hook of daily marts: days in which a call changed are built anew. -#}
{% macro delete_changed_days() -%}
    {%- if is_incremental() -%}
        delete from {{ this }} where day in (select day from {{ ref('int_changed_days') }})
    {%- endif -%}
{%- endmacro %}
