select *
from {{ ref('data_quality_daily') }}
where missing + empty + invalid > interactions
