{{ config(materialized='replaced', database='scratch') }}

-- One row per call of this refresh: at the prices of its time, at those of today, and as it was booked when it landed.
{%- set figures = {
    'estimated_cost_usd': {'price_list': 'list_in_force', 'moment': 'created_at'},
    'cost_at_current_prices_usd': {'price_list': 'list_in_force', 'moment': 'today_at_that_time'},
    'booked_cost_usd': {'price_list': 'list_when_landed', 'moment': 'created_at'},
} %}

with calls as (

    select
        calls.interaction_id,
        calls.provider,
        calls.model_used,
        calls.service_tier,
        calls.created_at,
        '{{ var("prices_day") }}'::date + calls.created_at::time as today_at_that_time,
        (select price_list from {{ ref('stg_price_lists') }} where is_in_force) as list_in_force,
        lists.price_list as list_when_landed,
        calls.input_tokens,
        calls.cached_input_tokens,
        calls.cache_write_tokens,
        calls.output_tokens,
        calls.reasoning_tokens,
        coalesce(input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens) is null as has_no_usage,
        least(
            coalesce(input_tokens, 0), coalesce(cached_input_tokens, 0), coalesce(cache_write_tokens, 0),
            coalesce(output_tokens, 0), coalesce(reasoning_tokens, 0)
        ) < 0
        or coalesce(cached_input_tokens, 0) + coalesce(cache_write_tokens, 0) > coalesce(input_tokens, 0)
        or coalesce(reasoning_tokens, 0) > coalesce(output_tokens, 0) as is_inconsistent
    from {{ ref('int_interactions_normalised') }} as calls
    inner join {{ ref('stg_price_lists') }} as lists
        on calls.ingested_at >= lists.in_force_from and calls.ingested_at < lists.in_force_to

)

select
    calls.interaction_id,
    case
        when calls.has_no_usage then 'no_usage'
        when calls.is_inconsistent then 'invalid_usage'
        when estimated_cost_usd.price_list is null then 'unpriced'
        else 'priced'
    end as pricing_status,
    -- An unknown price is null, never nothing to pay.
    {% for figure in figures %}
    case when not calls.has_no_usage and not calls.is_inconsistent then {{ cost_usd('calls', figure) }} end as {{ figure }}{{ ',' if not loop.last }}
    {% endfor %}

from calls
{% for figure, of in figures.items() %}
left join {{ ref('int_price_rates') }} as {{ figure }}
    on
        {{ figure }}.price_list = calls.{{ of.price_list }}
        and {{ is_rate_of(figure, 'calls', 'calls.' ~ of.moment) }}
{% endfor %}
