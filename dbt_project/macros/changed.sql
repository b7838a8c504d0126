{#- The days, hours, sessions or kinds of error in which a call changed. -#}
{% macro changed(key) -%}
    (select {{ key }} from {{ ref('int_changed_keys') }} where change = 'call')
{%- endmacro %}

{#- Pre-hook of marts with one row for several calls: rows in which a call changed are built anew. -#}
{% macro delete_changed(key) -%}
    {%- set changed_keys = changed(key) -%}
    {%- if is_incremental() -%}
        delete from {{ this }} where {{ key }} in {{ changed_keys }}
    {%- endif -%}
{%- endmacro %}
