-- Cached tokens are part of the input and reasoning tokens part of the output: what has a price obeys that.
select interaction_id, input_tokens, cached_input_tokens, output_tokens, reasoning_tokens
from {{ ref('interactions') }}
where
    pricing_status = 'priced'
    and (
        coalesce(cached_input_tokens, 0) > coalesce(input_tokens, 0)
        or coalesce(reasoning_tokens, 0) > coalesce(output_tokens, 0)
        or tokens_used != coalesce(input_tokens, 0) + coalesce(output_tokens, 0)
    )
