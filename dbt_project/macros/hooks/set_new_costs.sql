{#- Post-hook of marts keyed by interaction: prices that changed change what calls of before cost, and nothing else. -#}
{% macro set_new_costs(columns) -%}
    {%- set repriced = ref('int_repriced') -%}
    {%- if var('has_new_prices') and is_incremental() -%}
        update {{ this }} as mart
        set
            {% for column in columns -%}
            {{ column }} = repriced.{{ column }}{{ ',' if not loop.last }}
            {% endfor -%}
        from {{ repriced }} as repriced
        where mart.interaction_id = repriced.interaction_id
    {%- endif -%}
{%- endmacro %}
