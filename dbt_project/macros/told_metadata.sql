{#- What a sender attached to a call or to a span above it, under whichever prefix; of two of one name the
    first. -#}
{% macro told_metadata() -%}
    [
        map_from_entries(list_filter(
            told, lambda entry, place: list_position(list_transform(told, lambda other: other.k), entry.k) = place
        ))
        for told in [[
            struct_pack(k := regexp_replace(entry.key, {{ metadata_prefix() }}, ''), v := entry.value)
            for entry in list_filter(map_entries(attributes), lambda entry: regexp_matches(entry.key, {{ metadata_prefix() }}))
        ]]
    ][1]
{%- endmacro %}

{% macro metadata_prefix() -%}
    $$^(spanmart\.metadata|traceloop\.association\.properties|ai\.telemetry\.metadata|ai\.settings\.context)\.$$
{%- endmacro %}
