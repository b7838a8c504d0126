{#- Conventions of counting tokens, brought to one: what was read from a cache or written to it is input, thoughts are
    output. Senders that count them beside it are told by what can only be so, by their own total, or by name. Ours counts so. -#}

{#- What was cached stands beside the input: Anthropic's API counts so, and some pass its counts on as they are. -#}
{% macro counts_cache_apart() -%}
    (
        dialect != 'spanmart'
        and coalesce(cached_input_tokens, 0) + coalesce(cache_write_tokens, 0) > 0
        and (
            input_tokens = uncached_input_tokens
            or (
                total_tokens = input_tokens + coalesce(output_tokens, 0)
                    + coalesce(cached_input_tokens, 0) + coalesce(cache_write_tokens, 0)
                and total_tokens > input_tokens + coalesce(output_tokens, 0)
            )
            or (
                {{ is_of_anthropic() }}
                and (
                    coalesce(cached_input_tokens, 0) + coalesce(cache_write_tokens, 0) > input_tokens
                    or starts_with(scope_name, 'openlit.')
                    or (dialect = 'vercel' and uncached_input_tokens is null)
                )
            )
        )
    )
{%- endmacro %}

{#- Thoughts stand beside the output: Google's API counts so. -#}
{% macro counts_thoughts_apart() -%}
    (
        dialect != 'spanmart'
        and reasoning_tokens > 0
        and (
            (
                total_tokens = coalesce(input_tokens, 0) + output_tokens + reasoning_tokens
                and not {{ counts_cache_apart() }}
            )
            or (reasoning_tokens > output_tokens and {{ is_of_google() }})
        )
    )
{%- endmacro %}

{% macro is_of_anthropic() -%}
    regexp_matches(lower(concat_ws(' ', provider, request_model, response_model)), 'claude|anthropic')
{%- endmacro %}

{% macro is_of_google() -%}
    regexp_matches(lower(concat_ws(' ', provider, request_model, response_model)), 'gemini|google|vertex')
{%- endmacro %}

{#- For `replace`: the counts of a call in one convention. -#}
{% macro normalise_counts() -%}
    case
        when {{ counts_cache_apart() }}
            then input_tokens + coalesce(cached_input_tokens, 0) + coalesce(cache_write_tokens, 0)
        else input_tokens
    end as input_tokens,
    case
        when {{ counts_thoughts_apart() }} then output_tokens + reasoning_tokens
        -- Nothing is put out by an embedding; some say 0.
        when operation = 'embeddings' then nullif(output_tokens, 0)
        else output_tokens
    end as output_tokens,
    -- Those kept for an hour are writes too.
    case when cache_write_1h_tokens > coalesce(cache_write_tokens, 0) then cache_write_1h_tokens else cache_write_tokens end
        as cache_write_tokens
{%- endmacro %}
