select hour, interaction_type, status, model_used
from {{ ref('metrics_hourly') }}
group by all
having count(*) > 1
