{{ config(pre_hook="{{ delete_changed('day') }}") }}
{%- set counts = [
    'interactions', 'input_tokens', 'cached_input_tokens', 'cache_write_tokens', 'output_tokens', 'reasoning_tokens',
    'tokens_used', 'unpriced_interactions', 'invalid_usage_interactions',
    'no_usage_interactions',
] %}
{%- set costs = ['estimated_cost_usd', 'cost_at_current_prices_usd', 'booked_cost_usd', 'reported_cost_usd'] %}

-- Where there are many users costs_daily has nearly as many rows as there are calls; here they are few.
select
    day,
    provider,
    request_model,
    model_used,
    interaction_type,
    prompt_name,
    prompt_version,
    {% for count in counts -%}
    sum({{ count }})::bigint as {{ count }},
    {% endfor -%}
    {% for cost in costs -%}
    sum({{ cost }})::decimal(38, 24) as {{ cost }}{{ ',' if not loop.last }}
    {% endfor %}
from {{ ref('costs_daily') }}
where day in {{ changed_keys('day') }}
group by all
