{%- set sums = [
    'interactions', 'tokens_used', 'estimated_cost_usd', 'cost_at_current_prices_usd', 'booked_cost_usd',
    'reported_cost_usd', 'unpriced_interactions', 'invalid_usage_interactions', 'no_usage_interactions',
] -%}
select day, {% for sum in sums %}sum({{ sum }}){{ ', ' if not loop.last }}{% endfor %} from {{ ref('costs_daily') }} group by day
except
select day, {% for sum in sums %}sum({{ sum }}){{ ', ' if not loop.last }}{% endfor %} from {{ ref('model_costs_daily') }} group by day
