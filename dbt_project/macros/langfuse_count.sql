{#- Langfuse counts parts of a total apart from it, as `input` and `input_cached_tokens`, unless its total says otherwise. -#}
{% macro langfuse_count(direction) -%}
    {{ integer_attribute(direction, 'usage') }} + case
        when {{ integer_attribute('input', 'usage') }} + {{ integer_attribute('output', 'usage') }}
            = {{ integer_attribute('total', 'usage') }} then 0
        else coalesce(list_sum([
            try_cast(part.value as integer) for part in map_entries(usage)
            if starts_with(part.key, '{{ direction }}_') or regexp_matches(part.key, '^cache_.*_{{ direction }}_tokens$')
        ])::bigint, 0)
    end
{%- endmacro %}
