select *
from {{ ref('metrics_hourly') }}
where timed_interactions != coalesce(list_sum(map_values(processing_time_histogram)), 0)
