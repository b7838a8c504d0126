{#- Attributes come as MAP(VARCHAR, VARCHAR): strings verbatim, anything else as JSON text. Each reader gives null
    where the text is not what was expected, so that one malformed span cannot stop a build. -#}

{% macro text_attribute(key, source='attributes') -%}
    nullif({{ source }}['{{ key }}'], '')
{%- endmacro %}

{#- Via INTEGER: no count of tokens or retries exceeds it, and sums of it cannot overflow. -#}
{% macro integer_attribute(key, source='attributes') -%}
    try_cast(try_cast({{ source }}['{{ key }}'] as integer) as bigint)
{%- endmacro %}

{#- Via DECIMAL: neither NaN nor infinity, nor seconds that no clock has. -#}
{% macro double_attribute(key) -%}
    try_cast(attributes['{{ key }}'] as decimal(18, 9))::double
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
    {{ json_map_of("attributes['" ~ key ~ "']") }}
{%- endmacro %}

{#- The first that is there, of the names that one thing has had. -#}
{% macro first_text(keys, source='attributes') -%}
    coalesce({% for key in keys %}{{ text_attribute(key, source) }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{% macro first_integer(keys, source='attributes') -%}
    coalesce({% for key in keys %}{{ integer_attribute(key, source) }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{#- What the Vercel AI SDK passes on of a response as the provider has it, whichever provider: its own object within. -#}
{% macro provider_metadata(field) -%}
    json_extract({{ json_attribute('ai.response.providerMetadata') }}, '$.*.{{ field }}')[1]
{%- endmacro %}
