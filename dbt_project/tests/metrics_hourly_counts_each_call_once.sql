select *
from {{ ref('metrics_hourly') }}
where
    interactions != accepted + rejected + modified + no_feedback
    or complete_interactions > declaring_interactions
    or declaring_interactions > interactions
    or timed_interactions > interactions
    or timed_interactions != coalesce(list_sum(map_values(processing_time_histogram)), 0)
