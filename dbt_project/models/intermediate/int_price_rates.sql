-- One row per model, context, time of validity and tier of input size: what one unit more of each usage costs.
-- Rates are marginal, so cost is a plain sum of quantity times rate (see model_prices).
{%- set usage_keys = ['input_tokens', 'cache_read_tokens', 'cache_write_tokens', 'output_tokens', 'output_reasoning_tokens', 'requests'] %}

select
    provider,
    model,
    price_context,
    valid_from,
    valid_to,
    time_from,
    time_to,
    input_tokens_above,
    input_tokens_upto,
    {% for usage_key in usage_keys %}
    coalesce(max(case when usage_key = '{{ usage_key }}' then usd_per_unit end), 0)::decimal(38, 24) as {{ usage_key }}_usd{{ ',' if not loop.last }}
    {% endfor %}

from {{ ref('model_prices') }}
group by all
