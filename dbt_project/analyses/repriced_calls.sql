-- One row per model whose calls would cost something else by a list that is not in force. `spanmart prices diff` asks
-- this, and puts that list before into the tables `candidate_rates` and `candidate_names` of its connection.
with rates as (

    {{ rates_of('candidate_names', 'candidate_rates') }}

),

calls as (

    select
        calls.provider,
        calls.model_used,
        calls.estimated_cost_usd as old_usd,
        case when calls.pricing_status not in ('no_usage', 'invalid_usage') then {{ cost_usd('calls', 'rates') }} end as new_usd
    from {{ ref('interactions') }} as calls
    left join rates on {{ is_rate_of('rates', 'calls', 'calls.created_at') }}

)

select
    provider,
    model_used,
    count(*) as calls,
    sum(old_usd) as old_usd,
    sum(new_usd) as new_usd

from calls
where old_usd is distinct from new_usd
group by provider, model_used
order by abs(coalesce(sum(new_usd), 0) - coalesce(sum(old_usd), 0)) desc, provider, model_used
