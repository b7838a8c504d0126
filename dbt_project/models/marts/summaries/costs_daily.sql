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
    count(*) as interactions,
    sum(input_tokens)::bigint as input_tokens,
    sum(cached_input_tokens)::bigint as cached_input_tokens,
    sum(cache_write_tokens)::bigint as cache_write_tokens,
    sum(output_tokens)::bigint as output_tokens,
    sum(reasoning_tokens)::bigint as reasoning_tokens,
    sum(tokens_used)::bigint as tokens_used,
    sum(estimated_cost_usd)::decimal(38, 24) as estimated_cost_usd,
    sum(cost_at_current_prices_usd)::decimal(38, 24) as cost_at_current_prices_usd,
    sum(booked_cost_usd)::decimal(38, 24) as booked_cost_usd,
    sum(reported_cost_usd)::decimal(38, 24) as reported_cost_usd,
    count(*) filter (where pricing_status = 'unpriced') as unpriced_interactions,
    count(*) filter (where pricing_status = 'invalid_usage') as invalid_usage_interactions,
    count(*) filter (where pricing_status = 'no_usage') as no_usage_interactions

from {{ ref('interactions') }}
where day in {{ changed_keys('day') }}
group by all
