{#- What a sender attached to a call or to a span above it, under whichever prefix; of two of one name the
    first. -#}
{% macro metadata_attributes() -%}
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

{#- What ours puts on its spans, and on others' within an interaction, of a prompt and the context; of very many variables
    the first 1,000. -#}
{% macro prompt_and_context() -%}
    {{ attributes_under('gen_ai.prompt.variable.') }} as variables,
    {{ list_attribute('spanmart.prompt.required_variables') }}[:1000] as required_variables,
    {{ list_attribute('spanmart.prompt.missing_variables') }}[:1000] as missing_variables,
    {{ list_attribute('spanmart.prompt.invalid_variables') }}[:1000] as invalid_variables,
    {{ attributes_under('spanmart.context.') }} as context
{%- endmacro %}
