{#- What a call costs. Rates are marginal, what one unit more costs, so that a cost is a plain sum of quantity times rate:
    cached tokens are input tokens as well, and their rate is the cache's price less the input's. -#}

{#- What spans say how much of a call used: the counts, each with its name in the price list. -#}
{% macro priced_counts() -%}
    {%- set counts = dict(token_counts()) -%}
    {%- do counts.update({
        'web_searches': 'web_searches',
        'file_searches': 'storage_searches',
        'code_interpreter_calls': 'code_executions',
    }) -%}
    {{ return(counts) }}
{%- endmacro %}

{#- Without any of these a call tells no usage: how often it searched says nothing of what it read. -#}
{% macro token_counts() -%}
    {{ return({
        'input_tokens': 'input_tokens',
        'cached_input_tokens': 'cache_read_tokens',
        'cache_write_tokens': 'cache_write_tokens',
        'cache_write_1h_tokens': 'cache_write_1h_tokens',
        'input_audio_tokens': 'input_audio_tokens',
        'cached_audio_tokens': 'cache_audio_read_tokens',
        'input_image_tokens': 'input_image_tokens',
        'cached_image_tokens': 'cache_image_read_tokens',
        'output_tokens': 'output_tokens',
        'reasoning_tokens': 'output_reasoning_tokens',
        'output_audio_tokens': 'output_audio_tokens',
        'output_image_tokens': 'output_image_tokens',
    }) }}
{%- endmacro %}

{#- The rates of called names, as far as a span can say how much of them it used. -#}
{% macro rates_of(names, price_rates) -%}
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
        {% for usage_key in priced_counts().values() | list + ['requests'] %}
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
    case when {{ leaves_cost_open(calls, rates) }} then null else (
        {% for count, usage_key in priced_counts().items() %}
        coalesce({{ calls }}.{{ count }}, 0) * {{ rates }}.{{ usage_key }}_usd +
        {% endfor %}
        {{ rates }}.requests_usd
    )::decimal(38, 24) end
{%- endmacro %}

{#- Whether the cost hangs on how much of the cached input is audio or images, and the call does not say. -#}
{% macro leaves_cost_open(calls, rates) -%}
    {% for modality in ['audio', 'image'] %}
    (
        {{ calls }}.cached_{{ modality }}_tokens is null
        and {{ calls }}.cached_input_tokens > 0
        and {{ calls }}.input_{{ modality }}_tokens > 0
        and {{ rates }}.cache_{{ modality }}_read_tokens_usd != 0
    ) {{ 'or' if not loop.last }}
    {% endfor %}
{%- endmacro %}

{#- Whether the counts of a call contradict each other: a part is never more than what it is part of. -#}
{% macro is_inconsistent(calls) -%}
    {%- set tokens = {} -%}
    {%- for count in priced_counts() -%}
        {%- do tokens.update({count: 'coalesce(' ~ calls ~ '.' ~ count ~ ', 0)'}) -%}
    {%- endfor -%}
    least({{ tokens.values() | join(', ') }}) < 0
    or {{ tokens.cached_input_tokens }} + {{ tokens.cache_write_tokens }} > {{ tokens.input_tokens }}
    or {{ tokens.cache_write_1h_tokens }} > {{ tokens.cache_write_tokens }}
    or {{ tokens.input_audio_tokens }} + {{ tokens.input_image_tokens }} > {{ tokens.input_tokens }}
    or {{ tokens.cached_audio_tokens }} + {{ tokens.cached_image_tokens }} > {{ tokens.cached_input_tokens }}
    or {{ tokens.cached_audio_tokens }} > {{ tokens.input_audio_tokens }}
    or {{ tokens.cached_image_tokens }} > {{ tokens.input_image_tokens }}
    -- What of the cached input is text is no more than the text.
    or {{ tokens.cached_input_tokens }}
        - coalesce({{ calls }}.cached_audio_tokens, {{ tokens.input_audio_tokens }})
        - coalesce({{ calls }}.cached_image_tokens, {{ tokens.input_image_tokens }})
        > {{ tokens.input_tokens }} - {{ tokens.input_audio_tokens }} - {{ tokens.input_image_tokens }}
    or {{ tokens.reasoning_tokens }} > {{ tokens.output_tokens }}
    or {{ tokens.output_audio_tokens }} + {{ tokens.output_image_tokens }} > {{ tokens.output_tokens }}
{%- endmacro %}

{#- What calls cost: at the prices of their time, at those of today, and as they were booked when they landed.
    `columns` are those of the calls that go with it. -#}
{% macro costs_of(calls, columns) -%}
    {%- set figures = {
        'estimated_cost_usd': {'price_list': 'list_in_force', 'moment': 'created_at'},
        'cost_at_current_prices_usd': {'price_list': 'list_in_force', 'moment': 'today_at_that_time'},
        'booked_cost_usd': {'price_list': 'list_when_landed', 'moment': 'created_at'},
    } -%}
    with calls as (

        select
            calls.*,
            '{{ var("prices_day") }}'::date + calls.created_at::time as today_at_that_time,
            (select price_list from {{ ref('stg_price_lists') }} where is_in_force) as list_in_force,
            lists.price_list as list_when_landed,
            coalesce({{ token_counts().keys() | join(', ') }}) is null as has_no_usage,
            {{ is_inconsistent('calls') }} as is_inconsistent
        from {{ calls }} as calls
        inner join {{ ref('stg_price_lists') }} as lists
            on calls.ingested_at >= lists.in_force_from and calls.ingested_at < lists.in_force_to

    )

    select
        calls.{{ columns | join(', calls.') }},
        case
            when calls.has_no_usage then 'no_usage'
            when calls.is_inconsistent then 'invalid_usage'
            when
                estimated_cost_usd_rates.price_list is null
                or {{ leaves_cost_open('calls', 'estimated_cost_usd_rates') }}
                then 'unpriced'
            else 'priced'
        end as pricing_status,
        -- An unknown price is null, never nothing to pay.
        {% for figure in figures %}
        case
            when not calls.has_no_usage and not calls.is_inconsistent then {{ cost_usd('calls', figure ~ '_rates') }}
        end as {{ figure }}{{ ',' if not loop.last }}
        {% endfor %}

    from calls
    {% for figure, of in figures.items() %}
    {%- set rates = figure ~ '_rates' %}
    left join {{ ref('int_price_rates') }} as {{ rates }}
        on
            {{ rates }}.price_list = calls.{{ of.price_list }}
            and {{ is_rate_of(rates, 'calls', 'calls.' ~ of.moment) }}
    {% endfor %}
{%- endmacro %}
