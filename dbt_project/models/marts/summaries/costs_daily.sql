{{ config(pre_hook="{{ delete_changed('day') }}") }}

-- Whole days are built anew: a sum cannot be mended by what changed in it without knowing what was there.
select
    day,
    provider,
    request_model,
    model_used,
    interaction_type,
    prompt_name,
    prompt_version,
    user_id,
    {{ sums_of([
        'interactions', 'input_tokens', 'cached_input_tokens', 'cache_write_tokens', 'output_tokens', 'reasoning_tokens',
        'tokens_used', 'estimated_cost_usd', 'cost_at_current_prices_usd', 'booked_cost_usd', 'reported_cost_usd',
        'unpriced_interactions', 'invalid_usage_interactions', 'no_usage_interactions',
    ]) }}

from {{ ref('interactions') }}
where day in {{ changed_keys('day') }}
group by all
