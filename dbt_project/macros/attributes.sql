{#- Attributes come as MAP(VARCHAR, VARCHAR): strings verbatim, anything else as JSON text. Each reader gives null
    where the text is not what was expected, so that one malformed span cannot stop a build. -#}

{% macro text_attribute(key, source='attributes') -%}
    nullif({{ source }}['{{ key }}'], '')
{%- endmacro %}

{#- Via INTEGER: no count of tokens or retries exceeds it, and sums of it cannot overflow. -#}
{% macro integer_attribute(key, source='attributes') -%}
    try_cast(try_cast({{ source }}['{{ key }}'] as integer) as bigint)
{%- endmacro %}

{% macro double_attribute(key) -%}
    try_cast(attributes['{{ key }}'] as double)
{%- endmacro %}

{% macro boolean_attribute(key) -%}
    try_cast(attributes['{{ key }}'] as boolean)
{%- endmacro %}

{% macro json_attribute(key) -%}
    try_cast(nullif(attributes['{{ key }}'], '') as json)
{%- endmacro %}

{% macro list_attribute(key) -%}
    from_json({{ json_attribute(key) }}, '["VARCHAR"]')
{%- endmacro %}

{#- The attributes whose keys start with a prefix, as a map without it. Filtered first: a comprehension with a
    condition would work out every entry and then drop most. -#}
{% macro attributes_under(prefix) -%}
    map_from_entries([
        struct_pack(k := entry.key[{{ prefix | length + 1 }}:], v := entry.value)
        for entry in list_filter(map_entries(attributes), lambda entry: starts_with(entry.key, '{{ prefix }}'))
    ])
{%- endmacro %}

{#- A JSON object as a map; null where it is none. -#}
{% macro map_attribute(key) -%}
    try_cast({{ json_attribute(key) }} as map(varchar, varchar))
{%- endmacro %}

{#- Langfuse counts parts of a total apart from it, as `input` and `input_cached_tokens`, unless a total says otherwise. -#}
{% macro langfuse_count(direction) -%}
    {{ integer_attribute(direction, 'usage') }} + case
        when {{ integer_attribute('input', 'usage') }} + {{ integer_attribute('output', 'usage') }} = {{ integer_attribute('total', 'usage') }} then 0
        else coalesce(list_sum([
            try_cast(part.value as bigint) for part in map_entries(usage)
            if starts_with(part.key, '{{ direction }}_') or (starts_with(part.key, 'cache_') and ends_with(part.key, '_{{ direction }}_tokens'))
        ])::bigint, 0)
    end
{%- endmacro %}
