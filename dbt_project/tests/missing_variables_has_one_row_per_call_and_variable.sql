select interaction_id, variable
from {{ ref('missing_variables') }}
group by all
having count(*) > 1
