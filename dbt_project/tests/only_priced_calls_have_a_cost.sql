-- An unknown cost is null and its status says why; a known one is never negative.
select interaction_id, pricing_status, estimated_cost_usd
from {{ ref('interactions') }}
where (pricing_status = 'priced') != (estimated_cost_usd is not null) or estimated_cost_usd < 0
