{#- Pre-hook of marts keyed by interaction: rows of calls whose span was sent again go before the new ones come,
    for a new version may no longer belong here at all. -#}
{% macro delete_changed_interactions() -%}
    {%- set changed = ref('changed_spans') -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where interaction_id in (select interaction_id from {{ changed }} where is_known)
    {%- endif -%}
{%- endmacro %}
