{#- Langfuse counts parts of a total apart from it, as `input` and `input_cached_tokens`, unless its total says otherwise.
    Cache writes may be told in all, or by how long they are kept, or both. -#}
{% macro langfuse_count(counts, direction) -%}
    {{ integer_attribute(direction, counts) }} + case
        when {{ integer_attribute('input', counts) }} + {{ integer_attribute('output', counts) }}
            = {{ integer_attribute('total', counts) }} then 0
        else coalesce({{ langfuse_parts(counts,
            "(starts_with(part.key, '" ~ direction ~ "_') or regexp_matches(part.key, '^cache_.*_" ~ direction ~ "_tokens$'))"
            ~ " and not (regexp_matches(part.key, '(5m|1h)') and " ~ langfuse_cache_writes_in_all(counts) ~ " is not null)"
        ) }}, 0)
    end
{%- endmacro %}

{% macro langfuse_cache_writes(usage, counts) -%}
    coalesce(
        {{ usage }}.prompt_tokens_details.cache_write_tokens, {{ usage }}.input_tokens_details.cache_write_tokens,
        {{ langfuse_cache_writes_in_all(counts) }},
        {{ langfuse_parts(counts, "contains(part.key, 'cache') and regexp_matches(part.key, '(5m|1h)')") }}
    )
{%- endmacro %}

{% macro langfuse_cache_writes_in_all(counts) -%}
    {{ first_integer(['input_cache_creation', 'cache_creation_input_tokens', 'input_cache_write', 'cache_write_input_tokens'], counts) }}
{%- endmacro %}

{% macro langfuse_parts(counts, condition) -%}
    list_sum([try_cast(part.value as integer) for part in map_entries({{ counts }}) if {{ condition }}])::bigint
{%- endmacro %}
