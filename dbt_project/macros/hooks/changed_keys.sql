{#- The days, hours, sessions or kinds of error in which a call changed. -#}
{% macro changed_keys(key) -%}
    (select {{ key }} from {{ ref('int_changed_keys') }} where change = 'call')
{%- endmacro %}

{#- Pre-hook of marts with one row for several calls: rows in which a call changed are built anew. -#}
{% macro delete_changed(key) -%}
    {%- set keys = changed_keys(key) -%}
    {%- if is_incremental() -%}
        delete from {{ this }} where {{ key }} in {{ keys }}
    {%- endif -%}
{%- endmacro %}
