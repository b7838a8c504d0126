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
        {% for count in priced_counts() %}
        calls.{{ count }},
        {% endfor %}
        coalesce({{ priced_counts().keys() | join(', ') }}) is null as has_no_usage,
        {{ is_inconsistent('calls') }} as is_inconsistent
    from {{ ref('int_interactions_normalised') }} as calls
    inner join {{ ref('stg_price_lists') }} as lists
        on calls.ingested_at >= lists.in_force_from and calls.ingested_at < lists.in_force_to

)

select
    calls.interaction_id,
    case
        when calls.has_no_usage then 'no_usage'
        when calls.is_inconsistent then 'invalid_usage'
        when estimated_cost_usd.price_list is null or {{ leaves_cost_open('calls', 'estimated_cost_usd') }} then 'unpriced'
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
