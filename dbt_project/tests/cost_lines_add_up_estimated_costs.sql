select interactions.interaction_id
from {{ ref('interactions') }} as interactions
left join (
    select interaction_id, sum(cost_usd) as cost_usd
    from {{ ref('cost_lines') }}
    group by interaction_id
) as lines using (interaction_id)
where interactions.pricing_status = 'priced' and coalesce(lines.cost_usd, 0) is distinct from interactions.estimated_cost_usd
