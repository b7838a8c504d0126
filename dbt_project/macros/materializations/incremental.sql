{#- Takes the place of the built-in materialization, which writes the new rows into a table of their own first and
    asks for columns that cannot have changed: marts of a project that changed are built anew. Here new rows cost
    one statement, or three where they replace others of their key.
    With `one_thread`, for the widest marts: of a large piece every thread leaves a part of the table, 122,880 rows, that
    is not full, and to fill those the next checkpoint would write nearly all of the piece again. -#}
{% materialization incremental, adapter='duckdb' %}

    {%- set target = this.incorporate(type='table') -%}
    {%- set key = config.get('unique_key') -%}
    {%- set goes_on = is_incremental() -%}
    {%- set one_thread = config.get('one_thread') and not 0 < var('rows_per_refresh') < 122880 -%}

    {{ run_hooks(pre_hooks) }}
    {% if goes_on and key %}
        {%- set arriving = make_temp_relation(target) -%}
        {% call statement() %}{{ create_table_as(True, arriving, sql) }}{% endcall %}
        {% call statement() %}
            delete from {{ target }} where {{ key }} in (select {{ key }} from {{ arriving }})
        {% endcall %}
        {%- set sql = 'from ' ~ arriving -%}
    {% elif not goes_on %}
        {% call statement() %}drop table if exists {{ target }}{% endcall %}
    {% endif %}
    {% if one_thread %}{% call statement() %}set threads = 1{% endcall %}{% endif %}
    {% call statement('main') -%}
        {% if goes_on %}
            insert into {{ target }} by name (
                {{ sql }}
            )
        {% else %}
            {{ create_table_as(False, target, sql) }}
        {% endif %}
    {%- endcall %}
    {% if one_thread %}{% call statement() %}reset threads{% endcall %}{% endif %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}

    {{ return({'relations': [target]}) }}

{% endmaterialization %}
