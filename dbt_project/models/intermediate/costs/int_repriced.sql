{{ config(materialized='replaced', database='scratch') }}
{%- set changed_spans = ref('changed_spans') %}
{%- set price_lists, price_rates = ref('stg_price_lists'), ref('int_price_rates') %}
{%- set interactions = previous_relation('interactions') if var('has_new_prices') %}
{%- set costs = 'pricing_status, estimated_cost_usd, cost_at_current_prices_usd, booked_cost_usd' %}

-- Calls of before that cost something else since prices changed: their spans need not be read again.
{% if interactions %}
{%- set calls %}(select *, date_trunc('hour', created_at) as hour, ({{ costs }}) as costs_before from {{ interactions }}){% endset %}
with costs as (

    {{ costs_of(calls, ['interaction_id', 'day', 'hour', 'session_id', 'error_fingerprint', 'costs_before']) }}

)

select * exclude (costs_before)
from costs
where
    costs_before is distinct from ({{ costs }})
    and interaction_id not in (select interaction_id from {{ changed_spans }})
limit {{ var('calls_per_repricing') }}
{% else %}
select
    null::varchar as interaction_id,
    null::date as day,
    null::timestamp as hour,
    null::varchar as session_id,
    null::varchar as error_fingerprint,
    null::varchar as pricing_status,
    null::decimal(38, 24) as estimated_cost_usd,
    null::decimal(38, 24) as cost_at_current_prices_usd,
    null::decimal(38, 24) as booked_cost_usd
where false
{% endif %}
