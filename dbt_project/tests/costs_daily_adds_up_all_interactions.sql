-- No call is left out of the days, and none is in two.
{%- set sums = ['estimated_cost_usd', 'cost_at_current_prices_usd', 'booked_cost_usd', 'reported_cost_usd'] %}

select *
from (
    select
        count(*) as interactions,
        {% for sum in sums %}
        sum({{ sum }}) as {{ sum }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('interactions') }}
) as calls
cross join (
    select
        coalesce(sum(interactions), 0) as interactions,
        {% for sum in sums %}
        sum({{ sum }}) as {{ sum }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('costs_daily') }}
) as days
where
    calls.interactions != days.interactions
    {% for sum in sums %}
    or calls.{{ sum }} is distinct from days.{{ sum }}
    {% endfor %}
