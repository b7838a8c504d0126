-- One row per call of this refresh: its price at the time of the call.
with calls as (

    select
        interaction_id,
        provider,
        model_used,
        service_tier,
        created_at,
        input_tokens,
        cached_input_tokens,
        cache_write_tokens,
        output_tokens,
        reasoning_tokens,
        coalesce(input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens) is null as has_no_usage,
        least(
            coalesce(input_tokens, 0), coalesce(cached_input_tokens, 0), coalesce(cache_write_tokens, 0),
            coalesce(output_tokens, 0), coalesce(reasoning_tokens, 0)
        ) < 0
        or coalesce(cached_input_tokens, 0) + coalesce(cache_write_tokens, 0) > coalesce(input_tokens, 0)
        or coalesce(reasoning_tokens, 0) > coalesce(output_tokens, 0) as is_inconsistent
    from {{ ref('int_interactions_normalised') }}

),

priced as (

    select
        calls.interaction_id,
        calls.has_no_usage,
        calls.is_inconsistent,
        rates.provider is not null as has_price,
        coalesce(calls.input_tokens, 0) * rates.input_tokens_usd
        + coalesce(calls.cached_input_tokens, 0) * rates.cache_read_tokens_usd
        + coalesce(calls.cache_write_tokens, 0) * rates.cache_write_tokens_usd
        + coalesce(calls.output_tokens, 0) * rates.output_tokens_usd
        + coalesce(calls.reasoning_tokens, 0) * rates.output_reasoning_tokens_usd
        + rates.requests_usd as cost_usd
    from calls
    left join {{ ref('int_price_models') }} as models
        on
            calls.model_used = models.model_used
            and coalesce(calls.provider, '') = models.provider
            and coalesce(calls.service_tier, '') = models.service_tier
    left join {{ ref('int_price_rates') }} as rates
        on
            models.price_provider = rates.provider
            and models.price_model = rates.model
            and models.price_context = rates.price_context
            and calls.created_at >= rates.valid_from
            and calls.created_at < rates.valid_to
            and calls.created_at::time >= rates.time_from
            and calls.created_at::time < rates.time_to
            and coalesce(calls.input_tokens, 0) > rates.input_tokens_above
            and coalesce(calls.input_tokens, 0) <= rates.input_tokens_upto

)

select
    interaction_id,
    case
        when has_no_usage then 'no_usage'
        when is_inconsistent then 'invalid_usage'
        when not has_price then 'unpriced'
        else 'priced'
    end as pricing_status,
    -- An unknown price is null, never nothing to pay.
    case when not has_no_usage and not is_inconsistent and has_price then cost_usd end::decimal(38, 24) as estimated_cost_usd

from priced
