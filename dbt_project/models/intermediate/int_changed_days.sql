-- Days in which a call itself changes, not only what was said of it.
select distinct day
from {{ ref('int_changed_keys') }}
where change = 'call'
