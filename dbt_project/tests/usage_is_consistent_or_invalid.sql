-- A part of the tokens is never more than what it is part of: what breaks that is invalid and has no cost, and nothing
-- else is.
with usage as (

    select
        * replace (
            {% for count in ['input_tokens', 'cached_input_tokens', 'input_audio_tokens', 'input_image_tokens', 'output_tokens'] %}
            coalesce({{ count }}, 0) as {{ count }}{{ ',' if not loop.last }}
            {% endfor %}
        )
    from {{ ref('interactions') }}

)

select interaction_id
from usage
where
    tokens_used != input_tokens + output_tokens
    or (pricing_status = 'invalid_usage') != ({{ is_inconsistent('usage') }})
    or (
        pricing_status in ('priced', 'unpriced')
        and (
            greatest(cached_input_tokens, cache_write_tokens, input_audio_tokens, input_image_tokens) > input_tokens
            or greatest(reasoning_tokens, output_audio_tokens, output_image_tokens) > output_tokens
            or cached_audio_tokens > least(input_audio_tokens, cached_input_tokens)
            or cached_image_tokens > least(input_image_tokens, cached_input_tokens)
        )
    )
