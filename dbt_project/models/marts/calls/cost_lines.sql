{{ config(materialized='view', schema='intermediate') }}

-- What estimated costs are made of, for a few calls at a time: it is a view, and asks the price list again.
with rates as (

    {{ rates_of(ref('stg_price_names'), ref('stg_price_rates')) }}

),

priced as (

    select
        calls.interaction_id,
        calls.interaction_key,
        {% for count in priced_counts() %}
        coalesce(calls.{{ count }}, 0) as {{ count }},
        {% endfor %}
        rates.*
    from {{ ref('interactions') }} as calls
    inner join rates on {{ is_rate_of('rates', 'calls', 'calls.created_at') }}
    inner join {{ ref('stg_price_lists') }} as lists on rates.price_list = lists.price_list
    where calls.pricing_status = 'priced' and lists.is_in_force

),

-- Tokens that are part of others have a price of their own: here each token is in one line.
lines as (

    select
        interaction_id,
        interaction_key,
        price_list,
        unnest([
            {
                usage: 'input',
                quantity: input_tokens - cached_input_tokens - cache_write_tokens
                    - (input_audio_tokens - cached_audio_tokens) - (input_image_tokens - cached_image_tokens),
                usd_per_unit: input_tokens_usd
            },
            {
                usage: 'cached input',
                quantity: cached_input_tokens - cached_audio_tokens - cached_image_tokens,
                usd_per_unit: input_tokens_usd + cache_read_tokens_usd
            },
            {
                usage: 'cache write',
                quantity: cache_write_tokens - cache_write_1h_tokens,
                usd_per_unit: input_tokens_usd + cache_write_tokens_usd
            },
            {
                usage: 'cache write for an hour',
                quantity: cache_write_1h_tokens,
                usd_per_unit: input_tokens_usd + cache_write_tokens_usd + cache_write_1h_tokens_usd
            },
            {% for modality in ['audio', 'image'] %}
            {
                usage: '{{ modality }} input',
                quantity: input_{{ modality }}_tokens - cached_{{ modality }}_tokens,
                usd_per_unit: input_tokens_usd + input_{{ modality }}_tokens_usd
            },
            {
                usage: 'cached {{ modality }} input',
                quantity: cached_{{ modality }}_tokens,
                usd_per_unit: input_tokens_usd + cache_read_tokens_usd
                    + input_{{ modality }}_tokens_usd + cache_{{ modality }}_read_tokens_usd
            },
            {
                usage: '{{ modality }} output',
                quantity: output_{{ modality }}_tokens,
                usd_per_unit: output_tokens_usd + output_{{ modality }}_tokens_usd
            },
            {% endfor %}
            {
                usage: 'output',
                quantity: output_tokens - reasoning_tokens - output_audio_tokens - output_image_tokens,
                usd_per_unit: output_tokens_usd
            },
            {usage: 'reasoning', quantity: reasoning_tokens, usd_per_unit: output_tokens_usd + output_reasoning_tokens_usd},
            {usage: 'web search', quantity: web_searches, usd_per_unit: web_searches_usd},
            {usage: 'file search', quantity: file_searches, usd_per_unit: storage_searches_usd},
            {usage: 'code interpreter', quantity: code_interpreter_calls, usd_per_unit: code_executions_usd},
            {usage: 'request', quantity: 1, usd_per_unit: requests_usd}
        ], recursive := true)
    from priced

)

select
    interaction_id,
    interaction_key,
    price_list,
    usage,
    quantity,
    usd_per_unit::decimal(38, 24) as usd_per_unit,
    (quantity * usd_per_unit)::decimal(38, 24) as cost_usd

from lines
where quantity != 0 and not (usage = 'request' and usd_per_unit = 0)
