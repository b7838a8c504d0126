{#- What a call costs. Rates are marginal, what one unit more costs, so that a cost is a plain sum of quantity times rate:
    cached tokens are input tokens as well, and their rate is the cache's price less the input's. -#}

{#- The rates of called names, as far as a span can say how much of them it used. -#}
{% macro rates_of(names, price_rates) -%}
    {%- set usage_keys = [
        'input_tokens', 'cache_read_tokens', 'cache_write_tokens', 'output_tokens', 'output_reasoning_tokens', 'requests',
    ] -%}
    select
        names.price_list,
        names.provider,
        names.model_used,
        names.service_tier,
        rates.valid_from,
        rates.valid_to,
        rates.time_from,
        rates.time_to,
        rates.input_tokens_above,
        rates.input_tokens_upto,
        {% for usage_key in usage_keys %}
        coalesce(max(rates.usd_per_unit) filter (where rates.usage_key = '{{ usage_key }}'), 0)::decimal(38, 24) as {{ usage_key }}_usd{{ ',' if not loop.last }}
        {% endfor %}
    from {{ names }} as names
    inner join {{ price_rates }} as rates
        on
            names.price_list = rates.price_list
            and names.price_provider = rates.provider
            and names.price_model = rates.model
            and names.price_context = rates.price_context
    group by all
{%- endmacro %}

{#- Whether rates are those of a call, were it made at that moment. -#}
{% macro is_rate_of(rates, calls, moment) -%}
    {{ rates }}.model_used = {{ calls }}.model_used
    and {{ rates }}.provider = coalesce({{ calls }}.provider, '')
    and {{ rates }}.service_tier = coalesce({{ calls }}.service_tier, '')
    and {{ moment }} >= {{ rates }}.valid_from
    and {{ moment }} < {{ rates }}.valid_to
    and {{ moment }}::time >= {{ rates }}.time_from
    and {{ moment }}::time < {{ rates }}.time_to
    and coalesce({{ calls }}.input_tokens, 0) > {{ rates }}.input_tokens_above
    and coalesce({{ calls }}.input_tokens, 0) <= {{ rates }}.input_tokens_upto
{%- endmacro %}

{% macro cost_usd(calls, rates) -%}
    (
        coalesce({{ calls }}.input_tokens, 0) * {{ rates }}.input_tokens_usd
        + coalesce({{ calls }}.cached_input_tokens, 0) * {{ rates }}.cache_read_tokens_usd
        + coalesce({{ calls }}.cache_write_tokens, 0) * {{ rates }}.cache_write_tokens_usd
        + coalesce({{ calls }}.output_tokens, 0) * {{ rates }}.output_tokens_usd
        + coalesce({{ calls }}.reasoning_tokens, 0) * {{ rates }}.output_reasoning_tokens_usd
        + {{ rates }}.requests_usd
    )::decimal(38, 24)
{%- endmacro %}
