{#- Materialises a small table anew with every refresh, in one atomic statement. dbt's `table` does the same in ten,
    with renames, and a refresh has several of them. With `relation_type='view'`, a view whose text depends on what the
    refresh brings: dbt's views are left alone by a refresh. -#}
{% materialization replaced, adapter='duckdb', supported_languages=['sql', 'python'] %}

    {%- set type = config.get('relation_type', 'table') -%}
    {%- set target = this.incorporate(type=type) -%}

    {{ run_hooks(pre_hooks) }}
    {% call statement('main', language=model['language']) -%}
        {% if model['language'] == 'python' %}
{{ compiled_code }}

def materialize(rows, connection):
    connection.register("rows", rows)
    connection.execute('create or replace table {{ target }} as from rows')
    connection.unregister("rows")
        {% else %}
            create or replace {{ type }} {{ target }} as (
                {{ sql }}
            )
        {% endif %}
    {%- endcall %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}

    {{ return({'relations': [target]}) }}

{% endmaterialization %}
