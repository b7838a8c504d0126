{#- What a sender attached to a call or to a span above it, under whichever prefix. -#}
{% macro told_metadata() -%}
    case
        when dialect = 'spanmart' then {{ attributes_under('spanmart.metadata.') }}
        else map_from_entries([
            struct_pack(k := regexp_replace(entry.key, {{ metadata_prefix() }}, ''), v := entry.value)
            for entry in list_filter(map_entries(attributes), lambda entry: regexp_matches(entry.key, {{ metadata_prefix() }}))
        ])
    end
{%- endmacro %}

{% macro metadata_prefix() -%}
    $$^(spanmart\.metadata|traceloop\.association\.properties|ai\.telemetry\.metadata|ai\.settings\.context)\.$$
{%- endmacro %}
