{#- Materialises a small table anew with every refresh, in one atomic statement. dbt's `table` does the same in ten,
    with renames, and a refresh has several of them. -#}
{% materialization replaced, adapter='duckdb' %}

    {%- set target = this.incorporate(type='table') -%}

    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement('main') -%}
        create or replace table {{ target }} as (
            {{ sql }}
        )
    {%- endcall %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}

    {{ return({'relations': [target]}) }}

{% endmaterialization %}
