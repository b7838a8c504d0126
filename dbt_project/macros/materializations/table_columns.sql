{#- Columns of a mart as its contract has them. All files are packed with zstd, which is right for prose and slow for
    names and keys: a column of those keeps its dictionary, unless the contract says that it `holds: texts`. -#}
{% macro duckdb__get_table_columns_and_constraints() %}
    {%- set columns = model['columns'].values() | list -%}
    (
        {% for definition in adapter.render_raw_columns_constraints(raw_columns=model['columns']) %}
            {%- set column = columns[loop.index0] -%}
            {%- set is_short = column['data_type'] == 'varchar' and column.get('meta', {}).get('holds') != 'texts' -%}
            {{ definition }}{{ ' using compression dict_fsst' if is_short }}{{ ',' if not loop.last }}
        {% endfor %}
    )
{% endmacro %}
