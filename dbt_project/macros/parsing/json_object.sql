{#- A map as a JSON object. Numbers and booleans keep their type where `typed`; long digits stay text, for they are
    ids more often than numbers and JavaScript would round them. -#}
{% macro json_object(map, typed=false) -%}
    {%- if typed -%}
    to_json(map_from_entries([
        struct_pack(
            k := entry.key,
            v := case
                when regexp_matches(entry.value, '^(true|false|-?(0|[1-9]\d{0,14})(\.\d{1,15})?)$') then entry.value::json
                else to_json(entry.value)
            end
        )
        for entry in map_entries({{ map }})
    ]))
    {%- else -%}
    to_json({{ map }})
    {%- endif -%}
{%- endmacro %}
