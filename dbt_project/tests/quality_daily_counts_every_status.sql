select *
from {{ ref('quality_daily') }}
where interactions != successes + partials + failures
