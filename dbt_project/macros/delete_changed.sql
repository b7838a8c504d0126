{#- Pre-hook of marts with one row for several calls: the rows in which a call changed are built anew. -#}
{% macro delete_changed(key) -%}
    {%- set changed = ref('int_changed_keys') -%}
    {%- if is_incremental() -%}
        delete from {{ this }} where {{ key }} in (select {{ key }} from {{ changed }})
    {%- endif -%}
{%- endmacro %}
