{#- The days, hours, sessions or kinds of error in which a call itself changed, or at least what users say of it. -#}
{% macro changed(key, or_judged=false) -%}
    (select {{ key }} from {{ ref('int_changed_keys') }}{{ ' where not is_only_judged' if not or_judged }})
{%- endmacro %}

{#- Pre-hook of marts with one row for several calls: rows in which a call changed are built anew. -#}
{% macro delete_changed(key, or_judged=false) -%}
    {%- set changed_keys = changed(key, or_judged) -%}
    {%- if is_incremental() -%}
        delete from {{ this }} where {{ key }} in {{ changed_keys }}
    {%- endif -%}
{%- endmacro %}
