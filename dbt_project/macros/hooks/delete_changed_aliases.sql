{#- Pre-hook of the ids under which calls are judged: those of calls that change in this refresh are found anew. -#}
{% macro delete_changed_aliases() -%}
    {%- set changed = ref('changed_spans') -%}
    {%- if is_incremental() -%}
        delete from {{ this }} where interaction_key in (select {{ interaction_key() }} from {{ changed }})
    {%- endif -%}
{%- endmacro %}
