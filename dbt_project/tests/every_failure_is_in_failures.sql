select interaction_id
from {{ ref('interactions') }}
full join {{ ref('failures') }} as failures using (interaction_id)
where (status = 'failure') != (failures.created_at is not null)
