-- An unknown cost is null and its status says why; a known one is never negative. Another list, and today, may know
-- a price where the list in force knew none for the time of the call, but only of usage that has a price.
select interaction_id, pricing_status, estimated_cost_usd, cost_at_current_prices_usd, booked_cost_usd
from {{ ref('interactions') }}
where
    (pricing_status = 'priced') != (estimated_cost_usd is not null)
    or (pricing_status in ('no_usage', 'invalid_usage') and coalesce(cost_at_current_prices_usd, booked_cost_usd) is not null)
    or least(estimated_cost_usd, cost_at_current_prices_usd, booked_cost_usd) < 0
