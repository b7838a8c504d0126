-- Tokens of the cache are part of the input and reasoning tokens part of the output: what breaks that is invalid and
-- has no cost, and nothing else is.
with usage as (

    select
        interaction_id,
        pricing_status,
        tokens_used,
        coalesce(input_tokens, 0) as input_tokens,
        coalesce(cached_input_tokens, 0) as cached_input_tokens,
        coalesce(cache_write_tokens, 0) as cache_write_tokens,
        coalesce(output_tokens, 0) as output_tokens,
        coalesce(reasoning_tokens, 0) as reasoning_tokens
    from {{ ref('interactions') }}

)

select *
from usage
where
    tokens_used != input_tokens + output_tokens
    or (pricing_status = 'invalid_usage') != (
        cached_input_tokens + cache_write_tokens > input_tokens
        or reasoning_tokens > output_tokens
        or least(input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens) < 0
    )
